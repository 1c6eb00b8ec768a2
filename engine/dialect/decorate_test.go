package dialect

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

func backtrace(err error) string {
	var e *starlark.EvalError
	if errors.As(err, &e) {
		return e.Backtrace()
	}
	return err.Error()
}

const trace = `
def deco(name):
    print("eval", name)
    def apply(f):
        print("apply", name)
        return lambda *args: name + "(" + f(*args) + ")"
    return apply
`

func TestDecorators(t *testing.T) {
	runAll(t, []program{
		{"bare", "def d(f): return f()\n@d\ndef f(): return 3\nprint(f)", "3"},
		{"called", "def d(x): return lambda f: x + f()\n@d(1)\ndef f(): return 3\nprint(f)", "4"},
		{"lambda", "@lambda f: f()\ndef f(): return 3\nprint(f)", "3"},
		{"comment, blank line and blanks", "def d(f): return f() # x\n@ d # why ( \n\n# more\n@ (d)\t\ndef f(): return lambda: 3\nprint(f)", "3"},
		{"several lines", "def d(x): return lambda f: x\n@d(\n  1 # )\n)\ndef f(): pass\nprint(f)", "1"},
		{"continued line", "def d(x): return lambda f: x\n@d \\\n(1)\ndef f(): pass\nprint(f)", "1"},
		{"order", trace + "@deco('a')\n@deco('b')\ndef f(x=print('def')): return 'f' + x\nprint(f('1'))",
			"eval a\neval b\ndef\napply b\napply a\na(b(f1))"},
		{"in def", trace + "def outer():\n    @deco('a')\n    @deco('b')\n    def f(): return 'f'\n    return f()\nprint(outer())",
			"eval a\neval b\napply b\napply a\na(b(f))"},
		{"nested", trace + "@deco('a')\n@deco('b')\ndef f():\n    @deco('c')\n    @deco('d')\n    def g(): return 'g'\n    return g()\nprint(f())",
			"eval a\neval b\napply b\napply a\neval c\neval d\napply d\napply c\na(b(c(d(g))))"},
		{"in if, for and while", trace + `
for i in range(2):
    if i:
        @deco(str(i))
        def f(): return 'f'
        print(f())
    else:
        @deco("else")
        def f(): return 'g'
        print(f())
`, "eval else\napply else\nelse(g)\neval 1\napply 1\n1(f)"},
		{"same name twice", "def d(f): return f()\n@d\ndef f(): return 1\nprint(f)\n@d\ndef f(): return 2\nprint(f)", "1\n2"},
		{"f-string in decorator", "def d(x): return lambda f: x\ny = 1\n@d(f\"{y}\")\ndef f(): pass\nprint(f)", "1"},
		{"evaluating a decorator runs decorated code", `
def make(x):
    @lambda f: f
    @lambda f: f()
    def inner(): return lambda f: lambda: x + f()
    return inner
@make("a")
@make("b")
def f(): return "f"
print(f())
`, "abf"},
		{"recursion", "def d(f): return f\n@d\ndef fact(n): return 1 if n < 2 else n * fact(n - 1)\nprint(fact(5))", "120"},
		{"one-line suite after it", "def d(f): return f\n@d\ndef f(): return 1\nif True: print(f())", "1"},
	})
}

func TestDecoratorPositions(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"evaluating", "x = 1\n@x.y\ndef f(): pass", "t.star:2:3: "},
		{"calling", "x = 1\n  \n@x(1,\n 2)\ndef f(): pass", "t.star:3:3: "},
		{"applying", "def ok(f): return f\n@1\n@ok\ndef f(): pass", "t.star:2:1: "},
		{"applying the inner one", "def ok(f): return f\n@ok\n@1\ndef f(): pass", "t.star:3:1: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := run(t, c.src)
			require.Error(t, err)
			require.Contains(t, backtrace(err), c.want)
		})
	}
}
