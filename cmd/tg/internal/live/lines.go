package live

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine/event"
)

// An Output says how what tasks print is written: raw, prefix or group. It is a flag value.
type Output string

func (m *Output) String() string { return string(*m) }
func (m *Output) Type() string   { return "mode" }

func (m *Output) Set(s string) error {
	if s != "raw" && s != "prefix" && s != "group" {
		return fmt.Errorf("%q is not raw, prefix or group", s)
	}
	*m = Output(s)
	return nil
}

// maxHeld is how many bytes of what tasks print are kept until they have ended. What is
// beyond comes sooner.
const maxHeld = 64 << 20

// A Printer writes what tasks print: with the task's name before each line, or what one task
// prints in one piece. It reads events, from many goroutines.
type Printer struct {
	w      io.Writer
	prefix bool

	mu   sync.Mutex // guards what follows
	held map[taskKey]*strings.Builder
	size int
}

// A taskKey is a task of a run of a group.
type taskKey struct {
	run   int64
	index int
}

// NewPrinter returns one, or nil where lines are written as they come.
func NewPrinter(mode Output, w io.Writer) *Printer {
	if mode == "" || mode == "raw" {
		return nil
	}
	return &Printer{w: w, prefix: mode == "prefix", held: map[taskKey]*strings.Builder{}}
}

// Print takes a line.
func (p *Printer) Print(e event.Event) {
	line := e.Text + "\n"
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case e.Run == 0: // the script itself
		_, _ = io.WriteString(p.w, line)
	case p.prefix:
		name := fmt.Sprintf("[%s %d] ", draw.OneLine(e.Task), e.Index)
		_, _ = io.WriteString(p.w, name+strings.ReplaceAll(e.Text, "\n", "\n"+name)+"\n")
	default:
		key := taskKey{e.Run, e.Index}
		b := p.held[key]
		if b == nil {
			b = &strings.Builder{}
			p.held[key] = b
		}
		b.WriteString(line)
		if p.size += len(line); p.size > maxHeld {
			p.flush(key)
		}
	}
}

func (p *Printer) flush(key taskKey) {
	if b := p.held[key]; b != nil {
		delete(p.held, key)
		p.size -= b.Len()
		_, _ = io.WriteString(p.w, b.String())
	}
}

// Sink returns what tells of tasks that have ended.
func (p *Printer) Sink() event.Sink {
	s := event.Sink{Only: []event.Kind{event.TaskEnded}}
	if !p.prefix {
		s.Take = func(e event.Event) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.flush(taskKey{e.Run, e.Index})
		}
	}
	return s
}

// Close writes what is left, of tasks that have not ended.
func (p *Printer) Close() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var keys []taskKey
	for key := range p.held {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b taskKey) int { return cmp.Or(cmp.Compare(a.run, b.run), cmp.Compare(a.index, b.index)) })
	for _, key := range keys {
		p.flush(key)
	}
}
