package guard_test

import (
	"errors"
	"testing"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

var errBroken = errors.New("broken")

// A claim is a stream that says how many elements it has, which is not so: it gives
// fewer, and fails.
type claim struct {
	starlark.Value
	says, gives, open int
}

func (c *claim) Len() int                   { return c.says }
func (c *claim) Type() string               { return "claim" }
func (c *claim) Iterate() starlark.Iterator { return new(starlark.List).Iterate() }
func (c *claim) Index(i int) starlark.Value { panic("a stream has no index") }
func (c *claim) IterateOn(thread *starlark.Thread) (starlark.Iterator, error) {
	if thread == nil {
		return nil, errStop
	}
	c.open++
	return &claimIterator{c, 0}, nil
}

type claimIterator struct {
	*claim
	at int
}

func (it *claimIterator) Next(p *starlark.Value) bool {
	*p = starlark.MakeInt(it.at)
	it.at++
	return it.at <= it.gives
}

func (it *claimIterator) Err() error { return errBroken }
func (it *claimIterator) Done()      { it.open-- }

// TestStreamLen: what a stream says of its length is not believed.
func TestStreamLen(t *testing.T) {
	for _, n := range []int{0, 2, 100, 1 << 20, 1 << 40} {
		c := &claim{starlark.None, n, 3, 0}
		thread, b := new(starlark.Thread), &guard.Budget{Max: 1 << 20}
		for _, name := range []string{"list", "tuple", "set", "enumerate", "zip", "sorted", "reversed", "min", "max", "bytes"} {
			_, err := b.Call(thread, builtin(name), starlark.Tuple{c}, nil)
			require.Equal(t, errBroken, err, "%s %d", name, n)
		}
		_, err := b.Call(thread, builtin("zip"), starlark.Tuple{list(1), c}, nil)
		require.NoError(t, err)
		_, err = b.Collect(thread, nil, c)
		require.Equal(t, errBroken, err)
		x := list(0)
		require.Equal(t, errBroken, b.Extend(thread, x, c, "extend"))
		require.Equal(t, 3, x.Len())
		_, err = b.Collect(nil, nil, c)
		require.Equal(t, errStop, err)
		_, err = b.Call(thread, method(new(starlark.Set), "union"), starlark.Tuple{c, c}, nil)
		require.Equal(t, errBroken, err)
		require.Zero(t, c.open)
	}
}

// TestStreamPair: a stream is no key and value.
func TestStreamPair(t *testing.T) {
	c := &claim{starlark.None, -1, 2, 0}
	_, err := plenty().Call(new(starlark.Thread), builtin("dict"), starlark.Tuple{starlark.Tuple{c}}, nil)
	require.EqualError(t, err, "dict: dictionary update sequence element #0 has unknown length (claim)")
	require.Zero(t, c.open)
}

func TestIterate(t *testing.T) {
	it, err := guard.Iterate(nil, starlark.None)
	require.NoError(t, err)
	require.Nil(t, it)
	for _, x := range []starlark.Value{list(1), starlark.Tuple{starlark.None}, newEndless(starlark.None)} {
		it, err := guard.Iterate(nil, x)
		require.NoError(t, err)
		var v starlark.Value
		require.True(t, it.Next(&v))
		require.NoError(t, guard.Err(it))
		it.Done()
	}
}
