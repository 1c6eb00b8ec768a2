package vault_test

import (
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// clock gives scripts stamp(): numbers in the order of the calls.
func clock() engine.Module {
	var n atomic.Int64
	return engine.Module{Name: "clock", Globals: starlark.StringDict{
		"stamp": starlark.NewBuiltin("stamp", func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.MakeInt64(n.Add(1)), nil
		}),
	}}
}

// Tasks race for the keys of a vault, and note when each call began and ended. A key
// that is written once has one moment from which on it is there. The history is
// linearizable if there can be one for each key: within the call of the one that won,
// not before any that missed it began, and not after any that met it ended. Pairs go in
// at one moment.
const racing = `
N = 40
K = keyring(**{"k%d" % i: int for i in range(N)} | {"%s%d" % (p, i): int for p in ["a", "b"] for i in range(N)})

def task(seed):
    history = []
    for n in range(N):
        i = (n + seed // 2) % N
        k = "k%d" % i
        began = stamp()
        r = attempt(v.insert, k, seed) if (n + seed) % 3 else attempt(v.get, k)
        ended = stamp()
        if (n + seed) % 3:
            history.append((k, "won" if r.ok else "met", seed if r.ok else None, began, ended))
        else:
            history.append((k, "met" if r.ok else "missed", r.result if r.ok else None, began, ended))
        if seed % 2:
            began = stamp()
            r = attempt(both[i], seed)
            history.append(("a%d" % i, "won" if r.ok else "met", seed if r.ok else None, began, stamp()))
        else:
            got = v.get(["a%d" % i, "b%d" % i], default=None)
            assert got["a%d" % i] == got["b%d" % i], got
    return history

def check(history):
    keys = {}
    for k, what, value, began, ended in history:
        keys.setdefault(k, []).append((what, value, began, ended))
    for k, all in keys.items():
        won = [x for x in all if x[0] == "won"]
        assert len(won) == 1, (k, won)
        value, begin, end = won[0][1:]
        for what, got, began, ended in all:
            if what == "missed":
                begin = max(begin, began)
            elif what == "met":
                assert got in (None, value), (k, got, value)
                end = min(end, ended)
        assert begin <= end, (k, all)
        assert v.get(k) == value

def round():
    history = []
    for one in threadgroup(max_workers=8).map(task, range(8)).values():
        history.extend(one)
    check(history)
`

func TestLinearizable(t *testing.T) {
	rounds := 100
	if testing.Short() {
		rounds = 10
	}
	src := racing + `
both = None
v = None
for _ in range(` + strconv.Itoa(rounds) + `):
    v = create_vault(K, "v")
    both = [v.manual(output=["a%d" % i, "b%d" % i])(lambda x: (x, x)) for i in range(N)]
    round()
`
	_, err := lab{modules: append(modules(), clock())}.run(t, t.Context(), src)
	require.NoError(t, err)
}

// The same with a file, which is whole and has the same in the end.
func TestLinearizableFile(t *testing.T) {
	dir := t.TempDir()
	src := `DIR = "` + dir + `"` + racing + `
both = None
v = None
for n in range(3):
    v = create_vault(K, "v", file=DIR + "/%d.json" % n)
    both = [v.manual(output=["a%d" % i, "b%d" % i])(lambda x: (x, x)) for i in range(N)]
    round()
    assert create_vault(K, "v", file=DIR + "/%d.json" % n, mode="r").asdict() == v.asdict()
`
	_, err := lab{modules: append(modules(), clock()), allow: permit.Set{Write: []string{dir}}}.run(t, t.Context(), src)
	require.NoError(t, err)
}

// All keys of an insert go in at one moment, however many they are, and however often.
func TestAtomic(t *testing.T) {
	_, err := lab{}.run(t, t.Context(), `
NAMES = ["k%d" % i for i in range(60)]
K = keyring(**{name: int for name in NAMES})
v = create_vault(K, "v", permit_modifications=True)
insert = v.manual(output=NAMES)(lambda n: (n,) * 60)
insert(0)
def task(seed):
    for n in range(500):
        if seed % 2:
            insert(seed)
        else:
            got = v.get(NAMES)
            assert len(set(got.values())) == 1, got
            assert len(set(v.asdict().values())) == 1
threadgroup(max_workers=8).map(task, range(8))
`)
	require.NoError(t, err)
}

// Values of versions: with modifications every insert goes in, and an automatic function
// runs once for each.
func TestVersions(t *testing.T) {
	for _, serial := range []bool{false, true} {
		_, err := lab{serial: serial}.run(t, t.Context(), `
K = keyring(a=int, b=int)
v = create_vault(K, "v", permit_modifications=True)
seen = counter()
@v.automatic(input="a", output="b")
def f(a):
    seen.add(a)
    return a
def task(i):
    v.insert("a", i)
    if i % 100 == 0:
        v.wait()
threadgroup(max_workers=16).map(task, range(1000))
v.wait()
assert len(seen) == 1000 and seen.total() == 1000, (len(seen), seen.total())
assert "b" in v
`)
		require.NoError(t, err)
	}
}
