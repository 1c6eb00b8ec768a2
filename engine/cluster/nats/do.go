package nats

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/starlark-tg/tg/engine/cluster"
)

// A call is one Do under way. What is not said to be guarded does not change once
// the call is known.
type call struct {
	ctx        context.Context // of Do
	task       cluster.Task
	subject    string
	message    []byte
	transcript *cluster.Transcript
	done       chan answer // holds one; the first that comes is it
	questions  questions
	leave      func() // leaves the window, once

	// Guarded by dispatcher.mu:
	sent    time.Time // when the servers confirmed it, zero before
	sending int       // how many times it was sent
	missing int       // how many times in a row it was nowhere to be found
}

// An answer is a result as it is stored, or why there is none.
type answer struct {
	data []byte
	err  error
}

// settle gives a call its answer, unless it has one.
func (c *call) settle(a answer) {
	select {
	case c.done <- a:
	default:
	}
}

// Do implements cluster.Dispatcher.
func (d *dispatcher) Do(ctx context.Context, task cluster.Task, log cluster.Feed) (cluster.Outcome, error) {
	task.Run, task.Queue, task.Tries = d.run, cmp.Or(task.Queue, "default"), max(task.Tries, 1)
	if err := errors.Join(checkWord("the ID of a task,", task.ID, 128), checkWord("ABI", task.ABI, 64)); err != nil {
		return cluster.Outcome{}, err
	}
	if d.crew.Context().Err() != nil {
		return cluster.Outcome{}, cluster.ErrClosed
	}
	q := d.queue(task)
	hope := q.hopes()
	if err := d.ready(ctx, q); err != nil {
		return cluster.Outcome{}, err
	}
	if err := q.enter(ctx, hope); err != nil {
		return cluster.Outcome{}, err
	}
	call := d.newCall(ctx, task, log, sync.OnceFunc(q.window.Leave))
	defer call.leave()
	defer call.transcript.Stop()
	if err := d.know(call); err != nil {
		return cluster.Outcome{}, err
	}
	defer d.forget(call)
	defer call.questions.end()
	if len(task.Data) > maxMessage {
		defer d.drop(argsBucket, d.run+"."+task.ID)
	}
	if err := d.seal(ctx, call); err != nil {
		return cluster.Outcome{}, err
	}
	if err := d.send(ctx, call); err != nil {
		d.giveUp(call)
		return cluster.Outcome{}, err
	}
	return d.await(ctx, hope, call)
}

func (d *dispatcher) newCall(ctx context.Context, task cluster.Task, log cluster.Feed, leave func()) *call {
	return &call{ctx: ctx, task: task, subject: taskSubject(task.ABI, task.Queue, d.run, task.ID),
		transcript: cluster.NewTranscript(log), done: make(chan answer, 1), leave: leave,
		questions: questions{d: d, answer: task.Answer, slow: leave}}
}

// know makes the call one that answers are for.
func (d *dispatcher) know(call *call) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.calls[call.task.ID] != nil {
		return fmt.Errorf("task %s is under way already", call.task.ID)
	}
	d.calls[call.task.ID] = call
	return nil
}

func (d *dispatcher) forget(call *call) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.calls, call.task.ID)
}

// seal makes the message; data that is too large for one is stored apart.
func (d *dispatcher) seal(ctx context.Context, call *call) error {
	head, data := taskHead{key: d.c.keys.public, task: call.task}, call.task.Data
	if len(data) > maxMessage {
		hash := cluster.HashOf(data)
		head.apart = &hash
		if err := d.c.putObject(ctx, argsBucket, d.run, d.run+"."+call.task.ID, data); err != nil {
			return err
		}
		data = nil
	}
	call.message, call.task.Data = d.sealer.seal(call.subject, pack(&head, data)), nil
	return nil
}

// send sends the task and waits until it is stored. The same sending may arrive
// more than once; the servers keep one.
func (d *dispatcher) send(ctx context.Context, call *call) error {
	d.mu.Lock()
	call.sending++
	id := d.run + "." + call.task.ID + "." + strconv.Itoa(call.sending)
	d.mu.Unlock()
	err := d.c.publish(ctx, &nats.Msg{Subject: call.subject, Data: call.message}, jetstream.WithMsgID(id))
	if err != nil && !isThere(err) {
		return fmt.Errorf("sending task %s: %w", call.task.ID, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	call.sent, call.missing = time.Now(), 0
	return nil
}

// await waits for the answer. When one of the contexts ends before, the task is
// cancelled.
func (d *dispatcher) await(ctx, hope context.Context, call *call) (cluster.Outcome, error) {
	select {
	case a := <-call.done:
		return d.open(ctx, call, a)
	case <-ctx.Done():
	case <-hope.Done():
		ctx = hope
	}
	d.giveUp(call)
	return cluster.Outcome{}, context.Cause(ctx)
}

// giveUp stops a task wherever it is: on a worker at once, in the queue before Do
// returns, if that does not take long. The end of the run is for Close to tell.
func (d *dispatcher) giveUp(call *call) {
	call.questions.end()
	if d.crew.Context().Err() != nil {
		return
	}
	d.forget(call)
	d.cancel(call.task.ID)
	ctx, cancel := context.WithTimeout(d.crew.Context(), 2*time.Second)
	defer cancel()
	_ = d.c.purge(ctx, tasksStream, jetstream.WithPurgeSubject(call.subject)) // else a worker gets it and is told again
}

// drop removes an object that is not needed any more, without waiting for it.
func (d *dispatcher) drop(bucket, name string) {
	d.crew.Go(func(ctx context.Context) {
		_ = d.c.dropObject(ctx, bucket, name) // else Close does it
	})
}

// open makes an outcome of an answer, and says what is left to say.
func (d *dispatcher) open(ctx context.Context, call *call, a answer) (cluster.Outcome, error) {
	if a.err != nil {
		return cluster.Outcome{}, a.err
	}
	var head outcomeHead
	payload, err := unpack(a.data, &head)
	if err != nil {
		return cluster.Outcome{}, fmt.Errorf("the result of task %s: %w", call.task.ID, err)
	}
	if head.apart != nil {
		name := d.run + "." + call.task.ID + "." + head.nonce
		if payload, err = d.c.getChecked(ctx, outBucket, name, *head.apart); err != nil {
			return cluster.Outcome{}, fmt.Errorf("the result of task %s: %w", call.task.ID, err)
		}
		d.drop(outBucket, name)
	}
	if head.lost {
		return cluster.Outcome{}, &cluster.LostError{Task: call.task.ID, Tries: call.task.Tries}
	}
	if head.frames < 0 || head.frames > len(payload) {
		return cluster.Outcome{}, fmt.Errorf("the result of task %s is damaged", call.task.ID)
	}
	frames, err := unpackFrames(payload[:head.frames])
	if err != nil {
		return cluster.Outcome{}, fmt.Errorf("the result of task %s: %w", call.task.ID, err)
	}
	call.transcript.End(head.nonce, frames)
	return cluster.Outcome{Data: payload[head.frames:], Worker: head.worker, Attempt: head.attempt, Took: head.took}, nil
}
