package hashlib_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/starlark-tg/tg/builtins/hashlib"
	"github.com/starlark-tg/tg/builtins/internal/cpython"
	"github.com/starlark-tg/tg/builtins/threadgroup"
	startime "github.com/starlark-tg/tg/builtins/time"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/enginetest"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScripts(t *testing.T) {
	enginetest.Run(t, "testdata/*.star", threadgroup.Module(), startime.Module(), hashlib.Module())
}

func TestFileDigest(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/a", []byte("abc"), 0o600))
	for src, want := range map[string]string{
		`assert hashlib.file_digest(dir + "/a", "sha256") == hashlib.sha256("abc")`: "",
		`assert hashlib.file_digest(dir + "/a", digest="SHA-1").name == "sha1"`:     "",
		`hashlib.file_digest(dir + "/b", "md5")`:                                    "no such file",
		`hashlib.file_digest(dir, "md5")`:                                           "is a directory",
		`hashlib.file_digest(dir + "/a", "crc")`:                                    "unsupported hash type",
		`hashlib.file_digest("/etc/passwd", "md5")`:                                 "permission denied",
	} {
		eng, err := engine.New(engine.Options{Modules: []engine.Module{hashlib.Module()}, Allow: permit.Set{Read: []string{dir}}})
		require.NoError(t, err)
		script, err := eng.Compile("test.star", []byte(src), "dir")
		require.NoError(t, err)
		if _, err = eng.Run(t.Context(), script, engine.Input{Vars: map[string]any{"dir": dir}}); want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, want, src)
		}
		require.NoError(t, eng.Close())
	}
}

// prelude has the functions take strings, and puts hmac among them.
const prelude = `
import hashlib as real, hmac, types
def raw(v): return v.encode() if isinstance(v, str) else v
names = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]
def wrap(f): return lambda data=b"": f(raw(data))
hashlib = types.SimpleNamespace(**{n: wrap(getattr(real, n)) for n in names},
    new=lambda name, data=b"": real.new(name, raw(data)), compare_digest=hmac.compare_digest,
    hmac=lambda key, msg, digestmod="sha256": hmac.new(raw(key), raw(msg), digestmod))
`

func TestCPython(t *testing.T) {
	var cases []string
	for _, name := range []string{"md5", "sha1", "sha224", "sha256", "sha384", "sha512"} {
		for _, data := range []string{``, `""`, `"abc"`, `b"\x00\xff"`, `"é"`, `"ab" * 1000000`, `5`, `None`} {
			call := fmt.Sprintf("hashlib.%s(%s)", name, data)
			cases = append(cases, call+".hexdigest()", call+".digest()", call+".name", "("+call+".digest_size, "+call+".block_size)")
		}
		cases = append(cases,
			fmt.Sprintf("hashlib.new(%q, 'abc').hexdigest()", name), fmt.Sprintf("hashlib.hmac('key', 'message', %q).hexdigest()", name),
			fmt.Sprintf("hashlib.hmac('k' * 500, b'', %q).name", name), fmt.Sprintf("hashlib.hmac('k' * 500, b'message', digestmod=%q).digest()", name))
	}
	cases = append(cases, `hashlib.new("nope")`, `hashlib.hmac("a", "b", "nope")`, `hashlib.compare_digest("a", "a")`, `hashlib.compare_digest(b"a", b"b")`,
		`hashlib.compare_digest("a", b"a")`, `hashlib.compare_digest("a", "ab")`)
	cpython.Compare(t, prelude, cases, hashlib.Module())
}
