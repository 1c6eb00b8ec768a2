package vault_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
)

const ring = `
K = keyring(k1=str, k2=key(int, can_be_none=True), k3=float, k4=None)
def vault(mode=None, **options):
    return create_vault(K, "v", file=DIR + "/x.json", mode=mode, **options)
`

// place returns a folder, and the beginning of scripts that keep a vault in it.
func place(t testing.TB) (dir, src string) {
	dir = t.TempDir()
	return dir, `DIR = "` + dir + `"` + ring
}

func content(t testing.TB, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "x.json"))
	require.NoError(t, err)
	return string(b)
}

// alone checks that there is nothing else in the folder.
func alone(t testing.TB, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestFile(t *testing.T) {
	dir, src := place(t)
	_, err := run(t, dir, src+`
v = vault()
assert v.file == DIR + "/x.json" and v.mode == None
v.insert("k4", {"hosts": [(1, 2.5), None, "é\n"]})
v.insert("k1", "valid")
v.insert("k2", None)
`)
	require.NoError(t, err)
	require.Equal(t, `{
  "k1": "valid",
  "k2": null,
  "k4": {
    "hosts": [
      {
        "$tuple": [
          1,
          2.5
        ]
      },
      null,
      "é\n"
    ]
  }
}
`, content(t, dir))
	alone(t, dir)
	_, err = run(t, dir, src+`
v = vault("a")
assert v.asdict() == {"k1": "valid", "k2": None, "k4": {"hosts": [(1, 2.5), None, "é\n"]}}
v.insert("k3", 1.0)
r = vault("r") # as of now, though another vault writes it
v = None
assert len(r) == 4 and r.mode == "r"
r2 = vault("r")
r.insert("k1", "x")
`)
	require.EqualError(t, err, `insert: vault "v" is opened to read `+dir+`/x.json only: mode="a" continues it`)
	require.Contains(t, content(t, dir), `"k3": 1.0,`)
	before := content(t, dir)
	_, err = run(t, dir, src+`vault()`)
	require.EqualError(t, err, `vault "v": file `+dir+`/x.json: it is not empty: say mode="w" (begin anew), "a" (continue) or "r" (only read)`)
	_, err = run(t, dir, src+`create_vault(K, "v", file=DIR + "/x.json", mode="w", nothing=1)`)
	require.Error(t, err)
	require.Equal(t, before, content(t, dir))
	_, err = run(t, dir, src+`assert len(vault("w")) == 0`)
	require.NoError(t, err)
	require.Equal(t, "{}\n", content(t, dir))
	_, err = run(t, dir, src+`vault("a").insert("k3", 2.0)`)
	require.NoError(t, err)
	require.Equal(t, "{\n  \"k3\": 2.0\n}\n", content(t, dir))
	alone(t, dir)
}

// What has just been made is an empty vault.
func TestBlankFile(t *testing.T) {
	for _, mode := range []string{"None", `"a"`, `"w"`, `"r"`} {
		dir, src := place(t)
		require.NoError(t, os.WriteFile(dir+"/x.json", []byte(" \n"), 0o600))
		_, err := run(t, dir, src+`assert len(vault(`+mode+`)) == 0`)
		require.NoError(t, err, mode)
		info, err := os.Stat(dir + "/x.json")
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode())
	}
	dir, src := place(t)
	_, err := run(t, dir, src+`vault("r")`)
	require.ErrorIs(t, err, os.ErrNotExist)
}

// What is not a file of this vault is refused, and left as it is.
func TestBadFile(t *testing.T) {
	for text, want := range map[string]string{
		`{`:                                     "line 1: it is not JSON: unexpected end of JSON input",
		"{\n  \"k1\": \"a\",\n}":                "line 3: it is not JSON: invalid character '}' looking for beginning of object key string",
		"{\n  \"k1\": 'a'\n}":                   "line 2: it is not JSON: invalid character '\\'' looking for beginning of value",
		"{\n  \"k1\": \"a\"\n}\n{}":             "line 4: it is not JSON: invalid character '{' after top-level value",
		`[1]`:                                   "line 1: it is not a vault's file: that is a JSON object of keys and values",
		`5`:                                     "line 1: it is not a vault's file",
		"<html>":                                "line 1: it is not JSON: invalid character '<'",
		"{\n\"k1\": \"a\",\n\"k9\": 1}":         `line 3: key "k9" is not in the keyring`,
		"{\n\"k1\": \"a\",\n\n\"k1\": \"b\"}":   `line 4: key "k1" is there twice`,
		"{\"k1\":\n5}":                          `line 1: key "k1" of vault "v" must be str, not int (5)`,
		"{\n\"k3\": 3}":                         `line 2: key "k3" of vault "v" must be float, not int (3): write 3.0`,
		"{\n\"k1\": null}":                      `line 2: key "k1" of vault "v" must be str, not None`,
		"{\n\"k2\": true}":                      `line 2: key "k2" of vault "v" must be int, not bool (True)`,
		"{\n\"k4\": [\n1,\n{\"a\":1,\"a\":2}]}": `line 4: key "k4": "a" is there twice`,
		"{\n\"k4\": \n{\"$set\": []}}":          `line 3: key "k4": "$set" is not a tag with its value`,
		"{\n\"k4\": 1e999}":                     `line 2: key "k4": 1e999 is no float`,
		"{\n\"k1\": \"\xff\"}":                  "line 2: it is not valid UTF-8",
		"\xef\xbb\xbf{}":                        "line 1: it begins with a byte order mark",
		"\x00\x00\x00":                          "line 1: it is not JSON: invalid character '\\x00'",
		strings.Repeat("[", 20_000):             "line 1: it is not JSON: invalid character '[' exceeded max depth",
	} {
		for _, mode := range []string{"a", "r"} {
			dir, src := place(t)
			require.NoError(t, os.WriteFile(dir+"/x.json", []byte(text), 0o644))
			_, err := run(t, dir, src+`vault("`+mode+`")`)
			require.ErrorContains(t, err, `vault "v": file `+dir+`/x.json: `+want, text)
			require.Equal(t, text, content(t, dir))
			alone(t, dir)
		}
	}
	dir, src := place(t)
	require.NoError(t, os.WriteFile(dir+"/x.json", []byte(`{"a": 5}`), 0o644))
	_, err := run(t, dir, src+`create_vault(keyring(a=key(int, validators=lambda x: x < 5)), "v", file=DIR + "/x.json", mode="a")`)
	require.ErrorContains(t, err, `x.json: line 1: vault "v": key "a": validator lambda refused 5`)
}

