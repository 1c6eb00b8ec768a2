package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/pprof/profile"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/starlark"
)

// A profiler notes where the script's threads spend their time, computing or
// waiting: a hundred times a second it asks every thread for the statement it is in.
type profiler struct {
	file  string
	began time.Time
	clock atomic.Int64
	stop  chan struct{} // closed when the run has ended

	mu      sync.Mutex // guards samples
	samples map[string]*sample
}

// A sample is one call stack and for how many ticks it was met.
type sample struct {
	stack starlark.CallStack
	ticks int64
}

const profileEvery = 10 * time.Millisecond

// newProfiler begins a profile for a file; it is made at once, so that a path that
// cannot be written is known before the script runs.
func newProfiler(file string) (*profiler, error) {
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	p := &profiler{file: file, began: time.Now(), stop: make(chan struct{}), samples: map[string]*sample{}}
	go p.tick()
	return p, f.Close()
}

func (p *profiler) tick() {
	t := time.NewTicker(profileEvery)
	defer t.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-t.C:
			p.clock.Add(1)
		}
	}
}

// hooks returns what the script is to be run with.
func (p *profiler) hooks() *eval.Hooks { return &eval.Hooks{Clock: &p.clock, Sample: p.sample} }

func (p *profiler) sample(at *eval.Point, ticks int64) {
	stack := at.CallStack()
	var key strings.Builder
	for _, c := range stack {
		fmt.Fprintf(&key, "%s %s\n", c.Pos, c.Name)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.samples[key.String()]
	if !ok {
		s = &sample{stack: stack}
		p.samples[key.String()] = s
	}
	s.ticks += ticks
}

// write ends the profile and writes it for go tool pprof.
func (p *profiler) write() error {
	close(p.stop)
	f, err := os.Create(p.file)
	if err != nil {
		return err
	}
	err = p.profile().Write(f)
	if late := f.Close(); err == nil {
		err = late
	}
	return err
}

func (p *profiler) profile() *profile.Profile {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "wall", Unit: "nanoseconds"}},
		PeriodType: &profile.ValueType{Type: "wall", Unit: "nanoseconds"},
		Period:     int64(profileEvery), TimeNanos: p.began.UnixNano(), DurationNanos: int64(time.Since(p.began)),
	}
	b := profileBuilder{out: out, functions: map[string]*profile.Function{}, locations: map[string]*profile.Location{}}
	for _, s := range p.samples {
		ps := &profile.Sample{Value: []int64{s.ticks * int64(profileEvery)}}
		for i := range s.stack {
			ps.Location = append(ps.Location, b.location(s.stack.At(i))) // innermost first
		}
		out.Sample = append(out.Sample, ps)
	}
	return out
}

// A profileBuilder makes each function and location of a profile once.
type profileBuilder struct {
	out       *profile.Profile
	functions map[string]*profile.Function
	locations map[string]*profile.Location
}

func (b *profileBuilder) location(c starlark.CallFrame) *profile.Location {
	key := c.Pos.String() + " " + c.Name
	l, ok := b.locations[key]
	if !ok {
		l = &profile.Location{ID: uint64(len(b.out.Location) + 1), Line: []profile.Line{{
			Function: b.function(c), Line: int64(c.Pos.Line), Column: int64(c.Pos.Col),
		}}}
		b.locations[key] = l
		b.out.Location = append(b.out.Location, l)
	}
	return l
}

func (b *profileBuilder) function(c starlark.CallFrame) *profile.Function {
	key := c.Pos.Filename() + " " + c.Name
	f, ok := b.functions[key]
	if !ok {
		name := strings.Trim(c.Name, "<>") // pprof leaves out what stands in <>
		f = &profile.Function{ID: uint64(len(b.out.Function) + 1), Name: name, SystemName: name, Filename: c.Pos.Filename()}
		b.functions[key] = f
		b.out.Function = append(b.out.Function, f)
	}
	return f
}
