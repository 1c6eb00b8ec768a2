package csv_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/starlark-tg/tg/builtins/csv"
	"github.com/starlark-tg/tg/builtins/internal/cpython"
	"github.com/starlark-tg/tg/builtins/json"
	"github.com/starlark-tg/tg/builtins/sync"
	"github.com/starlark-tg/tg/builtins/threadgroup"
	startime "github.com/starlark-tg/tg/builtins/time"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/enginetest"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScripts(t *testing.T) {
	enginetest.Run(t, "testdata/*.star", threadgroup.Module(), sync.Module(), startime.Module(), json.Module(), csv.Module())
}

// prelude gives the functions their meaning here: there are no empty rows, and a newline
// within quotes is "\n".
const prelude = `
import csv as real, io, types
def lines(text): return io.StringIO(text.replace("\r\n", "\n"), newline="") if isinstance(text, str) else [l + "\n" for l in text]
def reader(text, **k): return [r for r in real.reader(lines(text), **{"strict": True, **k}) if r]
def dict_reader(text, *a, **k): return list(real.DictReader(lines(text), *a, **{"strict": True, **k}))
def encode(rows, header=None, lineterminator="\n", **k):
    out = io.StringIO(newline="")
    if rows and isinstance(rows[0], dict):
        w = real.DictWriter(out, header or list(rows[0]), lineterminator=lineterminator, **k)
        w.writeheader()
    else:
        w = real.writer(out, lineterminator=lineterminator, **k)
        if header is not None: w.writerow(header)
    w.writerows(rows)
    return out.getvalue()
csv = types.SimpleNamespace(reader=reader, DictReader=dict_reader, encode=encode)
`

func TestCPython(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	pieces := []string{"a", "b c", ",", "\"", "\n", ";", "é", "'", "\\"} // no tab: at the beginning of a field encoding/csv quotes it
	texts := []string{
		"", "\n", "a", "a,b\n1,2\n", "a,b\r\n1,2\r\n", "a\n\nb\n", "\"a\nb\",c\n", "\"a\r\nb\",c\r\n", "\"a\"\"b\"\n", "\"a\"b,c\n", "\"a", "\"a\n", ",\n", ",", "\"\"", "\"\"\n", "a,\"\"", "a,\"\n", "a,b,c\n1\n1,2,3,4\n\n5,6,7\n", "a,a\n1,2\n",
	}
	var cases []string
	for range 300 {
		var rows, encoded []string
		for range r.IntN(3) + 1 {
			var row, fields []string
			for range r.IntN(3) + 1 {
				field := ""
				for range r.IntN(4) {
					field += pieces[r.IntN(len(pieces))]
				}
				row = append(row, quote(field))
				if strings.ContainsAny(field, ",\"\n;") || field == "" || r.IntN(3) == 0 {
					field = `"` + strings.ReplaceAll(field, `"`, `""`) + `"`
				}
				fields = append(fields, field)
			}
			rows = append(rows, "["+strings.Join(row, ", ")+"]")
			encoded = append(encoded, strings.Join(fields, ","))
		}
		cases = append(cases, "csv.encode(["+strings.Join(rows, ", ")+"])", "csv.encode(["+strings.Join(rows, ", ")+"], delimiter=';')")
		texts = append(texts, strings.Join(encoded, "\n"), strings.Join(encoded, "\r\n")+"\r\n")
	}
	for _, text := range texts {
		q := quote(text)
		cases = append(cases, "[r for r in csv.reader("+q+")]", "[r for r in csv.DictReader("+q+")]", "[r for r in csv.DictReader("+q+", ['x', 'y'], restkey='more', restval='none')]",
			"[r for r in csv.reader("+quote(strings.ReplaceAll(text, ",", ";"))+", delimiter=';')]", "[r for r in csv.reader("+quote(strings.ReplaceAll(text, ",", ", "))+", skipinitialspace=True)]")
		if text != "" && !strings.Contains(text, "\r") {
			cases = append(cases, "[r for r in csv.reader("+q+".split('\\n'))]")
		}
	}
	cases = append(cases,
		`csv.encode([])`, `csv.encode([[]])`, `csv.encode([[""]])`, `csv.encode([[None]])`, `csv.encode([["", ""]])`, `csv.encode([[1, 2.5, True, None, "x", 1 << 80, 1e30]])`,
		`csv.encode([{"a": 1, "b": 2}, {"b": 3}])`, `csv.encode([{"a": 1}], ["b", "a"])`, `csv.encode([{"a": 1, "c": 2}], header=["a"])`, `csv.encode([[1]], header=["a"])`,
		`csv.encode([("a", "b")])`, `csv.encode([["a'b", "c;d"]], delimiter=";")`, `csv.encode(5)`, `csv.encode([5])`, `csv.encode([["a", ""], [""]], lineterminator="\r\n")`)
	cpython.Compare(t, prelude, cases, csv.Module())
}

// quote writes a literal that is the same in both languages.
func quote(s string) string {
	return `"` + strings.NewReplacer("\\", `\\`, "\"", `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}

// Whatever is under way, it ends soon after it is told to.
func TestCancel(t *testing.T) {
	vars := map[string]any{
		"text": strings.Repeat("a,b\n", 1<<20), "wide": strings.Repeat(strings.Repeat("a,", 190_000)+"\n", 20), "lines": make([]string, 1<<20),
	}
	eng, err := engine.New(engine.Options{Modules: []engine.Module{csv.Module()}})
	require.NoError(t, err)
	for _, call := range []string{
		"[r for r in csv.reader(text)]", "list(csv.DictReader(text))", "[r[0] for r in csv.reader(wide)]", "list(csv.reader(lines))", "csv.encode(csv.reader(text))", "csv.encode([lines])",
		"csv.encode([{str(i): 1 for i in range(100000)}] * 100)",
	} {
		t.Run(call, func(t *testing.T) {
			script, err := eng.Compile("test.star", []byte("while True:\n    "+call), "text", "wide", "lines")
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			_, err = eng.Run(ctx, script, engine.Input{Vars: vars})
			late, _ := ctx.Deadline()
			t.Log(time.Since(late))
			require.ErrorContains(t, err, "deadline exceeded")
			require.Less(t, time.Since(late), 10*time.Second) // it takes some 10 ms; machines are busy, and the race detector is slow
		})
	}
}
