package engine

// AtEnd has f called by Finish, before what the thread deferred. err says how its work
// ended so far. Functions are called in order; the first error becomes the thread's.
func (t *Thread) AtEnd(f func(err error) error) { t.atEnd = append(t.atEnd, f) }

// AtLast has f called by Finish, after what the thread deferred; the last one first. Its
// error becomes the thread's, if that has none.
func (t *Thread) AtLast(f func() error) { t.atLast = append(t.atLast, f) }

// State returns what a module keeps with this thread under key until its work ends,
// made by make when it is first asked for. It belongs to the thread's own goroutine.
func (t *Thread) State(key any, make func() any) any {
	v, ok := t.state[key]
	if !ok {
		v = make()
		if t.state == nil {
			t.state = map[any]any{}
		}
		t.state[key] = v
	}
	return v
}

// Finish ends a piece of work of the thread that has come to err: what it has
// started ends, then what it deferred is called, then AtLast's; what it holds is given back.
// Before the deferred calls unstoppable is called, if there are any: what stopped the
// work does not stop them. Finish returns the first error; one that it met is an *Error.
func (t *Thread) Finish(err error, unstoppable func()) error {
	err = t.endAll(err)
	if t.Deferred() {
		unstoppable()
		if late := t.RunDefers(); err == nil {
			err = late
		}
	}
	for n := len(t.atLast); n > 0; n = len(t.atLast) {
		f := t.atLast[n-1]
		t.atLast = t.atLast[:n-1]
		if late := f(); err == nil && late != nil {
			err = t.Error(late)
		}
	}
	t.giveBack()
	return err
}

// endAll ends what the thread has started.
func (t *Thread) endAll(err error) error {
	for len(t.atEnd) > 0 {
		f := t.atEnd[0]
		t.atEnd = t.atEnd[1:]
		if late := f(err); err == nil && late != nil {
			err = t.Error(late)
		}
	}
	clear(t.state)
	t.replaced = nil
	return err
}
