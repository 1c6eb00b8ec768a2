package nats

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/starlark-tg/tg/engine/cluster"
)

// askEvery is how long a question waits for its answer before it is asked again, and
// up to twice as long. A connection that breaks ends the wait at once.
const askEvery = time.Second

// maxOp is how many bytes the name of a question may have.
const maxOp = 1 << 10

var errEnded = errors.New("the task has ended")

// Ask implements cluster.Line. All questions of a connection share the inbox of its
// requests.
func (sp *speaker) Ask(ctx context.Context, op string, question []byte) ([]byte, error) {
	if len(op) == 0 || len(op) > maxOp {
		return nil, fmt.Errorf("the op of a question has 1 to %d bytes, not %d", maxOp, len(op))
	}
	if len(question) > cluster.MaxQuestion {
		return nil, fmt.Errorf("question %q has %d bytes; %d are allowed", op, len(question), cluster.MaxQuestion)
	}
	if sp.ctx.Err() != nil {
		return nil, context.Cause(sp.ctx)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(sp.ctx, func() { cancel(context.Cause(sp.ctx)) })()
	head := questionHead{op: op}
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, askEvery) {
		v, answer, err := sp.askOnce(ctx, head, question)
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case err == nil && v == unheard:
			head.again = false
			continue
		case err == nil:
			return outcomeOf(v, answer)
		case errors.Is(err, context.DeadlineExceeded): // it is being answered, or was not heard
			if err := sp.s.c.refusalOf(sp.asking); err != nil {
				return nil, err
			}
			head.again, wait = true, 10*time.Millisecond
			continue
		case !passing(err):
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// askOnce asks, and waits for the answer for a while.
func (sp *speaker) askOnce(ctx context.Context, head questionHead, question []byte) (verdict, []byte, error) {
	if head.again {
		question = nil
	}
	once, cancel := context.WithTimeout(ctx, askEvery+rand.N(askEvery))
	defer cancel()
	msg, err := sp.s.c.nc.RequestWithContext(once, sp.asking, pack(&head, question))
	if err != nil {
		return 0, nil, err
	}
	var a answerHead
	answer, err := unpack(msg.Data, &a)
	return a.verdict, answer, err
}

func outcomeOf(v verdict, answer []byte) ([]byte, error) {
	switch v {
	case answered:
		return answer, nil
	case refused:
		return nil, errors.New(string(answer))
	}
	return nil, cluster.ErrGone
}

// refusalOf is the server's last word against us, if it was about a subject.
func (c *Conn) refusalOf(subject string) error {
	err := c.refusal()
	if err == nil || !strings.Contains(err.Error(), `"`+subject+`"`) {
		return nil
	}
	return err
}
