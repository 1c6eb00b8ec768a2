package format

import (
	"testing"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/stretchr/testify/require"
)

func sameText(t *testing.T, a, b string) error {
	x, problems := dialect.Parse("a.star", []byte(a))
	require.Empty(t, problems, a)
	y, problems := dialect.Parse("b.star", []byte(b))
	require.Empty(t, problems, b)
	return same(x, y)
}

// The check finds what a formatter must not do.
func TestSame(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"x = 1", "x=1\n"},
		{"x = '''a\r\n'''", "x = '''a\n'''"},
		{"if x:\n\ty\n\tz", "if x:\n  y\n  z"},
		{"#a\nf( #b\n#c\n)", "# a\nf(  # b\n    # c\n)"},
		{"assert x==1,f'{x}'", "assert x == 1, f'{x}'"},
		{"\n\\\n\nx\\\n", "x"},
	} {
		require.NoError(t, sameText(t, c.a, c.b), c.a)
	}
	for _, c := range []struct{ a, b, err string }{
		{"x = 1", "x = 2", "became"},
		{"x", "x\ny", "2 tokens became 4"},
		{"x = 'a'", `x = "a"`, "became"},
		{"x = 'a'", "x = ' a'", "became"},
		{"f'{x + 1}'", "f'{x+1}'", "became"},
		{"f(a,)", "f(a)", "became"},
		{"x; y", "x\ny", "became"},
		{"if x:\n  y\n  z", "if x:\n  y\nz", "became"},
		{"if x:\n  if y:\n    z\n  z", "if x:\n  if y:\n    z\n    z", "became"},
		{"if x:\n  y\nelse:\n  z", "if x: y\nelse: z", "became"},
		{"x #a", "x", "became"},
		{"x #a", "x # b", "became"},
		{"x #a", "#a\nx", "became"},
		{"x #a", "x\n#a", "became"},
		{"f(x, #a\ny)", "f(x,\n#a\ny)", "became"},
		{"x #a\ny", "x\ny #a", "became"},
		{"a\n#b", "#b\na", "became"},
	} {
		require.ErrorContains(t, sameText(t, c.a, c.b), c.err, "%q %q", c.a, c.b)
	}
}

// Trees differ where files mean something else, also if their tokens were taken for the same.
func TestShape(t *testing.T) {
	shapeOf := func(src string) string {
		f, problems := dialect.Parse("t.star", []byte(src))
		require.Empty(t, problems, src)
		return string(shape(f.Syntax))
	}
	for _, c := range []struct{ a, b string }{
		{"a + b", "a - b"}, {"-a", "+a"}, {"a", "b"}, {"'a'", "'b'"}, {"'a'", `"a"`}, {"a = 1", "a += 1"}, {"x[a:]", "x[:a]"}, {"pass", "a"},
		{"for a in b: break", "for a in b: continue"}, {"if a: b; c", "if a: b\nelse: c"}, {"a\nb", "a + b"}, {"f'{a!r}'", "f'{a}'"},
		{"assert a, b", "assert a, c"}, {"assert a == b", "assert a == c"}, {"@d\ndef f(): pass", "@d()\ndef f(): pass"}, {"(a)", "a"},
		{"def f(*, a): pass", "def f(*a): pass"}, {"{a: b for a in b}", "[a for a in b]"}, {"if a:\n  b\n  c", "if a:\n  b\nc"},
	} {
		require.NotEqual(t, shapeOf(c.a), shapeOf(c.b), "%q %q", c.a, c.b)
	}
	require.Equal(t, shapeOf("assert x==1,y"), shapeOf("assert x == 1, y"))
}
