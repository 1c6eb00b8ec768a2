// Package hashlib gives scripts Python's hash functions. They take strings, as UTF-8,
// or bytes. A hash is immutable, so there is no update: what is to be hashed is given at
// once.
package hashlib

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"fmt"
	"hash"
	"io"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// algorithms are immutable.
var algorithms = []algorithm{
	{"md5", md5.New}, {"sha1", sha1.New}, {"sha224", sha256.New224}, {"sha256", sha256.New}, {"sha384", sha512.New384}, {"sha512", sha512.New},
}

type algorithm struct {
	name string
	new  func() hash.Hash
}

// module hashlib
//
// Hashes, with the names of Python's hashlib. A hash is immutable: there is no update.

// Module returns the module hashlib.
func Module() engine.Module {
	members := starlark.StringDict{
		"new":            starlark.NewBuiltin("new", newFn),
		"file_digest":    starlark.NewBuiltin("file_digest", fileDigest),
		"hmac":           starlark.NewBuiltin("hmac", hmacFn),
		"compare_digest": starlark.NewBuiltin("compare_digest", compareDigest),
	}
	for _, a := range algorithms {
		members[a.name] = starlark.NewBuiltin(a.name, a.hash)
	}
	guesses := map[string]string{
		"sha": "sha256", "sha2": "sha256", "sha_256": "sha256", "sha3_256": "sha256", "blake2b": "sha512", "hexdigest": "sha256(data).hexdigest()",
		"digest": "sha256(data).digest()", "hmac_sha256": `hmac(key, msg, "sha256")`, "hash": "sha256",
	}
	return engine.Module{Name: "hashlib", Globals: starlark.StringDict{
		"hashlib": engine.NewNamespace("hashlib", members, guesses),
	}}
}

// pieceSize is how much is hashed between two looks at whether to stop: a millisecond.
const pieceSize = 256 << 10

// sum hashes all data. It returns an error if the thread must stop.
func sum(t *engine.Thread, h hash.Hash, d builtin.Data) ([]byte, error) {
	for len(d) > 0 {
		if err := t.Cancelled(); err != nil {
			return nil, err
		}
		n := min(len(d), pieceSize)
		_, _ = io.WriteString(h, string(d[:n])) // never fails
		d = d[n:]
	}
	return h.Sum(nil), nil
}

// def md5(data: str | bytes = b"") -> Hash
// def sha1(data: str | bytes = b"") -> Hash
// def sha224(data: str | bytes = b"") -> Hash
// def sha256(data: str | bytes = b"") -> Hash
// def sha384(data: str | bytes = b"") -> Hash
// def sha512(data: str | bytes = b"") -> Hash
//
// They return the hash of data.
func (a algorithm) hash(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var d builtin.Data
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "data?", &d); err != nil {
		return nil, err
	}
	return digestOf(engine.Of(thread), a.name, a.new(), d)
}

func digestOf(t *engine.Thread, name string, h hash.Hash, d builtin.Data) (starlark.Value, error) {
	s, err := sum(t, h, d)
	if err != nil {
		return nil, err
	}
	return &digest{name: name, block: h.BlockSize(), sum: string(s)}, nil
}

// find returns an algorithm by its name.
func find(fn, name string) (algorithm, error) {
	short := strings.ReplaceAll(strings.ToLower(name), "-", "")
	var names []string
	for _, a := range algorithms {
		if a.name == short {
			return a, nil
		}
		names = append(names, a.name)
	}
	return algorithm{}, fmt.Errorf("%s: unsupported hash type %q: there are %s", fn, name, strings.Join(names, ", "))
}

// def new(name: str, data: str | bytes = b"") -> Hash
//
// new returns the hash that has this name.
func newFn(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	var d builtin.Data
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &name, "data?", &d); err != nil {
		return nil, err
	}
	a, err := find(b.Name(), name)
	if err != nil {
		return nil, err
	}
	return digestOf(engine.Of(thread), a.name, a.new(), d)
}

// def file_digest(path: str, digest: str) -> Hash
//
// file_digest returns the hash of what a file holds, and takes little memory for it. digest
// is the name of a hash. Python's takes an open file.
func fileDigest(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var path, name string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "path", &path, "digest", &name); err != nil {
		return nil, err
	}
	a, err := find(b.Name(), name)
	if err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	f, err := t.Run().Grants().Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := a.new()
	if _, err := io.Copy(h, t.Reader(f)); err != nil {
		return nil, err
	}
	return &digest{name: a.name, block: h.BlockSize(), sum: string(h.Sum(nil))}, nil
}

// def hmac(key: str | bytes, msg: str | bytes, digestmod: str = "sha256") -> Hash
//
// hmac returns the hash of a message that only who has the key can make: Python's
// hmac.new.
func hmacFn(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key, msg builtin.Data
	name := "sha256"
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key, "msg", &msg, "digestmod?", &name); err != nil {
		return nil, err
	}
	a, err := find(b.Name(), name)
	if err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	if h := a.new(); len(key) > h.BlockSize() { // hmac would hash it too, but could not be stopped
		short, err := sum(t, h, key)
		if err != nil {
			return nil, err
		}
		key = builtin.Data(short)
	}
	return digestOf(t, "hmac-"+a.name, hmac.New(a.new, []byte(key)), msg)
}

// def compare_digest(a: str | bytes, b: str | bytes) -> bool
//
// compare_digest is a == b, but how long it takes does not tell where they differ.
func compareDigest(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, y starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "a", &x, "b", &y); err != nil {
		return nil, err
	}
	var p, q builtin.Data
	if p.Unpack(x) != nil || q.Unpack(y) != nil || x.Type() != y.Type() {
		return nil, fmt.Errorf("%s: needs two strings or two bytes, not %s and %s", b.Name(), x.Type(), y.Type())
	}
	return starlark.Bool(subtle.ConstantTimeCompare([]byte(p), []byte(q)) == 1), nil
}