// Other things than files.
func TestNoFile(t *testing.T) {
	dir, src := place(t)
	require.NoError(t, os.Symlink("y.json", dir+"/x.json"))
	_, err := run(t, dir, src+`vault("a")`)
	require.ErrorContains(t, err, "it is a symbolic link: give the name of the file that it leads to")
	require.NoError(t, os.Remove(dir+"/x.json"))
	require.NoError(t, os.Mkdir(dir+"/x.json", 0o755))
	for _, mode := range []string{"a", "r", "w"} {
		_, err = run(t, dir, src+`vault("`+mode+`")`)
		require.ErrorContains(t, err, "it is not a file")
	}
	_, err = run(t, dir, src+`create_vault(K, "v", file=DIR + "/no/x.json")`)
	require.ErrorIs(t, err, os.ErrNotExist)
}

// What JSON cannot hold is refused, with key and type, and the rest stays.
func TestUnheld(t *testing.T) {
	dir, src := place(t)
	_, err := run(t, dir, src+`
v = vault()
v.insert("k1", "x")
v.insert("k4", {"a": [1, set()]})
`)
	require.EqualError(t, err, `insert: key "k4" of vault "v" (dict) cannot be kept in `+dir+`/x.json: value["a"][1] is a set`)
	require.Equal(t, "{\n  \"k1\": \"x\"\n}\n", content(t, dir))
}

// A file has one writer at a time.
func TestOneWriter(t *testing.T) {
	dir, src := place(t)
	_, err := run(t, dir, src+`
v = vault("a")
v.insert("k1", "x")
r = attempt(vault, "a")
assert r.error.message == 'vault "v": file ' + DIR + '/x.json: another vault writes it, in this program or in another one', r.error.message
assert not attempt(vault, "w").ok
assert len(vault("r")) == 1
v.insert("k2", 1)
`)
	require.NoError(t, err)
	require.Contains(t, content(t, dir), `"k2": 1`)
	_, err = run(t, dir, src+`assert len(vault("a")) == 2`)
	require.NoError(t, err, "the script that had it has ended")
}

// A vault that outlives its script is not kept any more.
func TestClosed(t *testing.T) {
	dir, src := place(t)
	eng, err := engine.New(engine.Options{Modules: modules(), Allow: permit.Set{Write: []string{dir}}})
	require.NoError(t, err)
	defer eng.Close()
	script, err := eng.Compile("x.star", []byte(src+`
v = vault("a")
def get():
    return v.get("k1", None)
def set():
    v.insert("k1", "x")
`))
	require.NoError(t, err)
	res, err := eng.Run(t.Context(), script, engine.Input{})
	require.NoError(t, err)
	_, err = res.Call(t.Context(), "set")
	require.ErrorContains(t, err, "it is closed: the script that opened it has ended")
	v, err := res.Call(t.Context(), "get")
	require.NoError(t, err)
	require.Equal(t, "None", v.String())
}

// A grant of the file is enough, and it says what is missing.
func TestGrants(t *testing.T) {
	dir, src := place(t)
	name := dir + "/x.json"
	try := func(s permit.Set, mode string) error {
		_, err := lab{allow: s}.run(t, t.Context(), src+`vault(`+mode+`).get("k1", None)`)
		return err
	}
	for mode, flag := range map[string]string{"": "write", `"a"`: "write", `"w"`: "write", `"r"`: "read"} {
		err := try(permit.Set{}, mode)
		require.ErrorIs(t, err, os.ErrPermission)
		var e *engine.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, "permission", e.Kind)
		require.Equal(t, "allow it with --allow-"+flag+"="+name, e.Hint)
	}
	require.NoError(t, try(permit.Set{Write: []string{name}}, `"a"`))
	require.NoError(t, try(permit.Set{Write: []string{dir}}, `"a"`))
	require.NoError(t, try(permit.Set{Read: []string{dir + "/x.json"}}, `"r"`))
	require.ErrorIs(t, try(permit.Set{Read: []string{dir}}, `"a"`), os.ErrPermission)
}
