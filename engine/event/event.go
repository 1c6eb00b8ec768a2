// Package event is the one stream of facts about a run: what began, what ended
// and how. Progress, summaries and logs are readers of it.
//
// A [Sink] is called on the goroutine on which the fact came about, for
// different groups and tasks at once, so it must be safe for concurrent use and
// must not block. Facts about one task come in order: Queued at the start of its
// group, then for each attempt Ended or Retry.
package event

import "time"

// A Kind says what an event is about.
type Kind uint8

const (
	GroupStarted Kind = iota + 1 // Group, Run, Counts.Tasks
	GroupEnded                   // and Counts, Duration
	TaskRetry                    // Group, Run, Task, Index, Attempts, Err, Delay
	TaskProgress                 // Group, Run, Task, Index, Done, Total
	TaskEnded                    // Group, Run, Task, Index, Attempts, Status, Err, Duration
)

// An Event is one fact. Fields that its kind does not name are zero.
type Event struct {
	Kind     Kind
	Group    string // name of the group
	Run      int64  // number of the group's run, from 1, unique within the script's run
	Task     string
	Index    int // of the task in its run
	Status   string
	Attempts int
	Delay    time.Duration // until the next attempt
	Duration time.Duration
	Err      error
	Done     float64
	Total    float64
	Counts   Counts
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

// A Sink takes events. nil takes none.
type Sink func(Event)
