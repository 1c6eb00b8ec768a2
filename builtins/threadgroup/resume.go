package threadgroup

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/starlark-tg/tg/builtins/internal/filelock"
	"github.com/starlark-tg/tg/builtins/threadgroup/joblog"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

// A keeper keeps in a joblog what tasks have done, and knows what they did before.
type keeper struct {
	log  *joblog.Log
	keys joblog.Keys
	run  *engine.Run // for notes

	mu    sync.Mutex
	named map[string]bool // tasks of which a note has said that their values cannot be kept
	users int             // runs of the script that use it
}

// keepers are the joblogs that are open, by path.
type keepers struct {
	mu   sync.Mutex // guards what follows
	open map[string]*keeper
	used map[*engine.Run]map[string]bool
}

// keeperOf returns the joblog of a group, opened for the caller's run of the script;
// nil: the group has none.
func (g *Group) keeperOf(t *engine.Thread) (*keeper, error) {
	run := t.Run()
	path, granted := g.joblog, false
	if path == "" {
		path, granted = run.Options().Joblog, true
	}
	o := run.Options()
	if path == "" && (o.Resume || o.RetryFailed) {
		g.noLog(run)
	}
	if path == "" || o.DryRun { // which leaves the file as it is
		return nil, nil
	}
	ks := &g.shared.keepers
	ks.mu.Lock()
	defer ks.mu.Unlock()
	if ks.used[run][path] {
		return ks.open[path], nil
	}
	k := ks.open[path]
	if k == nil {
		var err error
		if k, err = openKeeper(run, path, granted); err != nil {
			return nil, err
		}
		if ks.open == nil {
			ks.open, ks.used = map[string]*keeper{}, map[*engine.Run]map[string]bool{}
		}
		ks.open[path] = k
	}
	k.users++
	if ks.used[run] == nil {
		ks.used[run] = map[string]bool{}
	}
	ks.used[run][path] = true
	run.AtEnd(func() error { return ks.release(run, path) })
	return k, nil
}

func (ks *keepers) release(run *engine.Run, path string) error {
	ks.mu.Lock()
	defer ks.mu.Unlock()
	delete(ks.used, run)
	k := ks.open[path]
	if k.users--; k.users > 0 {
		return nil
	}
	delete(ks.open, path)
	return k.log.Close()
}

// openKeeper opens a joblog. granted says that it was not the script that named it.
func openKeeper(run *engine.Run, path string, granted bool) (*keeper, error) {
	open := run.Grants().OpenFile
	if granted {
		open = os.OpenFile
	}
	file, err := open(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("joblog: %w", err)
	}
	if err := filelock.Lock(run.Context(), file); errors.Is(err, filelock.ErrBusy) { // where there are no locks, it goes without
		file.Close()
		return nil, fmt.Errorf("joblog %s: another run writes it, in this program or in another one", path)
	}
	log, err := joblog.Open(file, path, joblog.Run{Script: run.Script(), Started: time.Now()}, shown)
	if err != nil {
		file.Close()
		return nil, err
	}
	if note := log.Repaired(); note != "" {
		run.Note(note)
	}
	return &keeper{log: log, run: run}, nil
}

// shown is repr for the joblog, which is written where no task can take the blame for a
// panic of a value's String: the process would end of it, or the run never.
func shown(v starlark.Value) (text string) {
	defer func() {
		if recover() != nil {
			text = v.Type()
		}
	}()
	return repr(v)
}

// noLog says once that there is nothing to resume from.
func (g *Group) noLog(run *engine.Run) {
	type key struct{}
	run.State(key{}, func() any {
		run.Note(fmt.Sprintf("group %q has no joblog to resume from, so all of it runs: give --joblog FILE", g.name))
		return nil
	})
}

// kept is what a Result has to do with a joblog.
type kept struct {
	key     joblog.Key
	settled bool // by the log: it does not run
}

// cached reports whether the value is an earlier run's.
func (r *Result) cached() bool { return r.kept != nil && r.kept.settled && r.isOK() }

// remember gives the Result its place in the joblog, and its outcome if the log has
// it and is to be resumed.
func (k *keeper) remember(t *engine.Thread, g *Group, r *Result) error {
	args := joblog.ArgsText(r.args(), r.spec.kwargs, stableRepr)
	r.kept = &kept{key: k.keys.Next(g.name, r.spec.Name, args)}
	o := k.run.Options()
	if !g.resume && !o.Resume && !o.RetryFailed {
		return nil
	}
	old, ok := k.log.Lookup(r.kept.key)
	switch {
	case !ok && o.RetryFailed:
		reason := "skipped: the joblog does not have it (--retry-failed)"
		r.task.Finish(group.Skipped, nil, &group.Stop{Kind: group.KindSkipped, Reason: reason})
		r.kept.settled = true
	case ok && old.Status == joblog.OK && old.Held:
		v, err := old.Value()
		if err != nil {
			return err
		}
		if err := r.give(t, v); err != nil {
			return err
		}
		r.task.Finish(group.OK, v, nil)
		if r.live != nil {
			r.live.value = v
		}
		r.kept.settled = true
	}
	return nil
}

// stableRepr writes an argument so that it is the same in every run: of a Result, of
// which nobody knows when it ends, the name.
func stableRepr(v starlark.Value) string {
	var names []string
	each(v, func(r *Result) { names = append(names, r.spec.Name) })
	if names != nil {
		return fmt.Sprintf("results of %q", names)
	}
	return shown(v)
}

// record writes the line of a task that has ended, before anybody is told of it.
func (k *keeper) record(r *Result, status group.Status) error {
	if r.kept.settled {
		return nil
	}
	t := &r.task
	line := joblog.Line{
		Key: r.kept.key, Status: status.String(), Attempts: t.Attempts(), Started: t.Start, Duration: t.Duration,
	}
	if status == group.OK {
		line.Value = t.Value
	} else {
		line.Error = &joblog.Failure{Kind: r.failure.err.Kind, Message: r.failure.err.Msg}
	}
	if t.Attempts() == 0 {
		line.Started = time.Now()
	}
	refused, err := k.log.Append(line)
	var unheld *joblog.Unheld
	if errors.As(refused, &unheld) {
		k.name(r, unheld)
	}
	return err
}

// maxNotes is of how many tasks it is said that their values cannot be kept.
const maxNotes = 10

func (k *keeper) name(r *Result, why *joblog.Unheld) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.named[r.spec.Name] || len(k.named) == maxNotes {
		return
	}
	if k.named == nil {
		k.named = map[string]bool{}
	}
	k.named[r.spec.Name] = true
	k.run.Note(fmt.Sprintf("joblog: the value of task %q cannot be kept, so it will run again: %s", r.spec.Name, why))
}
