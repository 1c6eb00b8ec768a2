package hashlib

import (
	"encoding/hex"
	"fmt"

	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A digest is a hash that has been computed. It is immutable.
type digest struct {
	name  string
	block int
	sum   string
}

var (
	_ starlark.HasAttrs   = (*digest)(nil)
	_ starlark.Comparable = (*digest)(nil)
)

// class Hash
//
// A Hash is what the functions of hashlib return.
//
//	name: str         such as sha256
//	digest_size: int  bytes of the hash
//	block_size: int   bytes that the algorithm takes at a time
var digestAttrs = builtin.Attrs[*digest]{
	"digest": builtin.Method("digest", without("digest", func(d *digest) starlark.Value { return starlark.Bytes(d.sum) })),
	"hexdigest": builtin.Method("hexdigest", without("hexdigest", func(d *digest) starlark.Value {
		return starlark.String(hex.EncodeToString([]byte(d.sum)))
	})),
	"name":        func(d *digest) (starlark.Value, error) { return starlark.String(d.name), nil },
	"digest_size": func(d *digest) (starlark.Value, error) { return starlark.MakeInt(len(d.sum)), nil },
	"block_size":  func(d *digest) (starlark.Value, error) { return starlark.MakeInt(d.block), nil },
}

var digestGuesses = map[string]string{
	"update": "one call for all data, as in sha256(a + b): a hash is immutable", "copy": "the hash itself: it is immutable",
	"hex": "hexdigest()", "sum": "digest()", "bytes": "digest()",
}

// def Hash.digest() -> bytes
//
// digest returns the hash as bytes.
//
// def Hash.hexdigest() -> str
//
// hexdigest returns it as text.
func without(name string, f func(*digest) starlark.Value) builtin.MethodFunc[*digest] {
	return func(d *digest, _ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := starlark.UnpackArgs(name, args, kwargs); err != nil {
			return nil, err
		}
		return f(d), nil
	}
}

func (d *digest) Attr(name string) (starlark.Value, error) {
	return digestAttrs.Get(d, name, digestGuesses)
}
func (d *digest) AttrNames() []string { return digestAttrs.Names() }

func (d *digest) String() string        { return fmt.Sprintf("<%s %x>", d.name, d.sum) }
func (d *digest) Type() string          { return "hash" }
func (d *digest) Freeze()               {} // immutable
func (d *digest) Truth() starlark.Bool  { return true }
func (d *digest) Hash() (uint32, error) { return starlark.Bytes(d.sum).Hash() }

// CompareSameType compares what was computed, and how.
func (d *digest) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return builtin.Equality(op, *d == *y.(*digest), "hashes")
}
