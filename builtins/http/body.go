package http

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/url"
	"strings"

	"github.com/starlark-tg/tg/builtins/json"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// A body is what a request sends.
type body struct{ json, data, files starlark.Value }

// reader returns it, and its type.
func (b *body) reader(t *engine.Thread) (io.Reader, string, error) {
	switch {
	case b.json != nil && (b.data != nil || b.files != nil):
		return nil, "", errors.New("give json, or data and files, not both")
	case b.json != nil:
		if err := t.Printable(b.json); err != nil {
			return nil, "", err
		}
		text, err := json.Encode(b.json)
		return bytes.NewReader(text), "application/json", err
	case b.files != nil:
		return b.multipart()
	}
	switch data := b.data.(type) {
	case nil:
		return nil, "", nil
	case starlark.String:
		return strings.NewReader(string(data)), "text/plain; charset=utf-8", nil
	case starlark.Bytes:
		return strings.NewReader(string(data)), "application/octet-stream", nil
	}
	form, err := pairs("data", b.data)
	return strings.NewReader(form.encode()), "application/x-www-form-urlencoded", err
}

// multipart returns a form with files.
func (b *body) multipart() (io.Reader, string, error) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	if b.data != nil {
		fields, err := pairs("data", b.data)
		if err != nil {
			return nil, "", err
		}
		for _, f := range fields {
			if err := w.WriteField(f[0], f[1]); err != nil {
				return nil, "", err
			}
		}
	}
	files, ok := b.files.(starlark.IterableMapping)
	if !ok {
		return nil, "", fmt.Errorf("files must be a dict, not %s", b.files.Type())
	}
	for _, kv := range files.Items() {
		field, ok := starlark.AsString(kv[0])
		name, content := field, kv[1]
		if pair, is := kv[1].(starlark.Tuple); is && len(pair) == 2 {
			name, is = starlark.AsString(pair[0])
			ok, content = ok && is, pair[1]
		}
		text, is := builtin.Bytes(content)
		if !ok || !is {
			return nil, "", errors.New("files must have names and contents: text, bytes or (filename, content)")
		}
		part, err := w.CreateFormFile(field, name)
		if err == nil {
			_, err = io.WriteString(part, text)
		}
		if err != nil {
			return nil, "", err
		}
	}
	return &out, w.FormDataContentType(), w.Close()
}

// A pairList is names and values, in order; a name may be there more than once.
type pairList [][2]string

// pairs takes a dict, whose values may be lists, or a list of pairs.
func pairs(what string, v starlark.Value) (pairList, error) {
	var items []starlark.Tuple
	switch v := v.(type) {
	case starlark.IterableMapping:
		items = v.Items()
	case *starlark.List, starlark.Tuple:
		for x := range starlark.Elements(v.(starlark.Iterable)) {
			pair, ok := x.(starlark.Indexable)
			if !ok || pair.Len() != 2 {
				return nil, fmt.Errorf("%s must be a dict or a list of (name, value)", what)
			}
			items = append(items, starlark.Tuple{pair.Index(0), pair.Index(1)})
		}
	default:
		return nil, fmt.Errorf("%s must be a dict or a list of (name, value), not %s", what, v.Type())
	}
	var list pairList
	for _, kv := range items {
		name, ok := starlark.AsString(kv[0])
		if !ok {
			return nil, fmt.Errorf("%s must have names that are strings, not %s", what, kv[0].Type())
		}
		values := []starlark.Value{kv[1]}
		if many, ok := kv[1].(*starlark.List); ok {
			values = values[:0]
			for x := range many.Elements() {
				values = append(values, x)
			}
		}
		for _, x := range values {
			text, ok, err := scalar(x)
			if err != nil {
				return nil, fmt.Errorf("%s: %q %w", what, name, err)
			}
			if ok {
				list = append(list, [2]string{name, text})
			}
		}
	}
	return list, nil
}

// scalar returns a value as it stands in a URL, a form or a header; None is left out.
func scalar(v starlark.Value) (text string, there bool, err error) {
	if s, ok := builtin.Bytes(v); ok {
		return s, true, nil
	}
	switch v := v.(type) {
	case starlark.NoneType:
		return "", false, nil
	case starlark.Bool, starlark.Int, starlark.Float:
		return v.String(), true, nil
	}
	return "", false, fmt.Errorf("must be a string or a number, not %s", v.Type())
}

func (l pairList) encode() string {
	var b strings.Builder
	for i, p := range l {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p[0]) + "=" + url.QueryEscape(p[1]))
	}
	return b.String()
}
