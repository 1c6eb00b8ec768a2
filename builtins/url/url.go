// Package url gives scripts what Python has in urllib.parse, under the same names and on
// net/url: taking URLs apart, joining them, and quoting. It touches no network. A URL that
// is none is an error here, and what a path or a fragment must not have comes out quoted.
package url

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// module url
//
// URLs, with the names of Python's urllib.parse.

// Module returns the module url.
func Module() engine.Module {
	members := starlark.StringDict{
		"urlsplit":     starlark.NewBuiltin("urlsplit", split),
		"urlparse":     starlark.NewBuiltin("urlparse", split),
		"urljoin":      starlark.NewBuiltin("urljoin", join),
		"quote":        starlark.NewBuiltin("quote", quoteFn("/", false)),
		"quote_plus":   starlark.NewBuiltin("quote_plus", quoteFn("", true)),
		"unquote":      starlark.NewBuiltin("unquote", unquoteFn(false)),
		"unquote_plus": starlark.NewBuiltin("unquote_plus", unquoteFn(true)),
		"urlencode":    starlark.NewBuiltin("urlencode", urlencode),
		"parse_qs":     starlark.NewBuiltin("parse_qs", parseQS),
		"parse_qsl":    starlark.NewBuiltin("parse_qsl", parseQSL),
	}
	guesses := map[string]string{
		"parse": "urlsplit", "split": "urlsplit", "join": "urljoin", "encode": "urlencode", "escape": "quote", "unescape": "unquote", "urlunsplit": "urlsplit(…).geturl()",
		"decode": "parse_qs", "parse_query": "parse_qs", "urlopen": "urlsplit; http.get(…) opens one", "get": "urlsplit; http.get(…) opens one",
	}
	return engine.Module{Name: "url", Globals: starlark.StringDict{
		"url": engine.NewNamespace("url", members, guesses),
	}, Restore: map[string]func(starlark.Value) (starlark.Value, error){"url": restore}}
}

// maxURL is how many bytes a URL may have: net/url cannot be stopped.
const maxURL = 1 << 20

// parse is url.Parse with errors that do not say twice what they are about.
func parse(fn, s string) (*url.URL, error) {
	if len(s) > maxURL {
		return nil, fmt.Errorf("%s: a URL of %d bytes is too long, limit is %d", fn, len(s), maxURL)
	}
	u, err := url.Parse(s)
	if wrong := (*url.Error)(nil); errors.As(err, &wrong) {
		return nil, fmt.Errorf("%s: %.100q is no URL: %w", fn, s, wrong.Err)
	}
	return u, err
}

// def urlsplit(url: str) -> URL
// def urlparse(url: str) -> URL
//
// They take a URL apart.
func split(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var s string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "url", &s); err != nil {
		return nil, err
	}
	u, err := parse(b.Name(), s)
	return &parts{u}, err
}

// def urljoin(base: str, url: str) -> str
//
// urljoin returns where a URL leads that stands in the document of another.
func join(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var base, s string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "base", &base, "url", &s); err != nil {
		return nil, err
	}
	from, err := parse(b.Name(), base)
	if err != nil {
		return nil, err
	}
	to, err := parse(b.Name(), s)
	if err != nil {
		return nil, err
	}
	switch {
	case s == "":
		return starlark.String(base), nil
	case base == "" || from.Opaque != "": // such as mailto:, where nothing is relative
		return starlark.String(s), nil
	}
	joined := from.ResolveReference(to)
	text := joined.String()
	if to.Scheme == "" && from.Scheme == "" && joined.Host == "" && !strings.HasPrefix(from.Path, "/") && !strings.HasPrefix(to.Path, "/") {
		text = strings.TrimPrefix(text, "/") // net/url makes every path begin at the root
	}
	return starlark.String(text), nil
}

// parts are those of a URL. They are immutable.
type parts struct{ *url.URL }

var (
	_ starlark.HasAttrs   = (*parts)(nil)
	_ starlark.Comparable = (*parts)(nil)
)

// part makes an attribute of a text; none says that "" is None.
func part(f func(*parts) string, none bool) func(*parts) (starlark.Value, error) {
	return func(u *parts) (starlark.Value, error) {
		s := f(u)
		if none && s == "" {
			return starlark.None, nil
		}
		return starlark.String(s), nil
	}
}

// class URL
//
// A URL is one that was taken apart; str of it is its text.
//
//	scheme: str           such as https
//	netloc: str           user, host and port
//	path: str             with its leading /
//	query: str            what follows the ?
//	fragment: str         what follows the #
//	hostname: str | None  in small letters, without the port
//	port: int | None      the number
//	username: str | None  before the @
//	password: str | None  behind the user's name
var partsAttrs = builtin.Attrs[*parts]{
	"scheme":   part(func(u *parts) string { return u.Scheme }, false),
	"netloc":   part((*parts).netloc, false),
	"path":     part(func(u *parts) string { return cmp.Or(u.Opaque, u.EscapedPath()) }, false),
	"query":    part(func(u *parts) string { return u.RawQuery }, false),
	"fragment": part(func(u *parts) string { return u.EscapedFragment() }, false),
	"hostname": part(func(u *parts) string { return strings.ToLower(u.Hostname()) }, true),
	"port":     (*parts).port,
	"username": part(func(u *parts) string { name, _, _ := strings.Cut(u.User.String(), ":"); return name }, true),
	"password": part(func(u *parts) string { _, password, _ := strings.Cut(u.User.String(), ":"); return password }, true),
	"geturl":   builtin.Method("geturl", (*parts).geturl),
}

var partsGuesses = map[string]string{
	"host": "hostname, or netloc with its port", "protocol": "scheme", "search": "query", "hash": "fragment", "pathname": "path", "href": "geturl()", "url": "geturl()",
	"user": "username", "params": "query, or path for what follows a ;", "_replace": "geturl() and text",
}

func (u *parts) Attr(name string) (starlark.Value, error) {
	return partsAttrs.Get(u, name, partsGuesses)
}
func (u *parts) AttrNames() []string { return partsAttrs.Names() }

func (u *parts) String() string        { return u.URL.String() }
func (u *parts) Type() string          { return "url" }
func (u *parts) Freeze()               {} // immutable
func (u *parts) Truth() starlark.Bool  { return u.String() != "" }
func (u *parts) Hash() (uint32, error) { return starlark.String(u.String()).Hash() }

// CompareSameType compares the texts.
func (u *parts) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return builtin.Equality(op, u.String() == y.(*parts).String(), "urls")
}

// netloc is user, password, host and port, as far as they are there.
func (u *parts) netloc() string {
	if u.User == nil {
		return u.Host
	}
	return u.User.String() + "@" + u.Host
}

// port is the port, None if there is none.
func (u *parts) port() (starlark.Value, error) {
	if u.Port() == "" {
		return starlark.None, nil
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		return nil, fmt.Errorf("port %q is no number from 0 to 65535", u.Port())
	}
	return starlark.MakeUint64(n), nil
}

// def URL.geturl() -> str
//
// geturl returns the URL as text, as str does.
func (u *parts) geturl(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return starlark.String(u.String()), starlark.UnpackArgs("geturl", args, kwargs)
}
