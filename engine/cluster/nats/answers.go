package nats

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/starlark-tg/tg/engine/cluster"
)

// patient is how long a task's Answer may take before the task leaves the window.
const patient = 20 * time.Millisecond

// questions are what a call's task has asked, from the first question to the end of
// Do. A question is put once; then its answer is kept.
type questions struct {
	d      *dispatcher
	answer func(ctx context.Context, op string, question []byte) []byte
	slow   func() // told when an answer takes its time

	mu     sync.Mutex           // guards the fields below
	all    map[string]*question // by op
	over   bool
	ctx    context.Context // of answer; made for the first question
	cancel context.CancelCauseFunc
}

type question struct {
	op       string
	text     []byte
	reply    string // where the answer is wanted: where it was asked from last
	ready    bool
	verdict  verdict // what became of it, once it is ready
	response []byte
}

// hearQuestion takes what a task asks.
func (d *dispatcher) hearQuestion(msg *nats.Msg) {
	if !strings.HasPrefix(msg.Reply, workerInbox+".") {
		return // a worker may not have us publish where it may not itself
	}
	var head questionHead
	text, err := unpack(msg.Data, &head)
	if err != nil {
		return // nothing that a worker says
	}
	d.mu.Lock()
	call := d.calls[idOf(msg.Subject)]
	d.mu.Unlock()
	if call == nil || call.task.Answer == nil {
		d.respond(msg.Reply, gone, nil)
		return
	}
	call.questions.hear(call.ctx, head, text, msg.Reply)
}

func (d *dispatcher) respond(to string, v verdict, response []byte) {
	_ = d.c.nc.Publish(to, pack(&answerHead{v}, response)) // else it is asked again
}

// hear takes a question, or gives the answer that it had. ctx is that of Do.
func (q *questions) hear(ctx context.Context, head questionHead, text []byte, reply string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	known := q.all[head.op]
	switch {
	case q.over:
		q.d.respond(reply, gone, nil)
	case known != nil && known.ready:
		q.d.respond(reply, known.verdict, known.response)
	case known != nil:
		known.reply = reply
	case head.again:
		q.d.respond(reply, unheard, nil)
	default:
		q.put(ctx, &question{op: head.op, text: text, reply: reply})
	}
}

// put has a new question answered; q.mu is held.
func (q *questions) put(ctx context.Context, one *question) {
	if q.all == nil {
		q.all = map[string]*question{}
		q.ctx, q.cancel = context.WithCancelCause(ctx)
	}
	q.all[one.op] = one
	if !q.d.crew.Go(func(crew context.Context) { q.work(crew, one) }) {
		q.d.respond(one.reply, gone, nil) // the run is being closed
	}
}

// work answers a question.
func (q *questions) work(crew context.Context, one *question) {
	defer context.AfterFunc(crew, func() { q.cancel(cluster.ErrClosed) })()
	slow := time.AfterFunc(patient, q.slow)
	response := q.answer(q.ctx, one.op, one.text)
	slow.Stop()
	q.answered(one, response)
}

func (q *questions) answered(one *question, response []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.over || q.ctx.Err() != nil {
		return // what is answered after the end may be anything
	}
	one.ready, one.text, one.verdict, one.response = true, nil, answered, response
	if len(response) > cluster.MaxQuestion {
		one.verdict = refused
		one.response = fmt.Appendf(nil, "the answer to %q has %d bytes; %d are allowed", one.op, len(response), cluster.MaxQuestion)
	}
	q.d.respond(one.reply, one.verdict, one.response)
	if strings.HasPrefix(one.op, cluster.Idle) {
		delete(q.all, one.op)
	}
}

// end is the end of Do: nothing more is put, and who answers is told to stop.
func (q *questions) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.over = true
	if q.cancel != nil {
		q.cancel(context.Canceled)
	}
}
