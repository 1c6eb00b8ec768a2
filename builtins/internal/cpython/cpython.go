// Package cpython compares what modules answer with what CPython does.
package cpython

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// Compare evaluates expressions that mean the same in Starlark and in Python, in both,
// and fails the test where they differ: in value and type, or because one is an error and
// the other is not. prelude is Python code that runs before: it imports, and gives names
// the meaning that they have here. Python runs once. Without python3 the test is skipped,
// but under CI=true it fails.
func Compare(t *testing.T, prelude string, cases []string, modules ...engine.Module) {
	t.Helper()
	CompareWith(t, prelude, cases, engine.Options{Modules: modules})
}

// CompareWith is Compare with options.
func CompareWith(t *testing.T, prelude string, cases []string, opts engine.Options) {
	t.Helper()
	want := python(t, prelude, cases)
	got := ours(t, cases, opts)
	for i, c := range cases {
		if want[i] != got[i].text {
			t.Errorf("%s\n  Python: %s\n  here:   %s %v", c, want[i], got[i].text, got[i].err)
		}
	}
}

// program reads the cases as JSON and writes what they are, each as text.
const program = `
import json, sys
from collections.abc import Mapping
def norm(v):
    if v is None or isinstance(v, (bool, str)):
        return v
    if isinstance(v, int):
        return {"int": str(v)}
    if isinstance(v, float):
        return {"float": repr(v)}
    if isinstance(v, (bytes, bytearray)):
        return {"bytes": v.hex()}
    if isinstance(v, tuple):
        return {"tuple": [norm(e) for e in v]}
    if isinstance(v, Mapping):
        return {"dict": [[norm(k), norm(e)] for k, e in v.items()]}
    return [norm(e) for e in v]
def answer(case):
    try:
        return json.dumps(norm(eval(case)), ensure_ascii=False)
    except Exception as e:
        return "error"
request = json.load(sys.stdin)
exec(request["prelude"])
json.dump([answer(c) for c in request["cases"]], sys.stdout)
`

func python(t *testing.T, prelude string, cases []string) []string {
	t.Helper()
	name, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("python3 is needed")
		}
		t.Skip("python3 is not there")
	}
	request, err := json.Marshal(map[string]any{"prelude": prelude, "cases": cases})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), name, "-W", "ignore", "-X", "utf8", "-c", program)
	cmd.Stdin = bytes.NewReader(request)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []string
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != len(cases) {
		t.Fatalf("%d answers: %v", len(answers), err)
	}
	return answers
}

// An answer is a value, written, or "error" and which.
type answer struct {
	text string
	err  error
}

func ours(t *testing.T, cases []string, opts engine.Options) []answer {
	t.Helper()
	eng, err := engine.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	var src strings.Builder
	for i, c := range cases {
		fmt.Fprintf(&src, "def case_%d():\n    return (%s)\n", i, c)
	}
	script, err := eng.Compile("cases.star", []byte(src.String()))
	if err != nil {
		t.Fatal(err)
	}
	res, err := eng.Run(t.Context(), script, engine.Input{})
	if err != nil {
		t.Fatal(err)
	}
	answers := make([]answer, len(cases))
	for i := range cases {
		v, err := res.Call(t.Context(), fmt.Sprintf("case_%d", i))
		if err != nil {
			answers[i] = answer{"error", err}
			continue
		}
		answers[i] = answer{write(v), nil}
	}
	return answers
}

// write writes a value as Python's norm and json.dumps do.
func write(v starlark.Value) string {
	switch v := v.(type) {
	case starlark.NoneType:
		return "null"
	case starlark.Bool:
		if v {
			return "true"
		}
		return "false"
	case starlark.String:
		return quote(string(v))
	case starlark.Int:
		return `{"int": "` + v.String() + `"}`
	case starlark.Float:
		return `{"float": "` + v.String() + `"}`
	case starlark.Bytes:
		return `{"bytes": "` + hex.EncodeToString([]byte(v)) + `"}`
	case starlark.Tuple:
		return `{"tuple": ` + elements(v) + `}`
	case starlark.IterableMapping:
		var items []string
		for _, kv := range v.Items() {
			items = append(items, "["+write(kv[0])+", "+write(kv[1])+"]")
		}
		return `{"dict": [` + strings.Join(items, ", ") + `]}`
	case starlark.Iterable:
		return elements(v)
	}
	return "a " + v.Type()
}

func elements(v starlark.Iterable) string {
	var list []string
	for e := range starlark.Elements(v) {
		list = append(list, write(e))
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// quote writes a string as json.dumps does.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r < ' ':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}
