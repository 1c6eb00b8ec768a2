package nats

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/starlark-tg/tg/engine/cluster"
)

// What is said of a message at its end.
const (
	done  = "+ACK"
	never = "+TERM"                     // it goes, without a result
	back  = "-NAK"                      // another may have it
	later = `-NAK {"delay":1000000000}` // the same, after a second
)

// take deals with a message from the queue of tasks:
//
//	not signed as it must be         never
//	from servers that are no more    nothing
//	the run is over, or cancelled    never
//	started too many times           lost → stored: done
//	its data cannot be had           later
//	the worker leaves                back
//	the handler has returned         its result → stored: done, not stored: later
func (s *shift) take(ctx context.Context, msg *nats.Msg) {
	head, data, err := s.w.check.open(msg.Subject, msg.Data)
	if err == nil && (head.task.ABI != s.config.ABI || head.task.Queue != s.config.Queue) {
		err = errForged
	}
	meta, bad := msg.Metadata()
	if err != nil || bad != nil {
		s.finish(msg, never)
		return
	}
	ref := cluster.TaskRef{Run: head.task.Run, ID: head.task.ID}
	ctx, drop := s.held.Take(ctx, ref, time.Now())
	word := s.perform(ctx, head, data, int(meta.NumDelivered))
	drop()
	s.finish(msg, word)
}

// perform runs a task and stores its result; it returns what to say of the message.
func (s *shift) perform(ctx context.Context, head taskHead, data []byte, attempt int) string {
	task := head.task
	if s.leases.isNew(task.Run) && s.leases.isOver(ctx, task.Run) {
		s.held.End(task.Run, time.Now())
		return never
	}
	out := outcomeHead{worker: s.config.Name, attempt: attempt, nonce: rand.Text()}
	if attempt > task.Tries {
		out.lost = true
		return s.store(ctx, task, out, nil, nil)
	}
	task.Data = data
	if head.apart != nil {
		var err error
		if task.Data, err = s.c.getChecked(ctx, argsBucket, task.Run+"."+task.ID, *head.apart); err != nil {
			return ending(ctx, later)
		}
	}
	began := time.Now()
	result, frames := s.handle(ctx, task, out.nonce)
	out.took = time.Since(began)
	if ctx.Err() != nil {
		return ending(ctx, later)
	}
	return s.store(ctx, task, out, packFrames(frames), result)
}

// handle calls the handler within the task's time. It returns what the task said, too.
func (s *shift) handle(ctx context.Context, task cluster.Task, nonce string) (result []byte, frames [][]byte) {
	if task.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, task.Timeout, cluster.ErrTimeout)
		defer cancel()
	}
	line := s.newSpeaker(ctx, task, nonce)
	result = s.handler(ctx, task, line)
	return result, line.end()
}

// ending is what to say of a message whose task was not finished.
func ending(ctx context.Context, otherwise string) string {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, cluster.ErrCancelled), errors.Is(cause, cluster.ErrDeadRun):
		return never
	case errors.Is(cause, cluster.ErrLeaving):
		return back
	}
	return otherwise
}

// store stores an outcome. One that is there already is as good.
func (s *shift) store(ctx context.Context, task cluster.Task, out outcomeHead, frames, result []byte) string {
	out.frames = len(frames)
	payload := append(frames, result...)
	if len(payload) > maxMessage {
		hash := cluster.HashOf(payload)
		out.apart = &hash
		if err := s.c.putObject(ctx, outBucket, task.Run, task.Run+"."+task.ID+"."+out.nonce, payload); err != nil {
			return ending(ctx, later)
		}
		payload = nil
	}
	err := s.c.publish(ctx, &nats.Msg{Subject: resultSubject(task.Run, task.ID), Data: pack(&out, payload)})
	if err != nil && !isThere(err) {
		return ending(ctx, later)
	}
	return done
}
