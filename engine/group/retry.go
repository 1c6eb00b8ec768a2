package group

import (
	"errors"
	"math"
	"math/rand/v2"
	"time"
)

// A Retry says how often and after how long a task is tried again: exponential
// backoff with full jitter (Brooker, "Exponential Backoff and Jitter", 2015).
type Retry struct {
	Retries    int           // tries after the first
	Wait       time.Duration // upper bound of the first delay
	Multiplier float64       // by which the bound grows
	MaxWait    time.Duration // bound of every delay, but for one that an error asks for
	MaxTime    time.Duration // no try begins later than this after the first began; 0: no bound
	Jitter     bool          // a delay is drawn evenly from [0, bound); without: the bound itself
}

// delay returns how long to wait after n attempts, n from 1.
func (r *Retry) delay(n int) time.Duration {
	bound := float64(r.Wait) * math.Pow(r.Multiplier, float64(n-1))
	over := !(bound < float64(r.MaxWait)) // also when it overflowed
	if over {
		bound = float64(r.MaxWait)
	}
	switch {
	case r.Jitter:
		return time.Duration(bound * rand.Float64())
	case over:
		return r.MaxWait // exactly: the largest Duration is no float64
	default:
		return time.Duration(bound)
	}
}

// A patient error says how long to wait at least before another attempt, as a server
// does that has too much to do.
type patient interface{ RetryAfter() time.Duration }

// next returns the delay before the attempt after n made ones, the last of which failed
// with err, and whether there may be one; elapsed is the time since the first attempt
// began.
func (r *Retry) next(n int, elapsed time.Duration, err error) (time.Duration, bool) {
	if r == nil || n > r.Retries {
		return 0, false
	}
	d := r.delay(n)
	if p := patient(nil); errors.As(err, &p) {
		d = max(d, p.RetryAfter())
	}
	return d, r.MaxTime == 0 || elapsed <= r.MaxTime-d // elapsed+d may overflow
}

// postpone has a task wait for its next attempt; it holds no worker meanwhile.
func (r *Run[T]) postpone(t *Task[T], delay time.Duration) {
	t.phase = delayed
	t.status.Store(uint32(Pending))
	if r.delayed == nil {
		r.delayed = map[*Task[T]]struct{}{}
	}
	r.delayed[t] = struct{}{}
	r.busy(1)
	t.extra().timer = time.AfterFunc(delay, func() {
		r.comeBack(t, delayed)
		r.busy(-1)
	})
	if r.cfg.Settled != nil {
		r.cfg.Settled(t, Pending, delay)
	}
}
