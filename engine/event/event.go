// Package event is the one stream of facts about a run: what began, what ended
// and how. Progress, summaries, logs and audits are readers of it.
//
// # Contract
//
// A [Sink] is called on the goroutine on which the fact came about, for several
// groups and tasks at once: it must be safe for concurrent use, must return soon
// and must not call back into the run. What it is given it may keep, but for a Value:
// that may be read until Take returns, because then the script may change it.
//
// Facts come in this order. RunStarted is first and RunEnded last, once each. A
// group's run begins with GroupStarted and TaskQueued for each task in the order
// of the tasks, and ends with GroupEnded. In between, each task has TaskStarted
// for each attempt, TaskRetry after an attempt that will be followed by another,
// and TaskEnded once; a task that never began has TaskEnded alone. Facts about
// different tasks come in any order.
//
// Nothing is made that nobody wants: a run without a sink, or with one that
// leaves the kinds about tasks out, pays nothing for each task.
package event

import "time"

// A Kind says what an event is about, and so which fields it has.
type Kind uint8

const (
	RunStarted   Kind = iota + 1 // Text: name of the script
	RunEnded                     // Duration, Err
	GroupStarted                 // Group, Run, Counts.Tasks: with which it begins; Open; Within, Index: the task that started it; Text: ProgressOn, ProgressOff or ""
	GroupEnded                   // Group, Run, Counts, Duration, Err: an *engine.GroupError if tasks failed
	TaskQueued                   // Group, Run, Task, Index
	TaskStarted                  // Group, Run, Task, Index, Attempts, Worker
	TaskProgress                 // Group, Run, Task, Index, Done, Total
	TaskRetry                    // Group, Run, Task, Index, Attempts, Err, Delay
	TaskEnded                    // Group, Run, Task, Index, Attempts, Status, Value or Err, Duration
	TaskOverdue                  // Group, Run, Task, Index: stopped, but a host call has not returned within the grace period
	Printed                      // Text: a line, without its newline; Group, Run, Task, Index, if a task printed it
	Permission                   // Text: what for; Granted; Flag
	Noted                        // Text: what the user should know
)

// What a group says of its progress.
const (
	ProgressOn  = "on"
	ProgressOff = "off"
)

var kindNames = [...]string{
	RunStarted: "run started", RunEnded: "run ended", GroupStarted: "group started", GroupEnded: "group ended",
	TaskQueued: "task queued", TaskStarted: "task started", TaskProgress: "task progress", TaskRetry: "task retry",
	TaskEnded: "task ended", TaskOverdue: "task overdue", Printed: "printed", Permission: "permission", Noted: "noted",
}

// String returns the kind in words, such as "task ended".
func (k Kind) String() string {
	if int(k) < len(kindNames) && kindNames[k] != "" {
		return kindNames[k]
	}
	return "unknown"
}

// An Event is one fact. Fields that its kind does not name are zero.
type Event struct {
	Kind     Kind
	Group    string // name of the group
	Run      int64  // number of the group's run, from 1, unique within the script's run
	Within   int64  // number of the run whose task, at Index, started the group; 0: no task did
	Open     bool   // more tasks may come than the run begins with
	Task     string // name of the task
	Index    int    // of the task in its run, from 0
	Status   string // ok failed timed_out cancelled skipped
	Attempts int    // made so far
	Worker   string // name of the other process that runs the task; "": this one does
	Delay    time.Duration
	Duration time.Duration
	Value    any // what the task returned: a starlark.Value
	Err      error
	Done     float64 // of Total, in the task's own unit
	Total    float64
	Counts   Counts
	Text     string
	Granted  bool
	Flag     string // that would grant it
}

// Counts says how the tasks of a run ended.
type Counts struct {
	Tasks, OK, Failed, TimedOut, Cancelled, Skipped int
}

// Add adds the counts of another run.
func (c *Counts) Add(o Counts) {
	c.Tasks += o.Tasks
	c.OK += o.OK
	c.Failed += o.Failed
	c.TimedOut += o.TimedOut
	c.Cancelled += o.Cancelled
	c.Skipped += o.Skipped
}

// A Sink takes events. The zero value takes none.
type Sink struct {
	Take func(Event)
	Only []Kind // the kinds to take; empty: all
}

// Wants returns the kinds that the sink takes, as a function that is cheap to call.
func (s Sink) Wants() func(Kind) bool {
	var set uint32
	for _, k := range s.Only {
		set |= 1 << k
	}
	if len(s.Only) == 0 {
		set = ^uint32(0)
	}
	if s.Take == nil {
		set = 0
	}
	return func(k Kind) bool { return set&(1<<k) != 0 }
}
