package eval

import (
	"errors"
	"fmt"
	"strings"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// dot compiles x.name.
func (c *compiler) dot(e *syntax.DotExpr) expr {
	x, name, at := c.expr(e.X), e.Name.Name, spotOf(e.Dot)
	return func(fr *frame) val {
		v := x(fr)
		if v.ref == nil {
			return v
		}
		if v = fr.attr(v, name, at); v.ref != nil {
			v.ref = guarded(v.ref)
		}
		return v
	}
}

// guarded returns an attribute as host code may call it.
func guarded(v starlark.Value) starlark.Value { return guard.Method(v, BudgetOf) }

// attr returns x.name.
func (fr *frame) attr(x val, name string, at spot) val {
	a := x.value()
	if !ours(a) {
		fr.outside(at)
	}
	v, err := getAttr(a, name)
	if err != nil {
		return fr.fail(at, err)
	}
	return valOf(v)
}

func getAttr(x starlark.Value, name string) (starlark.Value, error) {
	has, ok := x.(starlark.HasAttrs)
	if !ok {
		return nil, fmt.Errorf("%s has no .%s field or method", x.Type(), name)
	}
	v, err := has.Attr(name)
	if err == nil && v != nil {
		return v, nil
	}
	msg := fmt.Sprintf("%s has no .%s field or method", x.Type(), name)
	if err != nil {
		no, ok := err.(starlark.NoSuchAttrError)
		if !ok {
			return nil, err
		}
		msg = string(no)
	}
	return nil, errors.New(msg + didYouMean(nearest(name, has.AttrNames()), "."))
}

// setAttr does x.name = y.
func (fr *frame) setAttr(x val, name string, y val, at spot) bool {
	a := x.value()
	if !ours(a) {
		fr.outside(at)
	}
	if err := setField(a, name, y.value()); err != nil {
		fr.fail(at, err)
		return false
	}
	return true
}

func setField(x starlark.Value, name string, y starlark.Value) error {
	has, ok := x.(starlark.HasSetField)
	if !ok {
		return fmt.Errorf("can't assign to .%s field of %s", name, x.Type())
	}
	err := has.SetField(name, y)
	if no, ok := err.(starlark.NoSuchAttrError); ok {
		if near := nearest(name, has.AttrNames()); near != "" {
			return errors.New(no.Error() + didYouMean(near, "."))
		}
	}
	return err
}

func didYouMean(name, before string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s%s?)", before, name)
}

// nearest returns the candidate that go.starlark.net suggests for a misspelt name, or
// "". Its own search is not public, but the answer to an unknown keyword argument
// tells. That looks at the first half of the parameters, so all are given twice.
func nearest(name string, candidates []string) string {
	pairs := make([]any, 0, 4*len(candidates))
	for range 2 {
		for _, c := range candidates {
			pairs = append(pairs, c+"?", new(starlark.Value))
		}
	}
	err := starlark.UnpackArgs("", nil, []starlark.Tuple{{starlark.String(name), starlark.None}}, pairs...)
	if err == nil {
		return name // is one of them
	}
	_, near, _ := strings.Cut(err.Error(), "(did you mean ")
	return strings.TrimSuffix(near, "?)")
}
