package url_test

import (
	"fmt"
	"testing"

	"github.com/starlark-tg/tg/builtins/internal/cpython"
	"github.com/starlark-tg/tg/builtins/threadgroup"
	startime "github.com/starlark-tg/tg/builtins/time"
	"github.com/starlark-tg/tg/builtins/url"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/enginetest"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScripts(t *testing.T) {
	enginetest.Run(t, "testdata/*.star", threadgroup.Module(), startime.Module(), url.Module())
}

// prelude gives the functions their names here.
const prelude = `
import urllib.parse as p, types
url = types.SimpleNamespace(urlsplit=p.urlsplit, urljoin=p.urljoin, quote=p.quote, quote_plus=p.quote_plus, unquote=p.unquote, unquote_plus=p.unquote_plus,
    urlencode=p.urlencode, parse_qs=p.parse_qs, parse_qsl=p.parse_qsl)
`

var urls = []string{
	"", "http://example.com", "HTTP://example.com:80/Path;p?q=1#frag", "http://user:pa%20ss@host:8080/", "http://user@host", "//host/path", "/path?x#y", "path", "?q", "#f", "/a%2Fb%20c/d",
	"mailto:a@b.c", "http://[::1]:80/x", "http://[::1]", "http://[::1", "http://[1.2.3.4]/", "http://[x]/", "a:b", "a+b-c.d:x", "http://:80/", "http://h?q?r#s", "file:///etc/passwd",
	"javascript:alert(1)", "http://h//a//b", "http://h:65535", "http://h/a?x=%20&y=+", "http://h/?é", "http://h/%c3%a9",
}

// refused are no URLs, whatever Python makes of them.
var refused = []string{
	"http://[v1.x]/", "1a:b", "é:x", "http://h:x/", "http://h:-1/", "http://h: 80/", "ht\ntp://h/a\tb", " http://h/", "http://h/%zz", "http://h\x00/", "://x", "http://::1]",
}

// Others are taken apart otherwise.
func TestDifferent(t *testing.T) {
	for _, u := range refused {
		_, err := eval(t, fmt.Sprintf("url.urlsplit(%q)", u))
		require.ErrorContains(t, err, "is no URL: ", u)
	}
	for expr, want := range map[string]string{
		`str(url.urlsplit("http://a@b@c/a b#c d"))`: "http://a%40b@c/a%20b#c%20d", `url.urlsplit("http://h/a b?c d").path`: "/a%20b", `url.urlsplit("http://HÖST/").hostname`: "höst",
		`url.urljoin("mailto:a", "b")`: "b", `url.urlsplit("http://h/é").path`: "/%C3%A9", `url.urljoin("/x/y", "../../../g")`: "/g", `url.urljoin("http://h/", "a//b")`: "http://h/a//b", `url.urlsplit("x:///a").geturl()`: "x:///a",
		`url.urljoin("http://a", "../b")`: "http://a/b", `url.unquote("%E2%82x%FF%FE")`: "\ufffdx\ufffd",
	} {
		v, err := eval(t, expr)
		require.NoError(t, err, expr)
		require.Equal(t, starlark.String(want), v, expr)
	}
}

func eval(t *testing.T, expr string) (starlark.Value, error) {
	eng, err := engine.New(engine.Options{Modules: []engine.Module{url.Module()}})
	require.NoError(t, err)
	script, err := eng.Compile("test.star", []byte("v = "+expr))
	require.NoError(t, err)
	res, err := eng.Run(t.Context(), script, engine.Input{})
	if err != nil {
		return nil, err
	}
	return res.Globals["v"], nil
}

var bases = []string{"http://a/b/c/d;p?q", "http://a/b/c/d/", "http://a", "", "x/y/z/w/v", "file:///a/b", "mailto:a", "ftp://u:p@h:21/a/b?c#d", "a:b/c"}

var references = []string{
	"", "g", "./g", "g/", "/g", "//g", "?y", "g?y", "#s", "g#s", "g?y#s", ";x", "g;x", ".", "./", "..", "../", "../g", "../..", "../../g", "../../../g", "/./g", "g.", ".g", "..g", "./../g", "./g/.", "g/./h", "g/../h",
	"http://x/y", "g:h", "a/b/../../c/", "../a/./b/..",
}

func TestCPython(t *testing.T) {
	var cases []string
	add := func(format string, args ...any) { cases = append(cases, fmt.Sprintf(format, args...)) }
	for _, u := range urls {
		for _, attr := range []string{"scheme", "netloc", "path", "query", "fragment", "hostname", "port", "username", "password", "geturl()"} {
			add("url.urlsplit(%q).%s", u, attr)
		}
		add("(url.quote(%[1]q), url.quote_plus(%[1]q), url.quote(%[1]q, ''), url.quote(%[1]q, safe=':?'))", u)
	}
	for _, base := range bases {
		for _, ref := range references {
			add("url.urljoin(%q, %q)", base, ref)
		}
	}
	for _, s := range []string{"a%20b+c", "%", "%4", "%zz", "%41%42", "%C3%A9", "%C3", "%E2%82%AC", "%F0%9F%98%80", "é%C3%A9", "%c3%a9", "%E2%28%A1"} {
		add("(url.unquote(%[1]q), url.unquote_plus(%[1]q))", s)
	}
	for _, q := range []string{"", "a=1", "a=1&b=2&a=3", "a", "a=", "=b", "&&", "a=1&", "a=b=c", "a+b=c%20d", "a;b=1", "%C3%A9=%E2%82%AC", "a=1;b=2"} {
		add("url.parse_qs(%q)", q)
		add("url.parse_qsl(%q)", q)
		add("url.parse_qs(%q, True)", q)
		add("url.parse_qsl(%q, keep_blank_values=True, separator=';')", q)
		add("url.parse_qs(%q, strict_parsing=True)", q)
	}
	cases = append(cases, `url.urlencode({"a": 1, "b c": "d&e", "é": "/"})`, `url.urlencode([("a", 1), ("a", 2)])`, `url.urlencode([("a", True), ("b", None)])`, `url.urlencode({"a": [1, "x y"]}, doseq=True)`, `url.urlencode({"a": (1, 2), "b": "xy"}, True)`,
		`url.urlencode({})`, `url.urlencode({"a": b"\xff"})`, `url.urlencode({"a": "/:"}, safe="/")`, `url.urlencode(5)`, `url.urlencode([1])`, `url.urlencode({"a": 1.5})`, `url.quote(b"\xff/ ")`, `url.quote(5)`, `url.quote("~_.-!*'()")`, `url.quote("\u00e9", safe="\u00e9")`,
		`url.urlsplit(5)`, `url.parse_qs("a=1", separator="")`, `url.unquote("a" * 10 + "%41")`)
	cpython.Compare(t, prelude, cases, url.Module())
}
