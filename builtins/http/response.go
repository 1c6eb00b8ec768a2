package http

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/starlark-tg/tg/builtins/json"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
	"golang.org/x/text/encoding/htmlindex"
)

// A response is an answer. It is immutable.
type response struct {
	res      *http.Response // its body is closed
	content  starlark.Bytes
	text     starlark.String
	encoding string
	headers  *headers
	elapsed  float64
}

var _ starlark.HasAttrs = (*response)(nil)

// response makes the value of an answer.
func (c *call) response(res *http.Response, body []byte) (starlark.Value, error) {
	r := &response{res: res, content: starlark.Bytes(body), headers: &headers{res.Header}, elapsed: time.Since(c.began).Seconds()}
	if err := c.t.Room(int64(len(body))); err != nil {
		return nil, err
	}
	r.encoding, r.text = decode(res.Header.Get("Content-Type"), string(r.content))
	return r, nil
}

// decode returns the text of a body: mostly the same memory. What has no character set is UTF-8; what is wrong in
// it is replaced.
func decode(contentType, body string) (name string, text starlark.String) {
	_, params, _ := mime.ParseMediaType(contentType)
	if name = strings.ToLower(params["charset"]); name == "" {
		name = "utf-8"
	}
	if enc, err := htmlindex.Get(name); err == nil && name != "utf-8" && name != "utf8" {
		if out, err := enc.NewDecoder().String(body); err == nil {
			return name, starlark.String(out)
		}
	}
	return name, starlark.String(strings.ToValidUTF8(body, "\uFFFD"))
}

// class Response
//
// A Response is an answer of http. It is true if its status is below 400.
//
//	status_code: int  200, 404, …
//	reason: str       the status in words
//	ok: bool          whether the status is below 400
//	text: str         the body as text
//	content: bytes    the body
//	encoding: str     what the text was decoded from
//	headers: Headers  of the answer
//	url: str          where it came from, after redirects
//	elapsed: float    seconds that it took
var responseAttrs = builtin.Attrs[*response]{
	"status_code": func(r *response) (starlark.Value, error) { return starlark.MakeInt(r.res.StatusCode), nil },
	"reason": func(r *response) (starlark.Value, error) {
		return starlark.String(http.StatusText(r.res.StatusCode)), nil
	},
	"ok":               func(r *response) (starlark.Value, error) { return starlark.Bool(r.res.StatusCode < 400), nil },
	"text":             func(r *response) (starlark.Value, error) { return r.text, nil },
	"content":          func(r *response) (starlark.Value, error) { return r.content, nil },
	"encoding":         func(r *response) (starlark.Value, error) { return starlark.String(r.encoding), nil },
	"headers":          func(r *response) (starlark.Value, error) { return r.headers, nil },
	"url":              func(r *response) (starlark.Value, error) { return starlark.String(r.res.Request.URL.String()), nil },
	"elapsed":          func(r *response) (starlark.Value, error) { return starlark.Float(r.elapsed), nil },
	"json":             builtin.Method("json", (*response).json),
	"raise_for_status": builtin.Method("raise_for_status", (*response).raise),
}

var responseGuesses = map[string]string{
	"status": "status_code", "code": "status_code", "body": "text, or content for bytes", "data": "content", "read": "text", "iter_lines": "text.splitlines()",
	"iter_content": "content; http.download(url, path) needs no memory for it", "cookies": `headers["Set-Cookie"]`, "check": "raise_for_status()", "error": "raise_for_status()",
}

func (r *response) Attr(name string) (starlark.Value, error) {
	return responseAttrs.Get(r, name, responseGuesses)
}
func (r *response) AttrNames() []string { return responseAttrs.Names() }

func (r *response) String() string        { return fmt.Sprintf("<Response [%d]>", r.res.StatusCode) }
func (r *response) Type() string          { return "Response" }
func (r *response) Freeze()               {} // immutable
func (r *response) Truth() starlark.Bool  { return r.res.StatusCode < 400 }
func (r *response) Hash() (uint32, error) { return 0, errors.New("unhashable type: Response") }

// def Response.json() -> Any
//
// json returns what the body is as JSON, fresh each time.
func (r *response) json(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("json", args, kwargs); err != nil {
		return nil, err
	}
	v, err := json.Decode(thread, string(r.text))
	if err != nil {
		const shown = 60
		start := string(r.text)
		if len(start) > shown {
			start = strings.ToValidUTF8(start[:shown], "") + "…"
		}
		return nil, fmt.Errorf("%s answered %d and what is no JSON, %q: %w", r.res.Request.URL.Redacted(), r.res.StatusCode, start, err)
	}
	return v, nil
}

