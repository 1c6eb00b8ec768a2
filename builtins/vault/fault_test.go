package vault_test

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/starlark-tg/tg/builtins/vault"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// A faulty disk fails as it is told.
type faulty struct {
	vault.Disk
	*faults
}

type faults struct {
	mu   sync.Mutex
	list map[string]int // how often each operation is still to fail; -1: always
	seen map[string]int
}

func (f *faults) fail(op string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen[op]++
	switch n := f.list[op]; {
	case n == 0:
		return nil
	case n > 0:
		f.list[op]--
	}
	return fmt.Errorf("%s here: %w", op, syscall.ENOSPC)
}

func (f *faulty) Temp(perm fs.FileMode) (vault.File, error) {
	if err := f.fail("temp"); err != nil {
		return nil, err
	}
	t, err := f.Disk.Temp(perm)
	if err != nil {
		return nil, err
	}
	return &faultyFile{t, f.faults}, nil
}

func (f *faulty) Rename() error {
	if err := f.fail("rename"); err != nil {
		return err
	}
	return f.Disk.Rename()
}

func (f *faulty) Sync() error {
	if err := f.fail("folder"); err != nil {
		return err
	}
	return f.Disk.Sync()
}

type faultyFile struct {
	vault.File
	*faults
}

// Write writes the half of it before it fails.
func (f *faultyFile) Write(p []byte) (int, error) {
	if err := f.fail("write"); err != nil {
		n, _ := f.File.Write(p[:len(p)/2])
		return n, err
	}
	if f.fail("short") != nil {
		return f.File.Write(p[:len(p)/2])
	}
	return f.File.Write(p)
}

func (f *faultyFile) Sync() error {
	if err := f.fail("sync"); err != nil {
		return err
	}
	return f.File.Sync()
}

// faultyModules has a vault whose disk fails when the script calls fault(op, times).
func faultyModules(f *faults) []engine.Module {
	m := vault.ModuleOn(background, func(d vault.Disk) vault.Disk { return &faulty{d, f} })
	m.Globals["fault"] = starlark.NewBuiltin("fault", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		op, _ := starlark.AsString(args[0])
		f.list[op], _ = starlark.AsInt32(args[1])
		return starlark.None, nil
	})
	m.Globals["file"] = starlark.NewBuiltin("file", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		name, _ := starlark.AsString(args[0])
		b, err := os.ReadFile(name)
		return starlark.String(b), err
	})
	return with(m)
}

// Whatever fails, the insert fails, and neither the vault nor the file has the value; the
// next one goes in.
func TestFaults(t *testing.T) {
	for _, op := range []string{"temp", "write", "short", "sync", "rename", "folder"} {
		t.Run(op, func(t *testing.T) {
			dir, src := place(t)
			f := &faults{list: map[string]int{}, seen: map[string]int{}}
			l := lab{allow: permit.Set{Write: []string{dir}}, modules: faultyModules(f)}
			_, err := l.run(t, t.Context(), src+`
op = "`+op+`"
path = DIR + "/x.json"
v = vault("a")
v.insert("k1", "x")
before = file(path)
fault(op, 1)
r = attempt(v.insert, "k2", 5)
assert not r.ok and ("no space left" in r.error.message or "short write" in r.error.message), r
assert r.error.message.startswith('insert: vault "v": file ' + path + ': '), r
assert "k2" not in v and v.asdict() == {"k1": "x"}
assert file(path) == before, file(path)
v.insert("k2", 6)
assert v["k2"] == 6 and '"k2": 6' in file(path)
both = v.manual(output=["k3", "k4"])(lambda: (1.0, 2))
fault(op, 1)
assert not attempt(both).ok and len(v) == 2
both()
assert len(v) == 4
`)
			require.NoError(t, err)
			require.NotZero(t, f.seen[op])
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Len(t, entries, 1)
			_, err = run(t, dir, src+`assert vault("a").asdict() == {"k1": "x", "k2": 6, "k3": 1.0, "k4": 2}`)
			require.NoError(t, err)
		})
	}
}

