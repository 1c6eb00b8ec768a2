package yaml_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/starlark-tg/tg/builtins/threadgroup"
	startime "github.com/starlark-tg/tg/builtins/time"
	"github.com/starlark-tg/tg/builtins/yaml"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/enginetest"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScripts(t *testing.T) {
	enginetest.Run(t, "testdata/*.star", threadgroup.Module(), startime.Module(), yaml.Module())
}

func run(ctx context.Context, vars map[string]any, src string) error {
	eng, err := engine.New(engine.Options{Modules: []engine.Module{threadgroup.Module(), startime.Module(), yaml.Module()}})
	if err != nil {
		return err
	}
	var names []string
	for name := range vars {
		names = append(names, name)
	}
	script, err := eng.Compile("test.star", []byte(src), names...)
	if err != nil {
		return err
	}
	_, err = eng.Run(ctx, script, engine.Input{Vars: vars})
	return err
}

// Whatever the text is, there is a value or an error, in time; and a value that is
// encoded is decoded again.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"a: 1\nb: [1, 2.5, ~, true]\n", "- x\n- {y: z}\n", "&a [*a]", "<<: {a: 1}\na: 2", "!!binary aGk=", "--- 1\n--- 2\n", "a: |\n  x\n  y\n", "? [a]\n: b", "!x y", "0o17", "1e3", "\"\\u00e9\"",
		"2024-01-01", "'yes'", "%YAML 1.2\n---\n", "# c\n", "a: b: c", "\t", "- - - 1", "{a: b, c}", "'", "*x", "1_000", ".inf", "-.nan", "<<", "0x1F", "a: >-\n b\n c\n", "\xff", "[", "{{}: 1}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		err := run(t.Context(), map[string]any{"text": text}, `
r = attempt(yaml.decode_all, text)
if r.ok:
    for v in r.result:
        again = yaml.decode(yaml.encode(v))
        assert str(again) == str(v)
elif r.error.kind != "error":
    fail(r.error.kind + ": " + r.error.message)
encoded = attempt(yaml.encode, text)
if encoded.ok:
    assert yaml.decode(encoded.result) == text
`)
		require.NoError(t, err)
	})
}

func TestCancel(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it stops long work again and again")
	}
	big := strings.Repeat("- {a: 1, b: [x, y, \"z\"]}\n", 200_000)
	laughs := "a: &a [x, x, x]\n"
	for c := 'b'; c < 'l'; c++ {
		laughs += strings.NewReplacer("B", string(c), "A", string(c-1)).Replace("B: &B [*A, *A, *A]\n")
	}
	for name, src := range map[string]string{
		"decode": "yaml.decode(text)", "encode": "v = [{'a': 1, 'b': ['x']}] * (1 << 20)\nwhile True:\n    yaml.encode(v)\n",
		"laughs": "while True:\n    attempt(yaml.decode, laughs)\n",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			err := run(ctx, map[string]any{"text": strings.Repeat(big, 4), "laughs": laughs}, src)
			late, _ := ctx.Deadline()
			t.Log(time.Since(late), err)
			require.Error(t, err)
			require.Less(t, time.Since(late), 5*time.Second)
		})
	}
}
