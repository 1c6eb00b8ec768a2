package reference_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/builtins/reference"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

func byName(t *testing.T) map[string]reference.Entry {
	t.Helper()
	entries, err := reference.Entries()
	require.NoError(t, err)
	names := map[string]reference.Entry{}
	for _, e := range entries {
		names[e.Name] = e
	}
	return names
}

// Every global and every member of a module is documented, and nothing else is.
func TestGlobals(t *testing.T) {
	documented := byName(t)
	there := map[string]bool{"args": true, "exit": true, "load": true}
	add := func(name string, v starlark.Value) {
		there[name] = true
		x, ok := v.(starlark.HasAttrs)
		if !ok || name == "bytes" {
			return
		}
		for _, member := range x.AttrNames() {
			there[name+"."+member] = true
		}
	}
	for name, v := range starlark.Universe {
		if _, ok := v.(*starlark.Builtin); ok {
			add(name, v)
		}
	}
	for _, name := range []string{"sum", "round", "divmod", "pow", "format"} {
		there[name] = true
	}
	for _, m := range builtins.Standard() {
		for name, v := range m.Globals {
			add(name, v)
		}
	}
	for name := range there {
		assert.NotEmpty(t, documented[name].Doc, "%s is not documented", name)
	}
	for name, e := range documented {
		if e.Kind != reference.Class && documented[e.Owner()].Kind != reference.Class {
			assert.True(t, there[name], "%s is documented but not there", name)
		}
	}
}

// Every attribute of every value is documented, and nothing else is.
func TestValues(t *testing.T) {
	documented := byName(t)
	found := map[string]bool{}
	for class, v := range values(t) {
		require.Equal(t, reference.Class, documented[class].Kind, class)
		found[class] = true
		names := v.(starlark.HasAttrs).AttrNames()
		if class == "Keyring" { // its attributes are the script's keys
			names = nil
		}
		for _, name := range names {
			assert.NotEmpty(t, documented[class+"."+name].Doc, "%s.%s is not documented", class, name)
		}
		for name, e := range documented {
			if e.Owner() == class && !e.Special() && name != "CompletedProcess.host" { // of ssh.run only
				assert.True(t, slices.Contains(names, e.Short()), "%s is documented but not there", name)
			}
		}
	}
	for name, e := range documented {
		if e.Kind == reference.Class && name != "Retry" { // which has no attributes
			assert.True(t, found[name], "testdata/values.star makes no %s", name)
		}
	}
}

// values returns a value of each class that has attributes.
func values(t *testing.T) map[string]starlark.Value {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	src, err := os.ReadFile("testdata/values.star")
	require.NoError(t, err)
	self, err := os.Executable()
	require.NoError(t, err)
	eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Allow: permit.Set{All: true}})
	require.NoError(t, err)
	defer func() { require.NoError(t, eng.Close()) }()
	script, err := eng.Compile("values.star", src, "address", "program")
	require.NoError(t, err)
	res, err := eng.Run(context.Background(), script, engine.Input{Vars: map[string]any{"address": server.URL, "program": self}})
	require.NoError(t, err)
	list := map[string]starlark.Value{}
	for _, kv := range res.Globals["values"].(*starlark.Dict).Items() {
		list[string(kv[0].(starlark.String))] = kv[1]
	}
	return list
}

// The README's sentence about modules names each of them, and nothing else.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, rest, found := bytes.Cut(text, []byte("Scripts reach the world through modules"))
	require.True(t, found)
	sentence, _, found := bytes.Cut(rest, []byte(". "))
	require.True(t, found)
	var named, modules []string
	for _, m := range regexp.MustCompile("`(.+?)`").FindAllSubmatch(sentence, -1) {
		named = append(named, string(m[1]))
	}
	for name, e := range byName(t) {
		if e.Kind == reference.Module {
			modules = append(modules, name)
		}
	}
	require.ElementsMatch(t, modules, named)
}

func TestSummary(t *testing.T) {
	for _, c := range [][]string{
		{"fs.copy", "copy makes a file. It is whole.", "makes a file"},
		{"b64encode", "They return text, with padding.", "return text, with padding"},
		{"Result", "A Result is one task: to wait for.", "one task"},
		{"Group.task", "@group.task(…) is register with options: after…", "@group.task(…) is register with options"},
		{"x", "", ""},
	} {
		require.Equal(t, c[2], reference.Entry{Name: c[0], Doc: c[1]}.Summary())
	}
	attribute := reference.Entry{Name: "a.b", Kind: reference.Attribute, Doc: "one; two"}
	require.Equal(t, "one; two", attribute.Summary())
}

func TestParagraphs(t *testing.T) {
	e := reference.Entry{Together: []string{"get", "put", "head"}, Doc: "They send a request.\n\nAnd more."}
	require.Equal(t, []string{"get, put and head", "send a request.", "", "And more."}, e.Paragraphs(18))
	require.Empty(t, reference.Entry{}.Paragraphs(18))
	require.Equal(t, []string{"", "supercalifragilistic", "é é é", "é"}[1:], reference.Wrap(" supercalifragilistic é é é é ", 5))
}

func TestParameters(t *testing.T) {
	list, result := reference.Parameters(`(a: dict[str, int] = {}, sep: str = ",)", *rest) -> Any`)
	require.Equal(t, []string{"a: dict[str, int] = {}", `sep: str = ",)"`, "*rest"}, list)
	require.Equal(t, " -> Any", result)
	list, _ = reference.Parameters("() -> int")
	require.Empty(t, list)
}
