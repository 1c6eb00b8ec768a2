package dialect

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFailingAsserts(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"assert 1 == 2", "1 == 2 left=1 right=2"},
		{"assert 1==2", "1==2 left=1 right=2"},
		{"assert False", "False"},
		{"assert not 1", "not 1"},
		{"assert 1 != 1, 'why'", `1 != 1 left=1 right=1 message="why"`},
		{"assert 2 < 1", "2 < 1 left=2 right=1"},
		{"assert 1 in [2]", "1 in [2] left=1 right=[2]"},
		{"assert 1 not in [1]", "1 not in [1] left=1 right=[1]"},
		{"assert(1 == 2, 'why')", `1 == 2 left=1 right=2 message="why"`},
		{"assert (1 == 2)", "1 == 2 left=1 right=2"},
		{"assert (1 == 2), 'why'", `1 == 2 left=1 right=2 message="why"`},
		{"assert [0][0]", "[0][0]"},
		{"assert 1 == [2][0]", "1 == [2][0] left=1 right=2"},
		{"assert 'a' == 'abc'[1:]", `'a' == 'abc'[1:] left="a" right="bc"`},
		{"assert 1 == ()", "1 == () left=1 right=()"},
		{"assert (1 ==\n   # why\n\t2)", "1 == 2 left=1 right=2"},
		{"assert 1   ==  \\\n  2", "1 == 2 left=1 right=2"},
		{"assert 'a  b'  == 'c  d'", `'a  b' == 'c  d' left="a  b" right="c  d"`},
		{"x = 1\nassert f'{x}  {x}' == f\"2\"", `f'{x}  {x}' == f"2" left="1  1" right="2"`},
		{"pass; assert 1 == 2", "1 == 2 left=1 right=2"},
		{"if True: assert 1 == 2", "1 == 2 left=1 right=2"},
		{"if True:\n  assert 1 == 2", "1 == 2 left=1 right=2"},
		{"def f(x):\n  assert x == 'é', f\"{x}\"\nf('ü')", `x == 'é' left="ü" right="é" message="ü"`},
		{"'é'; assert 'ü' == 'é' ; 'ä'", `'ü' == 'é' left="ü" right="é"`},
	} {
		t.Run(c.src, func(t *testing.T) {
			_, err := run(t, c.src)
			require.EqualError(t, err, "assertion failed: "+c.want)
		})
	}
}

func TestAssertSemantics(t *testing.T) {
	runAll(t, []program{
		{"passes", "assert 1 == 1\nassert True, 'x'\nassert (True, 'x')\nprint('ok')", "ok"},
		{"message is lazy", "def m(): print('message')\nassert 1 == 1, m()\nassert [1], m()\nprint('ok')", "ok"},
		{"operands are evaluated once, in order", "def v(x):\n  print(x)\n  return x\nassert v(1) < v(2)", "1\n2"},
		{"and stays lazy", "assert 1 or 1 // 0", ""},
		{"a name before . and =", "assert = 3\nprint(assert)\nif assert == 3: print('yes')", "3\nyes"},
		{"a name after lambda", "assert = 3\nf = lambda: assert\nprint(f())", "3"},
		{"a keyword", "def f(assert): return assert\nprint(f(assert=1))", "1"},
	})
}

func TestAssertPositions(t *testing.T) {
	_, err := run(t, "pass\nif True:\n    assert 1 == 2")
	require.Contains(t, backtrace(err), "t.star:3:5: ")
	_, err = run(t, "pass\nassert 1 < ''")
	require.Contains(t, backtrace(err), "t.star:2:10: ")
}
