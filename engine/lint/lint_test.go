package lint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/starlark-tg/tg/engine/lint"
	"github.com/stretchr/testify/require"
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
)

func builtIn(name string) bool {
	return starlark.Universe.Has(name) || name == "threadgroup" || name == "counter" || name == "fs" || name == "time" || dialect.Hidden(name) || name == "g0"
}

func check(t testing.TB, src string) []lint.Warning {
	f, problems := dialect.Parse("x.star", []byte(src))
	require.Empty(t, problems)
	require.NoError(t, resolve.File(f.Syntax, builtIn, starlark.Universe.Has), src)
	return lint.Check(f, builtIn)
}

// The lines of a case that a rule is to find carry "#! RULE" or "#! RULE RULE".
func TestRules(t *testing.T) {
	text, err := os.ReadFile("testdata/rules.star")
	require.NoError(t, err)
	for i, src := range strings.Split(string(text), "\n---\n") {
		var want, got []string
		for n, line := range strings.Split(src, "\n") {
			if _, rules, ok := strings.Cut(line, "#! "); ok {
				for rule := range strings.FieldsSeq(rules) {
					want = append(want, fmt.Sprintf("%d %s", n+1, rule))
				}
			}
		}
		for _, w := range check(t, src) {
			got = append(got, fmt.Sprintf("%d %s", w.Pos.Line, w.Rule))
			require.NotEmpty(t, w.Hint)
		}
		require.Equal(t, want, got, "case %d:\n%s", i, src)
	}
}

// Scripts that people are to learn from have nothing to warn of.
func TestScripts(t *testing.T) {
	paths, err := filepath.Glob("../../scripts/*.star")
	require.NoError(t, err)
	more, err := filepath.Glob("../../scripts/*/*.star")
	require.NoError(t, err)
	for _, path := range append(paths, more...) {
		src, err := os.ReadFile(path)
		require.NoError(t, err)
		f, problems := dialect.Parse(path, src)
		require.Empty(t, problems)
		free := regexp.MustCompile(`undefined: `)
		if err := resolve.File(f.Syntax, func(string) bool { return true }, starlark.Universe.Has); err != nil {
			require.Regexp(t, free, err)
		}
		for _, w := range lint.Check(f, builtIn) {
			t.Errorf("%v [%s]", w.Problem, w.Rule)
		}
	}
}

// No file that compiles makes it fail.
func FuzzCheck(f *testing.F) {
	text, err := os.ReadFile("testdata/rules.star")
	require.NoError(f, err)
	for src := range strings.SplitSeq(string(text), "\n---\n") {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		file, problems := dialect.Parse("x.star", []byte(src))
		if len(problems) > 0 || resolve.File(file.Syntax, func(string) bool { return true }, starlark.Universe.Has) != nil {
			t.Skip("it does not compile")
		}
		for _, w := range lint.Check(file, builtIn) {
			require.True(t, w.Pos.IsValid())
		}
	})
}
