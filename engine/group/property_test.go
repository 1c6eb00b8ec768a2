package group

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/starlark-tg/tg/engine/wait"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A drawn is what one task of a random run is like.
type drawn struct {
	Takes    int // milliseconds, of each attempt
	Fails    int // attempts that fail before one succeeds; more than 3: all
	Retries  int
	Timeout  int // milliseconds; 0: none
	Priority int
	After    []int // earlier tasks
	Limited  bool
	Adds     int // tasks that it adds to the run
	Cancel   int // at which millisecond somebody cancels it; 0: nobody does
}

// A world is a random run.
type world struct {
	Tasks       []drawn
	Slots       int
	Ceiling     int
	Deadline    int
	MaxFailures int
	Stop        int // at which millisecond the run is stopped; 0: it is not
	Late        int // tasks that are added after the start, one a millisecond
}

func draw(t *rapid.T) world {
	n := rapid.IntRange(0, 12).Draw(t, "tasks")
	w := world{
		Slots: rapid.IntRange(0, 3).Draw(t, "slots"), Ceiling: rapid.IntRange(0, 3).Draw(t, "ceiling"),
		Deadline: seldom(t, "deadline"), MaxFailures: rapid.IntRange(0, 3).Draw(t, "max failures"), Stop: seldom(t, "stop"),
	}
	for i := range n {
		d := drawn{
			Takes: rapid.IntRange(0, 20).Draw(t, "takes"), Fails: rapid.IntRange(0, 4).Draw(t, "fails"),
			Retries: rapid.IntRange(0, 2).Draw(t, "retries"), Timeout: seldom(t, "timeout"),
			Priority: rapid.IntRange(-1, 1).Draw(t, "priority"), Limited: rapid.Bool().Draw(t, "limited"),
			Adds: rapid.IntRange(0, 1).Draw(t, "adds"), Cancel: seldom(t, "cancel"),
		}
		if i > 0 {
			d.After = rapid.SliceOfN(rapid.IntRange(0, i-1), 0, 2).Draw(t, "after")
		}
		w.Tasks = append(w.Tasks, d)
	}
	w.Late = rapid.IntRange(0, n).Draw(t, "late")
	return w
}

func seldom(t *rapid.T, what string) int { return max(0, rapid.IntRange(-60, 60).Draw(t, what)) }

// A play is a world that runs.
type play struct {
	world
	run     *Run[int]
	tasks   []*Task[int]
	limiter *Limiter

	mu      sync.Mutex // guards what follows
	added   []*Task[int]
	settled map[*Task[int]]int
	now     int
	most    int
	wrong   string // the first promise that was broken
}

func (p *play) complain(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wrong == "" {
		p.wrong = fmt.Sprintf(format, args...)
	}
}

func (p *play) Call(a *Attempt, t *Task[int]) (int, error) {
	p.mu.Lock()
	p.now++
	p.most = max(p.most, p.now)
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.now--
		p.mu.Unlock()
	}()
	d, ok := t.Of.(drawn)
	if !ok {
		return 0, nil // was added
	}
	for _, i := range d.After {
		if p.tasks[i].Status() != OK {
			p.complain("task %d runs before %d has ended well", t.Index, i)
		}
	}
	for range d.Adds {
		p.add()
	}
	if err := sleep(a, time.Duration(d.Takes)*ms); err != nil {
		return 0, err
	}
	if a.Number <= d.Fails || d.Fails > 3 {
		return 0, errBoom
	}
	return t.Index + 1, nil
}

func (p *play) add() {
	t := newTasks(1, Spec{})[0]
	p.mu.Lock()
	p.added = append(p.added, t)
	p.mu.Unlock()
	p.run.Add(t)
}

func (p *play) Again(_ *Attempt, _ *Task[int], _ int, err error) (bool, error) {
	return err != nil, nil
}
func (p *play) Gates(*Attempt, *Task[int]) ([]*Gate, error) {
	return []*Gate{p.limiter.Gate("")}, nil
}
func (p *play) Stop(error) {}
func (p *play) Resume()    {}

