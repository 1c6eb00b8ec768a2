package main

import (
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	starjson "github.com/starlark-tg/tg/builtins/json"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/event"
	"go.starlark.net/starlark"
)

// A document is what --json prints: one run, its groups and their tasks.
type document struct {
	Script  string        `json:"script"`
	Status  string        `json:"status"` // ok failed timed_out cancelled
	Exit    int           `json:"exit"`
	Seconds float64       `json:"seconds"`
	Error   *errorObject  `json:"error,omitempty"`
	Groups  []*groupEntry `json:"groups"`
}

type groupEntry struct {
	Name    string      `json:"name"`
	Status  string      `json:"status"`
	Seconds float64     `json:"seconds"`
	Tasks   []taskEntry `json:"tasks"`
}

type taskEntry struct {
	Name     string          `json:"name"`
	Index    int             `json:"index"`
	Status   string          `json:"status"`
	Value    json.RawMessage `json:"value"`          // null: failed, or JSON cannot hold it
	Repr     string          `json:"repr,omitempty"` // of a value that JSON cannot hold
	Seconds  float64         `json:"seconds"`
	Attempts int             `json:"attempts"`
	Error    *errorObject    `json:"error,omitempty"`
}

type errorObject struct {
	Kind      string `json:"kind"`
	Message   string `json:"message"`
	Hint      string `json:"hint,omitempty"`
	Position  string `json:"position,omitempty"`
	Traceback string `json:"traceback,omitempty"`
}

// A collector reads events and makes a document of them.
type collector struct {
	began time.Time

	mu     sync.Mutex // guards what follows
	groups []*groupEntry
	open   map[int64]*groupEntry
}

func newCollector() *collector {
	return &collector{began: time.Now(), groups: []*groupEntry{}, open: map[int64]*groupEntry{}}
}

// sink returns what feeds the collector.
func (c *collector) sink() event.Sink {
	return event.Sink{Take: c.event, Only: []event.Kind{event.GroupStarted, event.TaskEnded, event.GroupEnded}}
}

func (c *collector) event(e event.Event) {
	switch e.Kind {
	case event.GroupStarted:
		c.mu.Lock()
		defer c.mu.Unlock()
		g := &groupEntry{Name: e.Group, Status: "running", Tasks: make([]taskEntry, e.Counts.Tasks)}
		c.groups = append(c.groups, g)
		c.open[e.Run] = g
	case event.TaskEnded:
		t := taskEntry{
			Name: e.Task, Index: e.Index, Status: e.Status, Seconds: seconds(e.Duration),
			Attempts: e.Attempts, Error: describe(e.Err),
		}
		t.set(e.Value)
		c.mu.Lock()
		defer c.mu.Unlock()
		g := c.open[e.Run]
		if more := e.Index + 1 - len(g.Tasks); more > 0 { // of a run that grows
			g.Tasks = append(g.Tasks, make([]taskEntry, more)...)
		}
		g.Tasks[e.Index] = t
	case event.GroupEnded:
		c.mu.Lock()
		defer c.mu.Unlock()
		g := c.open[e.Run]
		delete(c.open, e.Run)
		g.Status, g.Seconds = groupStatus(e.Counts), seconds(e.Duration)
	}
}

// set writes the value of a task that ended well.
func (t *taskEntry) set(v any) {
	value, ok := v.(starlark.Value)
	if !ok {
		return
	}
	text, err := starjson.Encode(value)
	if err != nil || !json.Valid(text) {
		t.Repr = value.String()
		return
	}
	t.Value = text
}

func groupStatus(c event.Counts) string {
	switch {
	case c.Failed+c.TimedOut > 0:
		return "failed"
	case c.OK < c.Tasks:
		return "cancelled"
	}
	return "ok"
}

func seconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e6 }

// describe returns an error as JSON shows it, or nil.
func describe(err error) *errorObject {
	var e *engine.Error
	var bad *engine.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		o := &errorObject{Kind: e.Kind, Message: e.Msg, Hint: e.Hint, Traceback: e.Traceback()}
		if e.Pos.IsValid() {
			o.Position = e.Pos.String()
		}
		return o
	case errors.As(err, &bad):
		p := bad.Problems[0]
		return &errorObject{Kind: "syntax", Message: p.Msg, Hint: p.Hint, Position: p.Pos.String()}
	}
	o := &errorObject{Kind: "error", Message: err.Error()}
	var kind interface{ Kind() string }
	if errors.As(err, &kind) {
		o.Kind = kind.Kind()
	}
	return o
}

// print writes the document of a run that ended with err and this exit status.
func (c *collector) print(w io.Writer, script string, exit int, err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	status := "failed"
	switch exit {
	case 0:
		status = "ok"
	case exitTimeout:
		status = "timed_out"
	case 130, 143:
		status = "cancelled"
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(document{
		Script: script, Status: status, Exit: exit, Seconds: seconds(time.Since(c.began)),
		Error: describe(err), Groups: c.groups,
	})
}
