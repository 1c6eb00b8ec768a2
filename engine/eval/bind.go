package eval

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
)

// bind sets the parameters of a function to the arguments of a call, or says why
// they do not fit. loc is the function's variables, all unset.
//
// A function is, in general, def f(p1, p2=d2, *args, k1, k2=d4, **kwargs). Arguments
// by position go to the p's, what is left over to *args; arguments by name go to the
// p's and k's, what is left over to **kwargs; then defaults fill the gaps.
func (fn *Function) bind(loc, args []val, kwargs []starlark.Tuple) error {
	c := fn.code
	if len(c.params) == 0 {
		if n := len(args) + len(kwargs); n > 0 {
			return fmt.Errorf("function %s accepts no arguments (%d given)", c.name, n)
		}
		return nil
	}
	n := c.ordinary()
	positional := n - c.kwonly
	given := min(len(args), positional)
	if len(args) > positional && !c.varargs {
		most := ""
		if len(fn.defaults) > c.kwonly {
			most = "at most "
		}
		return fmt.Errorf("function %s accepts %s%d positional argument%s (%d given)", c.name, most, positional, plural(positional), len(args))
	}
	copy(loc, args[:given])
	if c.varargs {
		loc[n] = val{ref: starlark.Tuple(values(args[given:]))}
	}
	if err := fn.bindNames(loc, kwargs, n); err != nil {
		return err
	}
	if given < n || c.kwonly > 0 {
		return fn.bindDefaults(loc, given, n)
	}
	return nil
}

// bindTuple is bind for arguments from outside.
func (fn *Function) bindTuple(loc []val, args starlark.Tuple, kwargs []starlark.Tuple) error {
	vals := loc[:0] // where they belong in the plain case
	if !fn.code.plain || len(args) != len(fn.code.params) {
		vals = make([]val, 0, len(args))
	}
	for _, a := range args {
		vals = append(vals, valOf(a))
	}
	if fn.code.plain && len(args) == len(fn.code.params) && len(kwargs) == 0 {
		return nil
	}
	return fn.bind(loc, vals, kwargs)
}

// bindNames sets parameters to the arguments given by name; n are ordinary.
func (fn *Function) bindNames(loc []val, kwargs []starlark.Tuple, n int) error {
	c := fn.code
	var rest *starlark.Dict
	if c.kwargs {
		rest = new(starlark.Dict)
		loc[len(c.params)-1] = val{ref: rest}
	}
	for _, pair := range kwargs {
		name := string(pair[0].(starlark.String))
		if i := c.param(name, n); i >= 0 {
			if loc[i].ref != nil {
				return fmt.Errorf("function %s got multiple values for parameter %s", c.name, pair[0])
			}
			loc[i] = valOf(pair[1])
			continue
		}
		if rest == nil {
			return fmt.Errorf("function %s got an unexpected keyword argument %s", c.name, pair[0])
		}
		before := rest.Len()
		_ = rest.SetKey(pair[0], pair[1]) // a string key of a new dict: cannot fail
		if rest.Len() == before {
			return fmt.Errorf("function %s got multiple values for parameter %s", c.name, pair[0])
		}
	}
	return nil
}

// bindDefaults fills the parameters that have no argument; given are by position,
// n ordinary.
func (fn *Function) bindDefaults(loc []val, given, n int) error {
	c := fn.code
	var missing []string
	first := n - len(fn.defaults)
	for i := given; i < n; i++ {
		if loc[i].ref != nil {
			continue
		}
		if i >= first && fn.defaults[i-first] != (mandatory{}) {
			loc[i] = valOf(fn.defaults[i-first])
		} else {
			missing = append(missing, c.params[i].name)
		}
	}
	if missing != nil {
		return fmt.Errorf("function %s missing %d argument%s (%s)", c.name, len(missing), plural(len(missing)), strings.Join(missing, ", "))
	}
	return nil
}

// param returns which of the n ordinary parameters has a name, or -1.
func (c *code) param(name string, n int) int {
	for i := range c.params[:n] {
		if c.params[i].name == name {
			return i
		}
	}
	return -1
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}
