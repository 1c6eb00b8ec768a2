package http

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

var (
	_ engine.Portable = (*response)(nil)
	_ engine.Portable = (*headers)(nil)
)

// State returns the request as far as errors name it, and the answer.
func (r *response) State() (string, starlark.Value, error) {
	return "http.response", starlark.Tuple{
		starlark.String(r.res.Request.Method), starlark.String(r.res.Request.URL.String()), starlark.MakeInt(r.res.StatusCode),
		r.content, starlark.Float(r.elapsed), r.headers,
	}, nil
}

// State returns names and values, one after the other.
func (h *headers) State() (string, starlark.Value, error) {
	var state starlark.Tuple
	for _, name := range h.names() {
		for _, v := range h.h[name] {
			state = append(state, starlark.String(name), starlark.String(v))
		}
	}
	return "http.headers", state, nil
}

var errState = errors.New("its state is none")

func restoreResponse(state starlark.Value) (starlark.Value, error) {
	r := &response{}
	var method, where string
	var status int
	t, _ := state.(starlark.Tuple)
	if err := starlark.UnpackPositionalArgs("response", t, nil, 6, &method, &where, &status, &r.content, &r.elapsed, &r.headers); err != nil {
		return nil, err
	}
	u, err := url.Parse(where)
	if err != nil {
		return nil, errState
	}
	r.res = &http.Response{StatusCode: status, Header: r.headers.h, Request: &http.Request{Method: method, URL: u}}
	r.encoding, r.text = decode(r.res.Header.Get("Content-Type"), string(r.content))
	return r, nil
}

func restoreHeaders(state starlark.Value) (starlark.Value, error) {
	t, ok := state.(starlark.Tuple)
	if !ok || len(t)%2 != 0 {
		return nil, errState
	}
	h := &headers{http.Header{}}
	for ; len(t) > 0; t = t[2:] {
		name, ok1 := starlark.AsString(t[0])
		v, ok2 := starlark.AsString(t[1])
		if !ok1 || !ok2 {
			return nil, errState
		}
		h.h.Add(name, v)
	}
	return h, nil
}
