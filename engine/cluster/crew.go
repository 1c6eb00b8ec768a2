package cluster

import (
	"context"
	"sync"
)

// A Crew is a number of goroutines that end together: their context ends with
// Dismiss, which waits for them. Go may be called by many goroutines, also by those
// of the crew.
type Crew struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	wg     sync.WaitGroup

	mu   sync.Mutex // guards over, and makes Go and Dismiss exclude each other
	over bool
}

// NewCrew returns a crew whose context ends with ctx at the latest.
func NewCrew(ctx context.Context) *Crew {
	c := &Crew{}
	c.ctx, c.cancel = context.WithCancelCause(ctx)
	return c
}

// Context returns the context that the crew's goroutines heed.
func (c *Crew) Context() context.Context { return c.ctx }

// Go runs f in a goroutine, or says false if the crew has been dismissed.
func (c *Crew) Go(f func(ctx context.Context)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return false
	}
	c.wg.Add(1)
	go func() {
		defer c.wg.Done()
		f(c.ctx)
	}()
	return true
}

// Wait waits until every goroutine has ended by itself. Nobody may call Go
// meanwhile, but those of the crew.
func (c *Crew) Wait() {
	c.wg.Wait()
	c.cancel(context.Canceled)
}

// Dismiss ends the context with a cause and waits until every goroutine has ended.
func (c *Crew) Dismiss(cause error) {
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	c.cancel(cause)
	c.wg.Wait()
}
