package dialect

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/syntax"
)

func TestUnreadableSource(t *testing.T) {
	for _, c := range []wrong{
		{"x = 1\ny = \x00", "2:5 NUL byte in the source"},
		{"x = 1\né\xff", "2:2 the file is not valid UTF-8 [save it as UTF-8]"},
		{"\xff\xfex\x00", "1:1 the file is UTF-16, not UTF-8 [save it as UTF-8]"},
		{"\xfe\xff\x00x", "1:1 the file is UTF-16, not UTF-8 [save it as UTF-8]"},
		{"\ufeffx = )", "1:5 unmatched ')'"},
		{"x = 1\r\ny = )\rz = )", "2:5 unmatched ')'\n3:5 unmatched ')'"},
	} {
		require.Equal(t, c.want, problemsOf(c.src), "%q", c.src)
	}
}

func TestLine(t *testing.T) {
	f, _ := Parse("t.star", []byte("\ufeffa\r\n\rc\nd"))
	for n, want := range []string{"", "a", "", "c", "d", ""} {
		require.Equal(t, want, f.Line(n))
	}
	require.Equal(t, "\ufeffa\r\n\rc\nd", string(f.Source))
	require.Equal(t, "", f.Line(-1))
	f, _ = Parse("t.star", nil)
	require.Equal(t, "", f.Line(1))
}

// What can be parsed is in the tree, what can not is mentioned.
func TestRecovery(t *testing.T) {
	f, problems := Parse("t.star", []byte(`
a = 1
import time
def g():
    b = )
    return f"{c}"
@deco
def h(): return raise
d = f"{x +}"
if a:
    e = 1
`))
	require.Len(t, problems, 4)
	var names []string
	for _, stmt := range f.Syntax.Stmts {
		if s, ok := stmt.(*syntax.AssignStmt); ok {
			names = append(names, s.LHS.(*syntax.Ident).Name)
		}
	}
	require.Equal(t, []string{"a", "d"}, names)
	require.IsType(t, &syntax.IfStmt{}, f.Syntax.Stmts[2])
	for _, name := range []string{"time", "g", "b", "c", "deco", "h", "x"} {
		require.True(t, f.Mentioned(name), name)
	}
	for _, name := range []string{"a", "d", "e", "nobody"} {
		require.False(t, f.Mentioned(name), name)
	}
}

func TestAtMostAHundredProblems(t *testing.T) {
	src := ""
	for range 500 {
		src += "x = )\ny z\n"
	}
	_, problems := Parse("t.star", []byte(src))
	require.Len(t, problems, maxProblems)
}

func TestProblemsAreErrors(t *testing.T) {
	_, problems := Parse("t.star", []byte("x = )\nimport time"))
	require.EqualError(t, problems, "t.star:1:5: unmatched ')'\nt.star:2:1: Starlark has no 'import'")
	var p Problem
	require.True(t, errors.As(error(problems), &p))
	require.EqualValues(t, 1, p.Pos.Line)
}

func TestHidden(t *testing.T) {
	for _, name := range []string{NameDecorator, NameApply, NameFString, NameFormat, NameAssert, "@0"} {
		require.True(t, Hidden(name))
	}
	require.False(t, Hidden("x"))
	require.False(t, Hidden(""))
}

// Statements that are right one by one but not together are a problem all the same.
func TestIndentationAcrossStatements(t *testing.T) {
	require.Equal(t, "1:3 unexpected indent", problemsOf("  x = 1\ny = 2"))
}

func TestExcessiveNesting(t *testing.T) {
	deep := strings.Repeat("1 + ", 2*maxDepth)
	for _, src := range []string{
		"x = " + deep + "1", "assert " + deep + "1 == 2", "f'{" + deep + "1}'",
		"if 1: pass\n" + strings.Repeat("elif 1: pass\n", 2*maxDepth),
	} {
		_, problems := Parse("t.star", []byte(src))
		require.Len(t, problems, 1)
		require.Equal(t, "excessive nesting", problems[0].Msg)
	}
	_, problems := Parse("t.star", []byte("x = "+deep[:maxDepth]+"1"))
	require.Empty(t, problems)
}
