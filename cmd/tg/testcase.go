package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// How a test has ended.
type verdict int

const (
	notRun    verdict = iota // the run was stopped before
	passed                   //
	wrong                    // it failed
	cancelled                // the run was stopped while it ran
)

// A testCase is one test function, or, without a name, the top level of a file that
// has not come to its end.
type testCase struct {
	name    string
	line    int            // where it is defined, 1-based; 0: not known
	column  int32          // in characters, 1-based
	fn      starlark.Value // nil for a top level
	done    chan struct{}  // closed when what follows is final
	verdict verdict
	err     error // of a test that failed
	output  string
	took    time.Duration
}

// ended reports whether the case has been run, or will not be.
func (c *testCase) ended() bool { return closed(c.done) }

func closed(ch chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

// end notes how the case has ended. A failure of a run that is being stopped is not
// the test's.
func (c *testCase) end(stopped bool, err error) {
	switch {
	case err == nil:
		c.verdict = passed
	case stopped:
		c.verdict = cancelled
	default:
		c.verdict, c.err = wrong, failureOf(err)
	}
	close(c.done)
}

// failureOf returns the error of a test that stopped: an exit would tell nobody
// that it is one.
func failureOf(err error) error {
	var exit *engine.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("it called exit(%d); tests and their files must come to their end", exit.Code)
	}
	return err
}

// testCases returns the tests that a file has defined, in the order of the file. all
// is how many there are; only those that match are in list.
func (f *testFile) testCases(globals starlark.StringDict, match pattern) (list []*testCase, all int) {
	list = f.lost(match)
	for name, v := range globals {
		if _, ok := v.(starlark.Callable); !ok || !isTest(name) {
			continue
		}
		all++
		if match.matches(f.name, name) {
			pos := position(v)
			list = append(list, &testCase{name: name, line: int(pos.Line), column: pos.Col, fn: v, done: make(chan struct{})})
		}
	}
	slices.SortFunc(list, func(a, b *testCase) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column), cmp.Compare(a.name, b.name))
	})
	return list, all
}

func isTest(name string) bool { return strings.HasPrefix(name, "test_") }

// position returns where a function is defined; it is not valid if that is not known.
func position(v starlark.Value) (pos syntax.Position) {
	if fn, ok := v.(*eval.Function); ok {
		pos = fn.Position()
	}
	return pos
}
