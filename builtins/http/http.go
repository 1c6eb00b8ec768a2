// Package http gives scripts HTTP, with the names of Python's requests. Every host needs a
// permission, which redirects and the addresses of names need too; there is no proxy.
//
// Connections are kept and used again by all tasks of a run. Where an answer is an error of
// the server, that is not a failure until raise_for_status says so, as with requests.
package http

import (
	"net/http"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// module http
//
// Requests over HTTP, with the names of Python's requests. Every host needs --allow-net.

// Module returns the module http.
func Module() engine.Module {
	m := &module{pool: &pool{}}
	members := starlark.StringDict{
		"request":  starlark.NewBuiltin("request", m.request),
		"download": starlark.NewBuiltin("download", m.download),
	}
	for name, method := range map[string]string{
		"get": http.MethodGet, "post": http.MethodPost, "put": http.MethodPut, "patch": http.MethodPatch,
		"delete": http.MethodDelete, "head": http.MethodHead, "options": http.MethodOptions,
	} {
		members[name] = starlark.NewBuiltin(name, m.method(method))
	}
	guesses := map[string]string{
		"fetch": "get", "Session": "get: connections are kept without one", "session": "get: connections are kept without one", "urlopen": "get", "client": "get",
		"del": "delete", "send": "request", "urlretrieve": "download", "exceptions": `get: attempt(http.get, url).error.kind is "connection", "timeout" or "http"`,
	}
	return engine.Module{Name: "http", Globals: starlark.StringDict{
		"http": engine.NewNamespace("http", members, guesses),
	}, Restore: map[string]func(starlark.Value) (starlark.Value, error){
		"http.response": restoreResponse, "http.headers": restoreHeaders,
	}}
}

// A module has the connections of those who use it.
type module struct{ pool *pool }

// def get(url: str, params: dict | list | str | None = None, headers: dict | None = None, json=None, data: str | bytes | dict | None = None, files: dict | None = None, auth: tuple | None = None, timeout: float | Duration | None = 30, allow_redirects: bool = True, verify: bool | str = True, max_body: int = 64 << 20) -> Response
// def post(url: str, …) -> Response
// def put(url: str, …) -> Response
// def patch(url: str, …) -> Response
// def delete(url: str, …) -> Response
// def head(url: str, …, allow_redirects: bool = False) -> Response
// def options(url: str, …) -> Response
//
// They send a request of that method, see request. head does not follow redirects unless it
// is told to.
func (m *module) method(method string) func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		a := newArguments(method)
		return m.do(thread, b.Name(), a, a.unpack(b.Name(), args, kwargs, "url", &a.url))
	}
}

// def request(method: str, url: str, params: dict | list | str | None = None, headers: dict | None = None, json=None, data: str | bytes | dict | None = None, files: dict | None = None, auth: tuple | None = None, timeout: float | Duration | None = 30, allow_redirects: bool = True, verify: bool | str = True, max_body: int = 64 << 20) -> Response
//
// request sends a request and returns the answer, once all of it has come. params are added
// to the URL. The body is json, as JSON; or data: text, bytes, or a dict as a form; or
// files, a dict of names and contents or (filename, content), sent as a form together with
// data. auth is (user, password). timeout is in seconds, for all of it; None is no bound.
// verify=False takes any certificate, a path takes those of a file of CAs. A body of more
// than max_body bytes is an error.
//
// No connection is an error of kind connection, no answer in time one of kind timeout.
func (m *module) request(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a := newArguments("")
	return m.do(thread, b.Name(), a, a.unpack(b.Name(), args, kwargs, "method", &a.method, "url", &a.url))
}

// do makes a request and reads the answer, unless the arguments are wrong.
func (m *module) do(thread *starlark.Thread, fn string, a *arguments, err error) (starlark.Value, error) {
	if err != nil {
		return nil, err
	}
	c, err := m.newCall(thread, fn, a)
	if err != nil {
		return nil, err
	}
	defer c.cancel()
	res, err := c.send()
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := c.read(res)
	if err != nil {
		return nil, err
	}
	return c.response(res, body)
}

// def download(url: str, path: str, params: dict | list | str | None = None, headers: dict | None = None, json=None, data: str | bytes | dict | None = None, files: dict | None = None, auth: tuple | None = None, timeout: float | Duration | None = None, allow_redirects: bool = True, verify: bool | str = True, max_body: int = 64 << 20) -> int
//
// download writes the body of an answer to a file, in one step once all of it has come, and
// returns how many bytes that are. It takes little memory. A status of 400 and above is an
// error of kind http, and leaves the file as it is.
func (m *module) download(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var path string
	a := newArguments(http.MethodGet)
	a.timeout = starlark.None
	if err := a.unpack(b.Name(), args, kwargs, "url", &a.url, "path", &path); err != nil {
		return nil, err
	}
	c, err := m.newCall(thread, b.Name(), a)
	if err != nil {
		return nil, err
	}
	defer c.cancel()
	res, err := c.send()
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if err := statusError(res); err != nil {
		return nil, err
	}
	n, err := c.t.Run().Grants().WriteFrom(path, c.t.Reader(res.Body), 0o666)
	if err != nil {
		return nil, c.failed(err)
	}
	return starlark.MakeInt64(n), nil
}
