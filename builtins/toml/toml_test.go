package toml_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	gotoml "github.com/pelletier/go-toml/v2"
	"github.com/starlark-tg/tg/builtins/internal/cpython"
	"github.com/starlark-tg/tg/builtins/threadgroup"
	startime "github.com/starlark-tg/tg/builtins/time"
	"github.com/starlark-tg/tg/builtins/toml"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/enginetest"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScripts(t *testing.T) {
	enginetest.Run(t, "testdata/*.star", threadgroup.Module(), startime.Module(), toml.Module())
}

var documents = []string{
	"", "a = 1", "a = 1\nb = \"x\"\n", "a.b.c = 1\na.d = 2", "[t]\na=1\n[t.u]\nb=2\n[v]\n", "[[x]]\na=1\n[[x]]\nb=2\n[x.y]\nc=3", "a = [1, 2.5, \"x\", [true]]", "a = {b = 1, c.d = 2}", "\"a b\" = 1\n'c' = 2\n1 = 3",
	"z = 1\ny = 2\n[x]\nc=1\nb=2\na=3", "a = 0x1F\nb = 0o17\nc = 0b101\nd = 1_000\ne = +5\nf = -0", "a = 1e3\nb = -2.5E-3\nc = 1_0.5\ne = -inf", "a = '''x\ny'''\nb = \"\"\"\n1\\\n  2\"\"\"", "a = \"\\u00e9\\n\\t\\\"\\\\\"",
	"a = [\n1, # c\n2,\n]", "# c\n", "a = true\nb = false", "[a.b.c]\nx=1\n[a]\ny=2", "[[a.b]]\nx=1\n[[a.b]]\nx=2\n[a.c]\n", "a = []\nb = {}", "a = [{x=1},{y=2}]", "a = 9223372036854775807\nb = -9223372036854775808", "\"\" = 1", "é = 1", "a\r\n= 1", "a = 1\r\nb = 2",
	"[ a . \"b\" ]\nc=1", "a = \"😀\"", "a.\"b.c\" = 1", "[[fruits]]\nname = \"apple\"\n[fruits.physical]\ncolor = \"red\"\n[[fruits.varieties]]\nname = \"x\"\n[[fruits]]\nname = \"b\"",
	// What is wrong.
	"a", "a =", "= 1", "a = 1 b = 2", "a = 1\na = 2", "[a]\n[a]", "a = 1\n[a]", "a.b = 1\n[a]", "[a]\nb.c = 1\n[a.b]", "[[a]]\n[a]", "a = []\n[[a]]", "a = {b = 1}\na.c = 2", "[a.b.c]\n[a]\nb.c.d = 1", "a = {b = 1, b = 2}", "a = 01", "a = 1__0", "a = _1",
	"a = 1.", "a = .5", "a = \"x", "a = \"\n\"", "a = \"\\x\"", "a = [1", "a = {b", "[a", "[[a]", "[]", "a = tru", "a = \"\\ud800\"", "a = nope", "a = 1979-13-01", "a = \x01", "a = 0x", "[a]]", "a b = 1", "a = '''x", "a..b = 1", "a = +-1", "a = 1e", "\xff = 1", "a = \"\\u12\"",
}

func TestCPython(t *testing.T) {
	var cases []string
	for _, d := range documents {
		if !strings.Contains(d, "\xff") {
			cases = append(cases, "toml.decode("+quote(d)+")")
		}
	}
	cpython.Compare(t, "import tomllib, types\ntoml = types.SimpleNamespace(decode=tomllib.loads)", cases, toml.Module())
}

// quote writes a literal that is the same in both languages.
func quote(s string) string {
	return `"` + strings.NewReplacer("\\", `\\`, "\"", `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\x01", `\x01`).Replace(s) + `"`
}

func run(ctx context.Context, t *testing.T, vars map[string]any, src string) error {
	eng, err := engine.New(engine.Options{Modules: []engine.Module{threadgroup.Module(), startime.Module(), toml.Module()}})
	require.NoError(t, err)
	var names []string
	for name := range vars {
		names = append(names, name)
	}
	script, err := eng.Compile("test.star", []byte(src), names...)
	require.NoError(t, err)
	_, err = eng.Run(ctx, script, engine.Input{Vars: vars})
	return err
}

// Whatever the text is, there is a value or an error; and a value that is encoded is
// decoded again.
func FuzzDecode(f *testing.F) {
	for _, d := range documents {
		f.Add(d)
	}
	f.Add("a = 1979-05-27T07:32:00Z\nb = 1979-05-27\nc = 07:32:00\nd = nan")
	f.Add("a = 1979-05-27 07:32:00.5+01:00\nb = 1979-05-27T00:00:00\nc = 07:32:00.123\nd = 1979-02-30")
	f.Add("a = 1979-05-27T")
	f.Add("a = -9457578084E757") // -inf, as for tomllib; an error of the library
	f.Fuzz(func(t *testing.T, text string) {
		var library map[string]any
		err := gotoml.Unmarshal([]byte(text), &library)
		require.NoError(t, run(t.Context(), t, map[string]any{"text": text, "wrong": err != nil, "why": fmt.Sprint(err)}, `
r = attempt(toml.decode, text)
if r.ok == wrong and "incomplete" not in why and not (r.ok and "unable to parse float" in why and "out of range" in why):
    fail("the library says " + why + ", but: " + str(r))
if r.ok:
    again = toml.decode(toml.encode(r.result))
    assert again == r.result or "nan" in str(again), toml.encode(r.result)
elif r.error.kind != "error":
    fail(r.error.kind + ": " + r.error.message)
encoded = attempt(toml.encode, {text: [text, {text: text}]})
if encoded.ok:
    assert toml.decode(encoded.result) == {text: [text, {text: text}]}
`))
	})
}

// Long documents can be stopped.
func TestCancel(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it stops long work again and again")
	}
	const length = toml.MaxText / 4
	for _, text := range []string{
		strings.Repeat("[[a]]\nb = 1\nc = \"x\"\n", length/20), "a = [" + strings.Repeat("1,", length/2-10) + "]", "a" + strings.Repeat(".a", length/2-10) + " = 1",
		"a = \"" + strings.Repeat("x", length-10) + "\"", strings.Repeat("[[a.b]]\n", length/8),
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		err := run(ctx, t, map[string]any{"text": text}, "while True:\n    toml.decode(text)")
		late, _ := ctx.Deadline()
		cancel()
		t.Logf("%.20q: %v, %.100v", text, time.Since(late), err)
		require.Less(t, time.Since(late), 10*time.Second)
	}
}
