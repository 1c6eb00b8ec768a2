package guard

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// entry is what an element of a dict or a set takes at most.
const entry = 150

// Admit says whether "x op y" may be computed by starlark.Binary. It looks at the
// size of the result; comparing, searching and hashing is for Compare, Has and Binary.
func (b *Budget) Admit(op syntax.Token, x, y starlark.Value) error {
	if n, ok := x.(starlark.Int); ok {
		if m, ok := y.(starlark.Int); ok {
			return b.Int(op, n, m)
		}
	}
	switch op {
	case syntax.PLUS:
		return b.Concat(x, y)
	case syntax.STAR:
		return b.Repeat(x, y)
	case syntax.PERCENT:
		if s, ok := x.(starlark.String); ok {
			return b.Interpolate(string(s), y)
		}
	case syntax.PIPE, syntax.CIRCUMFLEX:
		what, n := hashed(x)
		if other, m := hashed(y); n > 0 && other == what {
			return b.make(what, n+m, entry)
		}
	}
	return nil
}

func hashed(x starlark.Value) (what string, n int64) {
	switch x := x.(type) {
	case *starlark.Dict:
		return "dict", int64(x.Len())
	case *starlark.Set:
		return "set", int64(x.Len())
	}
	return "", 0
}

// Binary is starlark.Binary within the budget: all operators but comparisons and
// and, or.
func (b *Budget) Binary(op syntax.Token, x, y starlark.Value) (starlark.Value, error) {
	switch op {
	case syntax.IN:
		found, err := b.Has(y, x)
		return result(starlark.Bool(found), err)
	case syntax.NOT_IN:
		found, err := b.Has(y, x)
		return result(starlark.Bool(!found), err)
	case syntax.PERCENT:
		if s, ok := x.(starlark.String); ok {
			return b.Percent(string(s), y)
		}
	}
	if err := b.Admit(op, x, y); err != nil {
		return nil, err
	}
	switch x := x.(type) {
	case *starlark.Set:
		if y, ok := y.(*starlark.Set); ok && x.Len()+y.Len() > patience {
			if z, err := b.sets(op, x, y); z != nil || err != nil {
				return result(z, err)
			}
		}
	case *starlark.Dict:
		if y, ok := y.(*starlark.Dict); ok && op == syntax.PIPE && x.Len()+y.Len() > patience {
			return result(b.union(x, y))
		}
	}
	return starlark.Binary(op, x, y)
}

// result returns x without an error, else nil.
func result(x starlark.Value, err error) (starlark.Value, error) {
	if err != nil {
		return nil, err
	}
	return x, nil
}

// sets computes "x op y" in the order of go.starlark.net; nil: it has no such operator.
func (b *Budget) sets(op syntax.Token, x, y *starlark.Set) (*starlark.Set, error) {
	z := new(starlark.Set)
	switch op {
	case syntax.PIPE:
		if err := b.insert(z, x, nil, false); err != nil {
			return nil, err
		}
		return z, b.insert(z, y, nil, false)
	case syntax.MINUS:
		return z, b.insert(z, x, y, false)
	case syntax.AMP:
		return z, b.insert(z, y, x, true)
	case syntax.CIRCUMFLEX:
		if err := b.insert(z, x, y, false); err != nil {
			return nil, err
		}
		return z, b.insert(z, y, x, false)
	}
	return nil, nil
}

// insert puts those elements of x in z that are in other, or those that are not.
func (b *Budget) insert(z, x, other *starlark.Set, in bool) error {
	for k := range x.Elements() {
		if err := b.spend(costOfKey(k)); err != nil {
			return err
		}
		if other != nil {
			if found, err := other.Has(k); err != nil {
				return err
			} else if found != in {
				continue
			}
		}
		if err := z.Insert(k); err != nil {
			return err
		}
	}
	return nil
}

func (b *Budget) union(x, y *starlark.Dict) (*starlark.Dict, error) {
	z := starlark.NewDict(x.Len())
	for _, d := range []*starlark.Dict{x, y} {
		for k, v := range d.Entries() {
			if err := b.spend(costOfKey(k)); err != nil {
				return nil, err
			}
			if err := z.SetKey(k, v); err != nil {
				return nil, err
			}
		}
	}
	return z, nil
}
