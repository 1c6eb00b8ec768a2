package random_test

import (
	"fmt"
	"testing"

	"github.com/starlark-tg/tg/builtins/internal/cpython"
	"github.com/starlark-tg/tg/builtins/random"
	"github.com/starlark-tg/tg/builtins/threadgroup"
	startime "github.com/starlark-tg/tg/builtins/time"
	"github.com/starlark-tg/tg/engine/enginetest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScripts(t *testing.T) {
	enginetest.Run(t, "testdata/*.star", threadgroup.Module(), startime.Module(), random.Module())
}

// prelude has shuffled(r, x), which is written in Starlark as an expression.
const prelude = `
import random
def fail(*a): raise ValueError()
`

// The numbers are CPython's. gauss may differ in the last bit: it is of the C library.
func TestCPython(t *testing.T) {
	var cases []string
	for _, seed := range []string{"0", "1", "42", "-42", "2 << 31", "(1 << 32) - 1", "1 << 200", "-(1 << 99)", `""`, `"seed"`, `"é"`, `b"\xff"`} {
		for _, call := range []string{
			"[r.random() for _ in range(700)]", "[r.randint(1, 6) for _ in range(50)]", "[r.randint(-(1 << 70), 1 << 70) for _ in range(5)]", "[r.randrange(10) for _ in range(20)]",
			"[r.randrange(-5, 100, 7) for _ in range(20)]", "[r.randrange(100, -5, -7) for _ in range(20)]", "[r.getrandbits(k) for k in [0, 1, 8, 31, 32, 33, 63, 64, 65, 100, 1000]]",
			"r.randbytes(11)", "[r.uniform(-1, 2.5) for _ in range(10)]", "[r.choice('abc') for _ in range(20)]", "[r.choice('äöü') for _ in range(20)]", "[r.choice(range(1 << 40)) for _ in range(5)]",
			"[(r.shuffle(x), x)[1] for x in [list(range(50))]]", "r.sample(range(1000), 5)", "r.sample(range(10000), 200)", "r.sample([1, 2, 3], 3)", "r.sample('abcdef', 2)", "r.sample(range(30), 30)", "r.sample(range(1000000), 50)", "r.sample([], 0)",
			"r.choices('abc', k=20)", "r.choices([1, 2, 3], [10, 1, 0.5], k=20)", "r.choices([1, 2, 3], cum_weights=[1, 5, 6], k=20)", "r.choices('äb')", "[round(r.gauss(3, 2), 9) for _ in range(5)]",
			"(r.gauss(), r.seed(7), round(r.gauss(), 9))[2]", "(r.seed('a'), r.random())[1]",
		} {
			cases = append(cases, fmt.Sprintf("(lambda r: %s)(random.Random(%s))", call, seed))
		}
	}
	for _, call := range []string{
		"r.randint(2, 1)", "r.randint(1.5, 2)", "r.randrange(0)", "r.randrange(1, 1)", "r.randrange(1, 2, 0)", "r.choice([])", "r.choice(5)", "r.choice({})", "r.sample([1], 2)", "r.sample([1], -1)",
		"r.sample({1: 2}, 1)", "r.choices([])", "r.choices([1], [0])", "r.choices([1, 2], [1])", "r.choices([1], [1], cum_weights=[1])", "r.getrandbits(-1)", "r.shuffle((1, 2))", "r.random(1)", "r.randint(1)", "r.choices([1], k=0)",
	} {
		cases = append(cases, fmt.Sprintf("(lambda r: %s)(random.Random(1))", call))
	}
	cpython.Compare(t, prelude, cases, random.Module())
}
