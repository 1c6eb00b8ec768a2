package nats

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/starlark-tg/tg/engine/cluster"
)

// gather is how long frames are gathered before they are sent.
const gather = 10 * time.Millisecond

// A speaker is the Line of a running task. It passes on what the task says, and keeps
// it for the outcome: what is sent while it runs may not arrive.
type speaker struct {
	s       *shift
	subject string
	nonce   string
	asking  string                  // the subject of questions
	ctx     context.Context         // ends with the task, or before
	over    context.CancelCauseFunc // ends it

	mu      sync.Mutex // guards the fields below
	frames  [][]byte   // all of them
	sent    int        // how many were sent
	timer   *time.Timer
	resting int // how many calls of Rest are under way
	ended   bool
}

// newSpeaker returns one for a task; ctx is that of the handler.
func (s *shift) newSpeaker(ctx context.Context, task cluster.Task, nonce string) *speaker {
	sp := &speaker{s: s, nonce: nonce, subject: logSubject(task.Run, task.ID), asking: askSubject(task.Run, task.ID)}
	sp.ctx, sp.over = context.WithCancelCause(ctx)
	return sp
}

var _ cluster.Line = (*speaker)(nil)

// Say is the task's Feed. After the end it does nothing.
func (sp *speaker) Say(frame []byte) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if sp.ended {
		return
	}
	sp.frames = append(sp.frames, bytes.Clone(frame))
	if sp.timer == nil {
		sp.timer = time.AfterFunc(gather, sp.flush)
	}
}

// flush sends what has not been sent; what is too large for a message comes with
// the outcome.
func (sp *speaker) flush() {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	sp.timer = nil
	for !sp.ended && sp.sent < len(sp.frames) {
		n, size := sp.sent, 0
		for n < len(sp.frames) && (n == sp.sent || size+len(sp.frames[n]) < maxMessage/2) {
			size += len(sp.frames[n])
			n++
		}
		if size > maxMessage {
			return // this one and all that follow
		}
		message := pack(&logHead{sp.nonce, sp.sent}, packFrames(sp.frames[sp.sent:n]))
		if sp.s.c.nc.Publish(sp.subject, message) != nil {
			return
		}
		sp.sent = n
	}
}

// end is the end of the task. It returns all frames.
func (sp *speaker) end() [][]byte {
	sp.over(errEnded)
	sp.mu.Lock()
	defer sp.mu.Unlock()
	sp.ended = true
	if sp.resting > 0 {
		sp.s.rest(-1)
	}
	if sp.timer != nil {
		sp.timer.Stop()
	}
	return sp.frames
}

// Rest implements cluster.Line.
func (sp *speaker) Rest(block func()) {
	sp.rest(1)
	defer sp.rest(-1)
	block()
}

// rest counts the calls of Rest; the task rests while there are any.
func (sp *speaker) rest(n int) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	before := sp.resting
	sp.resting += n
	if !sp.ended && (before == 0 || sp.resting == 0) {
		sp.s.rest(n)
	}
}