// def Response.raise_for_status() -> None
//
// raise_for_status stops with an error of kind http, with the status as its code, if that is 400 or
// above. A retry waits as long as the answer's Retry-After asks for.
func (r *response) raise(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("raise_for_status", args, kwargs); err != nil {
		return nil, err
	}
	return starlark.None, statusError(r.res)
}

func statusError(res *http.Response) error {
	if res.StatusCode < 400 {
		return nil
	}
	msg := fmt.Sprintf("%s %s: %d %s", res.Request.Method, res.Request.URL.Redacted(), res.StatusCode, http.StatusText(res.StatusCode))
	return &builtin.StatusError{
		Failure: builtin.Failure{What: "http", Msg: strings.TrimSpace(msg)}, Code: res.StatusCode, After: retryAfter(res.Header.Get("Retry-After"), time.Now()),
	}
}

// retryAfter reads the header: seconds, or a moment (RFC 9110, 10.2.3).
func retryAfter(text string, now time.Time) time.Duration {
	const longest = 1 << 31 // seconds
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Duration(min(max(n, 0), longest)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// headers are those of an answer, whatever the case of their names. They are immutable.
type headers struct{ h http.Header }

var (
	_ starlark.IterableMapping = (*headers)(nil)
	_ starlark.HasAttrs        = (*headers)(nil)
	_ starlark.Container       = (*headers)(nil)
)

// class Headers
//
// Headers are those of an answer, whatever the case of their names. h[name], name in h, len and
// for work.
//
// def Headers.__len__() -> int
// def Headers.__iter__() -> Iterator[str]
// def Headers.__contains__(name: object) -> bool
// def Headers.__getitem__(name: str) -> str
var headersAttrs = builtin.Attrs[*headers]{
	"get":   builtin.Method("get", (*headers).get),
	"keys":  builtin.Method("keys", (*headers).keys),
	"items": builtin.Method("items", (*headers).items),
}

func (h *headers) Attr(name string) (starlark.Value, error) { return headersAttrs.Get(h, name, nil) }
func (h *headers) AttrNames() []string                      { return headersAttrs.Names() }
func (h *headers) String() string                           { return fmt.Sprintf("<%d headers>", len(h.h)) }
func (h *headers) Type() string                             { return "headers" }
func (h *headers) Freeze()                                  {} // immutable
func (h *headers) Truth() starlark.Bool                     { return len(h.h) > 0 }
func (h *headers) Hash() (uint32, error)                    { return 0, errors.New("unhashable type: headers") }
func (h *headers) Len() int                                 { return len(h.h) }

// Get returns a header; one that is there several times with commas between.
func (h *headers) Get(k starlark.Value) (starlark.Value, bool, error) {
	name, ok := starlark.AsString(k)
	if !ok {
		return nil, false, fmt.Errorf("the name of a header must be a string, not %s", k.Type())
	}
	values := h.h.Values(name)
	return starlark.String(strings.Join(values, ", ")), len(values) > 0, nil
}

// Has reports whether a header is there.
func (h *headers) Has(k starlark.Value) (bool, error) {
	_, ok, err := h.Get(k)
	return ok, err
}

// Items returns names and values, sorted by name.
func (h *headers) Items() []starlark.Tuple {
	var items []starlark.Tuple
	for _, name := range h.names() {
		v, _, _ := h.Get(starlark.String(name))
		items = append(items, starlark.Tuple{starlark.String(name), v})
	}
	return items
}

func (h *headers) names() []string {
	var names []string
	for name := range h.h {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Iterate goes over the names.
func (h *headers) Iterate() starlark.Iterator {
	var names starlark.Tuple
	for _, name := range h.names() {
		names = append(names, starlark.String(name))
	}
	return names.Iterate()
}

// def Headers.get(name: str, default=None) -> Any
//
// get returns a header, or default if there is none.
func (h *headers) get(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name, other starlark.Value = nil, starlark.None
	if err := starlark.UnpackArgs("get", args, kwargs, "name", &name, "default?", &other); err != nil {
		return nil, err
	}
	v, ok, err := h.Get(name)
	if err == nil && !ok {
		v = other
	}
	return v, err
}

// def Headers.keys() -> list[str]
//
// keys returns the names, sorted.
func (h *headers) keys(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("keys", args, kwargs); err != nil {
		return nil, err
	}
	list := starlark.NewList(nil)
	for _, name := range h.names() {
		_ = list.Append(starlark.String(name)) // a new list: cannot fail
	}
	return list, nil
}

// def Headers.items() -> list[tuple[str, str]]
//
// items returns the names with their values, sorted.
func (h *headers) items(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("items", args, kwargs); err != nil {
		return nil, err
	}
	list := starlark.NewList(nil)
	for _, kv := range h.Items() {
		_ = list.Append(kv) // a new list: cannot fail
	}
	return list, nil
}