// What cannot be taken back is told, and nothing is inserted any more.
func TestBroken(t *testing.T) {
	dir, src := place(t)
	f := &faults{list: map[string]int{}, seen: map[string]int{}}
	l := lab{allow: permit.Set{Write: []string{dir}}, modules: faultyModules(f)}
	_, err := l.run(t, t.Context(), src+`
v = vault("a")
v.insert("k1", "x")
fault("folder", -1)
r = attempt(v.insert, "k2", 5)
assert not r.ok and "sync of the folder" in r.error.message and len(v) == 1, r
fault("folder", 0)
v.insert("k2", 5)
assert len(v) == 2
`)
	require.NoError(t, err)
	require.Contains(t, content(t, dir), `"k2": 5`)

	// The folder's sync fails, and then nothing can be written.
	dir, src = place(t)
	m := vault.ModuleOn(background, func(d vault.Disk) vault.Disk { return &breaking{Disk: d} })
	_, err = lab{allow: permit.Set{Write: []string{dir}}, modules: with(m)}.run(t, t.Context(), src+`
v = vault("a")
r = attempt(v.insert, "k1", "x")
assert "it may hold what was not inserted: a write failed half-way, and so did taking it back" in r.error.message, r.error
assert len(v) == 0
r = attempt(v.insert, "k2", 1)
assert "it may hold what was not inserted" in r.error.message, r.error
`)
	require.NoError(t, err)
}

// A breaking disk fails for good from its second sync of the folder on.
type breaking struct {
	vault.Disk
	syncs int
}

func (b *breaking) Sync() error {
	if b.syncs++; b.syncs > 1 {
		return syscall.EIO
	}
	return b.Disk.Sync()
}

func (b *breaking) Temp(perm fs.FileMode) (vault.File, error) {
	if b.syncs > 1 {
		return nil, syscall.EIO
	}
	return b.Disk.Temp(perm)
}

// Many tasks and a disk that fails now and then: who was told that it is in is in, in
// the vault and in the file, and nobody else.
func TestFaultsUnderLoad(t *testing.T) {
	dir, src := place(t)
	f := &faults{list: map[string]int{}, seen: map[string]int{}}
	l := lab{allow: permit.Set{Write: []string{dir}}, modules: faultyModules(f)}
	_, err := l.run(t, t.Context(), src+`
K = keyring(**{"k%d" % i: int for i in range(300)})
v = vault("a")
ok = counter()
def task(i):
    if i % 10 == 0:
        fault(["temp", "write", "sync", "rename", "folder", "short"][i // 10 % 6], 1)
    k = "k%d" % (i // 2)
    for n in range(3):
        r = attempt(v.insert, k, i)
        if r.ok:
            ok.add((k, i))
            break
        if "already" in r.error.message:
            break
g = threadgroup(max_workers=32)
g.map(task, range(600))
values = v.asdict()
assert len(ok) == len(values) and all([values[k] == i for k, i in ok]), (len(ok), len(values))
print(json.encode(values))
`)
	require.NoError(t, err)
	out, err := run(t, dir, strings.Replace(src, "K = keyring(", `K = keyring(**{"k%d" % i: int for i in range(300)}) #`, 1)+`
v = vault("a")
print(len(v))
`)
	require.NoError(t, err)
	require.NotEqual(t, "0\n", out)
}

// A disk that is full, truly.
func TestFullDisk(t *testing.T) {
	dir, err := os.MkdirTemp(fullDisk(t), "vault")
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	_, err = run(t, dir, `DIR = "`+dir+`"`+ring+`
v = vault("a")
v.insert("k1", "x")
r = attempt(v.insert, "k4", "y" * (8 << 20))
assert not r.ok and "no space left on device" in r.error.message, r.error
assert len(v) == 1
v.insert("k2", 1)
`)
	require.NoError(t, err)
	require.Equal(t, "{\n  \"k1\": \"x\",\n  \"k2\": 1\n}\n", content(t, dir))
	alone(t, dir)
}

// fullDisk returns a folder on a disk with little room, which VAULT_TEST_FULL names.
func fullDisk(t *testing.T) string {
	dir := os.Getenv("VAULT_TEST_FULL")
	if dir == "" {
		t.Skip("VAULT_TEST_FULL names no folder on a disk of less than 8 MiB")
	}
	return dir
}
