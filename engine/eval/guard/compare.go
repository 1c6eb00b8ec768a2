package guard

import (
	"cmp"
	"errors"
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

// Compare is starlark.Compare, with the same answers and errors, but it can be
// stopped while it goes through lists, tuples, dicts, sets and structs: even within
// starlark.CompareLimit levels of nesting there may be any number of elements to
// compare.
func (b *Budget) Compare(op syntax.Token, x, y starlark.Value) (bool, error) {
	return b.compare(op, x, y, starlark.CompareLimit)
}

func (b *Budget) compare(op syntax.Token, x, y starlark.Value, depth int) (bool, error) {
	if depth < 1 {
		return false, errors.New("comparison exceeded maximum recursion depth")
	}
	cost := 1
	switch x := x.(type) {
	case starlark.String:
		if y, ok := y.(starlark.String); ok {
			cost += min(len(x), len(y)) / perElement
		}
	case starlark.Bytes:
		cost += len(x) / perElement
	case starlark.Int:
		if !isSmall(x) {
			cost = patience / 8
		}
	case *starlark.List:
		if y, ok := y.(*starlark.List); ok {
			return b.compareSequences(op, x, y, depth)
		}
	case starlark.Tuple:
		if y, ok := y.(starlark.Tuple); ok {
			return b.compareSequences(op, x, y, depth)
		}
	case *starlark.Dict:
		if y, ok := y.(*starlark.Dict); ok && (op == syntax.EQL || op == syntax.NEQ) {
			equal, err := b.equalDicts(x, y, depth)
			return equal == (op == syntax.EQL), err
		}
	case *starlark.Set:
		if y, ok := y.(*starlark.Set); ok {
			return b.compareSets(op, x, y)
		}
	case *starlarkstruct.Struct:
		if y, ok := y.(*starlarkstruct.Struct); ok && (op == syntax.EQL || op == syntax.NEQ) {
			equal, err := b.equalStructs(x, y, depth)
			return equal == (op == syntax.EQL), err
		}
	}
	if err := b.spend(cost); err != nil {
		return false, err
	}
	return starlark.CompareDepth(op, x, y, depth)
}

func (b *Budget) compareSequences(op syntax.Token, x, y starlark.Indexable, depth int) (bool, error) {
	n, m := x.Len(), y.Len()
	if n != m && (op == syntax.EQL || op == syntax.NEQ) {
		return op == syntax.NEQ, nil
	}
	for i := range min(n, m) {
		if i%(patience/4) == 0 {
			if err := b.spend(1 + min(n-i, m-i, patience/4)/8); err != nil {
				return false, err
			}
		}
		p, q := x.Index(i), y.Index(i)
		if i, ok := p.(starlark.Int); ok && p == q && isSmall(i) {
			continue
		}
		equal, err := b.compare(syntax.EQL, p, q, depth-1)
		switch {
		case err != nil:
			return false, err
		case equal:
		case op == syntax.EQL:
			return false, nil
		case op == syntax.NEQ:
			return true, nil
		default:
			return b.compare(op, p, q, depth-1)
		}
	}
	return starlark.CompareDepth(op, starlark.MakeInt(n), starlark.MakeInt(m), 1)
}

func (b *Budget) equalDicts(x, y *starlark.Dict, depth int) (bool, error) {
	if x.Len() != y.Len() {
		return false, nil
	}
	for k, v := range x.Entries() {
		if err := b.spend(costOfKey(k)); err != nil {
			return false, err
		}
		w, found, _ := y.Get(k)
		if !found {
			return false, nil
		}
		if equal, err := b.compare(syntax.EQL, v, w, depth-1); !equal || err != nil {
			return false, err
		}
	}
	return true, nil
}

// costOfKey tells how much work it is to look a key up, about. It has been done
// once, so it takes no more than a tenth of a second.
func costOfKey(k starlark.Value) int {
	switch k := k.(type) {
	case starlark.String:
		return 4 + len(k)/perElement
	case starlark.Int, starlark.Float, starlark.Bool, starlark.NoneType:
		return 4
	}
	return patience / 4
}

func (b *Budget) compareSets(op syntax.Token, x, y *starlark.Set) (bool, error) {
	n, m := x.Len(), y.Len()
	switch op {
	case syntax.EQL, syntax.NEQ:
		if n != m {
			return op == syntax.NEQ, nil
		}
		equal, _, stop := b.holds(y, x)
		return equal == (op == syntax.EQL), stop
	case syntax.GE, syntax.GT:
		if n < m || op == syntax.GT && n == m {
			return false, nil
		}
		all, err, stop := b.holds(x, y)
		return all, cmp.Or(stop, err)
	case syntax.LE, syntax.LT:
		if n > m || op == syntax.LT && n == m {
			return false, nil
		}
		all, err, stop := b.holds(y, x)
		return all, cmp.Or(stop, err)
	}
	return false, fmt.Errorf("%s %s %s not implemented", x.Type(), op, y.Type())
}

// holds reports whether all elements of y are in x; err is of looking one up.
func (b *Budget) holds(x, y *starlark.Set) (all bool, err, stop error) {
	for k := range y.Elements() {
		if stop := b.spend(costOfKey(k)); stop != nil {
			return false, nil, stop
		}
		found, err := x.Has(k)
		if !found || err != nil {
			return false, err, nil
		}
	}
	return true, nil, nil
}

func (b *Budget) equalStructs(x, y *starlarkstruct.Struct, depth int) (bool, error) {
	if x.Len() != y.Len() {
		return false, nil
	}
	c, d := x.Constructor(), y.Constructor()
	if equal, err := b.Compare(syntax.EQL, c, d); err != nil {
		return false, fmt.Errorf("error comparing struct constructors %v and %v: %v", c, d, err)
	} else if !equal {
		return false, nil
	}
	for i := range x.Len() {
		name, v := x.AttrAt(i)
		other, w := y.AttrAt(i)
		if name != other {
			return false, nil
		}
		if equal, err := b.compare(syntax.EQL, v, w, depth-1); !equal || err != nil {
			return false, err
		}
	}
	return true, nil
}
