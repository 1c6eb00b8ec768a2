package nats

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/starlark-tg/tg/engine/cluster"
)

// A stored message, as JetStream's API gives it.
type stored struct {
	Subject string    `json:"subject"`
	Seq     uint64    `json:"seq"`
	Data    []byte    `json:"data"`
	Hdrs    []byte    `json:"hdrs"`
	Time    time.Time `json:"time"`
}

// last returns the last message of a subject as the stream's leader has it, or
// ErrNotFound.
func (c *Conn) last(ctx context.Context, stream, subject string) (stored, error) {
	body, err := json.Marshal(map[string]string{"last_by_subj": subject})
	if err != nil {
		return stored{}, err
	}
	msg, err := c.nc.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+stream, body)
	if err != nil {
		return stored{}, err
	}
	var answer struct {
		Message *stored             `json:"message"`
		Error   *jetstream.APIError `json:"error"`
	}
	if err := json.Unmarshal(msg.Data, &answer); err != nil {
		return stored{}, err
	}
	switch {
	case answer.Error != nil && answer.Error.ErrorCode == jetstream.JSErrCodeMessageNotFound:
		return stored{}, cluster.ErrNotFound
	case answer.Error != nil:
		return stored{}, answer.Error
	case answer.Message == nil:
		return stored{}, fmt.Errorf("stream %s: an answer without a message", stream)
	}
	return *answer.Message, nil
}

// next returns the first message of a subject from a sequence on, from any server
// that has it, or ErrNotFound; it tries again while that may help. What it returns never changes, unless it is removed.
func (c *Conn) next(ctx context.Context, stream, subject string, from uint64) (data []byte, seq uint64, err error) {
	body, err := json.Marshal(map[string]any{"next_by_subj": subject, "seq": from})
	if err != nil {
		return nil, 0, err
	}
	err = c.again(ctx, func(ctx context.Context) error {
		msg, err := c.nc.RequestWithContext(ctx, "$JS.API.DIRECT.GET."+stream, body)
		if err != nil {
			return err
		}
		data, seq, err = direct(msg)
		return err
	})
	return data, seq, err
}

func direct(msg *nats.Msg) (data []byte, seq uint64, err error) {
	switch status := msg.Header.Get("Status"); status {
	case "":
	case "404":
		return nil, 0, cluster.ErrNotFound
	default:
		return nil, 0, fmt.Errorf("status %s: %s", status, msg.Header.Get("Description"))
	}
	seq, err = strconv.ParseUint(msg.Header.Get("Nats-Sequence"), 10, 64)
	return msg.Data, seq, err
}
