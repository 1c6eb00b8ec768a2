package nats

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/starlark-tg/tg/engine/cluster"
)

// purgeEvery is how often results that were read are removed.
const purgeEvery = 400 * time.Millisecond

// results is what is known of the run's part of TG_RES.
type results struct {
	read map[string]struct{} // task IDs whose results were read and may still be stored
	last uint64              // the highest sequence among them
}

// idOf is the last word of a subject.
func idOf(subject string) string { return subject[strings.LastIndexByte(subject, '.')+1:] }

// hearResult takes a result that has just been stored.
func (d *dispatcher) hearResult(msg *nats.Msg) {
	seq, err := strconv.ParseUint(msg.Header.Get("Nats-Sequence"), 10, 64)
	if err != nil {
		return // not republished by the server: reconciling finds what is stored
	}
	d.read(idOf(msg.Subject), seq, msg.Data)
}

// read takes a result that is stored.
func (d *dispatcher) read(id string, seq uint64, data []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.results.read == nil {
		d.results.read = map[string]struct{}{}
	}
	d.results.read[id] = struct{}{}
	d.results.last = max(d.results.last, seq)
	if call := d.calls[id]; call != nil {
		call.settle(answer{data: data})
	}
}

// fetch reads the result of a task if it is stored.
func (d *dispatcher) fetch(ctx context.Context, id string) (found bool, err error) {
	msg, err := d.c.last(ctx, resultStream, resultSubject(d.run, id))
	if errors.Is(err, cluster.ErrNotFound) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	d.read(id, msg.Seq, msg.Data)
	return true, nil
}

// A sighting is what one look at the stream showed.
type sighting struct {
	last   uint64   // every result up to here had been stored before the look …
	done   []string // … and been read, but for
	unread []string // these
}

// keepPurging removes results that have been read. Word of one may not have come,
// so a look at what is stored comes first: what is still unread at the next look is
// read from there, and only then goes all that had been stored before the first.
func (d *dispatcher) keepPurging(ctx context.Context) {
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	var before sighting
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		once, cancel := context.WithTimeout(ctx, 5*time.Second)
		if d.purgeRead(once, before) {
			before = d.lookAtResults(once)
		}
		cancel()
	}
}

// lookAtResults says what is stored. With an error it says nothing.
func (d *dispatcher) lookAtResults(ctx context.Context) sighting {
	d.mu.Lock()
	s := sighting{last: d.results.last, done: slices.Collect(maps.Keys(d.results.read))}
	d.mu.Unlock()
	if len(s.done) == 0 {
		return sighting{}
	}
	there, err := d.c.subjects(ctx, resultStream, resultSubject(d.run, "*"))
	if err != nil {
		return sighting{}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for subject := range there {
		if _, read := d.results.read[idOf(subject)]; !read {
			s.unread = append(s.unread, idOf(subject))
		}
	}
	return s
}

// purgeRead removes what was seen, once all of it has been read. It says whether
// that was done.
func (d *dispatcher) purgeRead(ctx context.Context, s sighting) bool {
	if s.last == 0 {
		return true
	}
	for _, id := range s.unread {
		d.mu.Lock()
		_, read := d.results.read[id]
		d.mu.Unlock()
		if read {
			continue
		}
		if _, err := d.fetch(ctx, id); err != nil {
			return false
		}
	}
	if err := d.c.purge(ctx, resultStream, jetstream.WithPurgeSubject(resultSubject(d.run, "*")), jetstream.WithPurgeSequence(s.last+1)); err != nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range s.done {
		delete(d.results.read, id)
	}
	return true
}

// hearLog takes what a running task says.
func (d *dispatcher) hearLog(msg *nats.Msg) {
	d.mu.Lock()
	call := d.calls[idOf(msg.Subject)]
	d.mu.Unlock()
	if call == nil {
		return
	}
	var head logHead
	payload, err := unpack(msg.Data, &head)
	if err != nil {
		return
	}
	if frames, err := unpackFrames(payload); err == nil {
		call.transcript.Hear(head.nonce, head.first, frames)
	}
}
