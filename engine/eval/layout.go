package eval

import (
	"errors"
	"reflect"
	"sync/atomic"
	"unsafe"

	"go.starlark.net/starlark"
)

// Host code sees a thread through starlark.Thread: its call stack, its count of
// steps, its cancellation. The interpreter of go.starlark.net keeps these in
// fields that have no public setters, so this evaluator finds them by reflection,
// once, and refuses to run where they are not what it knows. See "Why unsafe?" in
// the engine's RATIONALE.md.
type layout struct {
	stack    uintptr      // Thread.stack, a []*frame
	cancel   uintptr      // Thread.cancelReason, an atomic.Pointer[string]
	maxSteps uintptr      // Thread.maxSteps, a uint64
	frame    reflect.Type // of one entry of the stack
	callable uintptr      // frame.callable, a starlark.Callable
	err      error
}

var known = findLayout()

// Supported returns an error if the go.starlark.net in this program is not one
// that the evaluator can work with.
func Supported() error { return known.err }

func findLayout() layout {
	thread := reflect.TypeFor[starlark.Thread]()
	stack, ok1 := thread.FieldByName("stack")
	cancel, ok2 := thread.FieldByName("cancelReason")
	maxSteps, ok3 := thread.FieldByName("maxSteps")
	unknown := layout{err: errors.New("eval: this version of go.starlark.net keeps its threads in another way than the one eval was made for")}
	if !ok1 || !ok2 || !ok3 ||
		stack.Type.Kind() != reflect.Slice || stack.Type.Elem().Kind() != reflect.Pointer || stack.Type.Elem().Elem().Kind() != reflect.Struct ||
		cancel.Type != reflect.TypeFor[atomic.Pointer[string]]() || maxSteps.Type != reflect.TypeFor[uint64]() {
		return unknown
	}
	frame := stack.Type.Elem().Elem()
	callable, ok := frame.FieldByName("callable")
	if !ok || callable.Type != reflect.TypeFor[starlark.Callable]() {
		return unknown
	}
	return layout{
		stack: stack.Offset, cancel: cancel.Offset, maxSteps: maxSteps.Offset,
		frame: frame, callable: callable.Offset,
	}
}

// A hostStack is a thread's stack of calls as host code sees it. Its entries are
// frames of go.starlark.net, made with their own type so that the garbage
// collector knows them.
type hostStack struct {
	entries []unsafe.Pointer
}

func hostStackOf(t *starlark.Thread) *hostStack {
	return (*hostStack)(unsafe.Add(unsafe.Pointer(t), known.stack))
}

func cancelReasonOf(t *starlark.Thread) *atomic.Pointer[string] {
	return (*atomic.Pointer[string])(unsafe.Add(unsafe.Pointer(t), known.cancel))
}

func maxStepsOf(t *starlark.Thread) *uint64 {
	return (*uint64)(unsafe.Add(unsafe.Pointer(t), known.maxSteps))
}

// push enters a call of c. Entries beyond the length are kept to be used again,
// as go.starlark.net does.
func (s *hostStack) push(c starlark.Callable) {
	n := len(s.entries)
	if n < cap(s.entries) {
		s.entries = s.entries[:n+1]
	} else {
		s.entries = append(s.entries, nil)
	}
	if s.entries[n] == nil {
		s.entries[n] = reflect.New(known.frame).UnsafePointer()
	}
	*s.callable(n) = c
}

// pop leaves the innermost call.
func (s *hostStack) pop() {
	n := len(s.entries) - 1
	*s.callable(n) = nil
	s.entries = s.entries[:n]
}

// rename replaces what the innermost call is a call of.
func (s *hostStack) rename(c starlark.Callable) { *s.callable(len(s.entries) - 1) = c }

func (s *hostStack) callable(i int) *starlark.Callable {
	return (*starlark.Callable)(unsafe.Add(s.entries[i], known.callable))
}

// truncate leaves all calls but the outermost n.
func (s *hostStack) truncate(n int) {
	for len(s.entries) > n {
		s.pop()
	}
}
