package sync

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// A patience is the argument timeout: how long to wait. Zero: for ever.
type patience struct {
	limit time.Duration // 0: see now
	now   bool          // do not wait at all
}

// forever reports whether nothing but what is waited for ends the wait.
func (p patience) forever() bool { return p == patience{} }

// text returns the time as messages have it: "" for none, or " for 0.5s".
func (p patience) text() string {
	if p.limit == 0 {
		return ""
	}
	return " for " + strconv.FormatFloat(p.limit.Seconds(), 'g', -1, 64) + "s"
}

// Unpack takes a number of seconds, a duration of the time module, or None.
func (p *patience) Unpack(v starlark.Value) error {
	*p = patience{}
	if v == starlark.None {
		return nil
	}
	d, err := builtin.Wait(v)
	switch {
	case err != nil:
		return err
	case d == 0:
		p.now = true
	case d < math.MaxInt64: // else more than 290 years: for ever
		p.limit = d
	}
	return nil
}

// A count is an int from least; what an int of Go cannot hold is as good as its greatest.
type count struct{ n, least int }

// Unpack takes an int.
func (c *count) Unpack(v starlark.Value) error {
	i, ok := v.(starlark.Int)
	switch {
	case !ok:
		return fmt.Errorf("must be an int, not %s", v.Type())
	case c.least > 0 && i.Sign() <= 0:
		return fmt.Errorf("must be greater than 0, got %v", i)
	case i.Sign() < 0:
		return fmt.Errorf("must not be negative, got %v", i)
	}
	c.n = math.MaxInt
	if n, ok := i.Int64(); ok && int64(int(n)) == n {
		c.n = int(n)
	}
	return nil
}

// guesses answers keywords of other tools with this one's, by function.
var guesses = map[string]map[string]string{
	"acquire":   waitGuesses,
	"wait":      waitGuesses,
	"get":       waitGuesses,
	"put":       waitGuesses,
	"lock":      {"timeout": "acquire(timeout=…)"},
	"semaphore": {"value": "n", "count": "n", "permits": "n", "limit": "n", "max": "n", "size": "n", "max_workers": "n"},
	"barrier":   {"parties": "n", "count": "n", "size": "n"},
	"queue":     {"max_size": "maxsize", "size": "maxsize", "capacity": "maxsize", "maxlen": "maxsize", "limit": "maxsize", "max": "maxsize"},
	"add":       {"amount": "n", "count": "n", "by": "n", "delta": "n", "value": "n"},
	"cache": {
		"timeout": "ttl", "expire": "ttl", "expires": "ttl", "seconds": "ttl", "max_age": "ttl", "ttl_seconds": "ttl",
		"keyfunc": "key", "key_func": "key", "key_fn": "key",
	},
}

var waitGuesses = map[string]string{"blocking": "timeout=0", "block": "timeout=0", "seconds": "timeout", "secs": "timeout"}

// unpack is starlark.UnpackArgs, but answers wrong guesses with the right name, and
// says of its own types what an argument must be.
func unpack(fn string, args starlark.Tuple, kwargs []starlark.Tuple, pairs ...any) error {
	if err := builtin.Misnamed(fn, kwargs, guesses[fn]); err != nil {
		return err
	}
	given := make([]starlark.Value, len(pairs))
	plain := slices.Clone(pairs)
	for i, to := range pairs {
		if _, ok := to.(starlark.Unpacker); ok {
			plain[i] = &given[i]
		}
	}
	if err := starlark.UnpackArgs(fn, args, kwargs, plain...); err != nil {
		return err
	}
	for i, v := range given {
		if v == nil {
			continue
		}
		if err := pairs[i].(starlark.Unpacker).Unpack(v); err != nil {
			return fmt.Errorf("%s: %s %w", fn, strings.TrimRight(pairs[i-1].(string), "?"), err)
		}
	}
	return nil
}