// run plays the world and returns what was wrong, or "".
func (w world) play(t *testing.T) string {
	p := &play{world: w, settled: map[*Task[int]]int{}}
	b := NewBudget(w.Ceiling, &wait.Monitor{})
	slots := b.Slots(w.Slots)
	p.limiter = NewLimiter(b.waits, Limits{Rate: 500, Burst: 1, Concurrency: 2})
	for _, d := range w.Tasks {
		spec := &Spec{Timeout: time.Duration(d.Timeout) * ms, Priority: d.Priority, Limited: d.Limited}
		if d.Retries > 0 {
			spec.Retry = &Retry{Retries: d.Retries, Wait: 3 * ms, Multiplier: 1, MaxWait: s}
		}
		task := &Task[int]{Spec: spec, Of: d}
		for _, i := range d.After {
			task.After(p.tasks[i])
		}
		p.tasks = append(p.tasks, task)
	}
	p.run = Start(context.Background(), Config[int]{
		Slots: slots, Deadline: time.Duration(w.Deadline) * ms, MaxFailures: w.MaxFailures,
		NewWorker: func(*Attempt) Worker[int] { return p },
		Settled: func(t *Task[int], status Status, again time.Duration) {
			p.mu.Lock()
			defer p.mu.Unlock()
			if again < 0 {
				p.settled[t]++
			}
		},
	})
	early := len(p.tasks) - w.Late
	p.run.Add(p.tasks[:early]...)
	if w.Stop > 0 {
		time.AfterFunc(time.Duration(w.Stop)*ms, func() { p.run.Stop(errBoom) })
	}
	for _, task := range p.tasks[early:] {
		time.Sleep(ms)
		p.run.Add(task)
	}
	for i, task := range p.tasks {
		if c := w.Tasks[i].Cancel; c > 0 {
			time.AfterFunc(time.Duration(c)*ms, func() { task.Cancel(errBoom) })
		}
	}
	p.run.Close()
	p.run.Wait()
	b.Wait()
	idle(t, b)
	time.Sleep(time.Hour)
	if n := b.waits.Moving(); n != 0 {
		p.complain("%d things are counted as moving in the end", n)
	}
	p.check()
	return p.wrong
}

// check looks at what has come of the tasks.
func (p *play) check() {
	all := append(append([]*Task[int]{}, p.tasks...), p.added...)
	counts, added := p.run.Counts()
	total := 0
	for _, n := range counts {
		total += n
	}
	if added != len(all) || total != len(all) {
		p.complain("%d tasks, %d added, %d counted", len(all), added, total)
	}
	for _, t := range all {
		status := t.Status()
		switch {
		case p.settled[t] != 1:
			p.complain("task %d ended %d times", t.Index, p.settled[t])
		case !status.Done() || (t.Err == nil) != (status == OK):
			p.complain("task %d is %s with error %v", t.Index, status, t.Err)
		case status == Skipped && t.Attempts() > 0, (status == OK || status == Failed) && t.Attempts() == 0:
			p.complain("task %d is %s after %d attempts", t.Index, status, t.Attempts())
		case t.Spec.Retry == nil && t.Attempts() > 1, t.Spec.Retry != nil && t.Attempts() > t.Spec.Retry.Retries+1:
			p.complain("task %d had %d attempts", t.Index, t.Attempts())
		}
	}
	bound := p.Slots
	if bound == 0 || p.Ceiling > 0 && p.Ceiling < bound {
		bound = p.Ceiling
	}
	if bound > 0 && p.most > bound {
		p.complain("%d tasks at once, bound is %d", p.most, bound)
	}
}

// Whatever the tasks, their options and the moments of stops and cancels: every task
// ends exactly once, after what it depends on; there are never more workers than
// slots; nothing is left over.
func TestAnyRunKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := draw(rt)
		var wrong string
		synctest.Test(t, func(t *testing.T) { wrong = w.play(t) })
		require.Empty(rt, wrong)
	})
}
