package timeline

// A Status says how a bar of the chart looks: how an attempt ended, or what a task
// waits for.
type Status uint8

// These are the numbers that pages know them by.
const (
	Running   Status = iota
	OK               // the attempt gave a value
	Failed           // it failed, and so did the task
	TimedOut         // its time was over
	Cancelled        // it was stopped, or the task before it began
	Skipped          // the task did not begin
	Retried          // it failed, and another followed
	Waiting          // between two attempts
	Queued           // the task has not begun
	statuses
)

// A look is what a status is called, and the sign by which it is known without
// colours.
type look struct {
	key   string // in data
	words string
	sign  string
}

var looks = [statuses]look{
	Running:   {"running", "running", "…"},
	OK:        {"ok", "ok", "✓"},
	Failed:    {"failed", "failed", "✗"},
	TimedOut:  {"timed_out", "timed out", "⧗"},
	Cancelled: {"cancelled", "cancelled", "⊘"},
	Skipped:   {"skipped", "skipped", "↷"},
	Retried:   {"retried", "failed, retried", "↻"},
	Waiting:   {"waiting", "waiting to retry", "·"},
	Queued:    {"queued", "queued", "·"},
}

func (s Status) final() bool { return s >= OK && s <= Skipped }

// rank orders statuses by how much they ask to be seen, where several of them share
// one spot of a chart.
func (s Status) rank() int { return int(ranks[s]) }

var ranks = [statuses]uint8{Waiting: 0, Queued: 0, OK: 1, Running: 2, Skipped: 3, Cancelled: 4, Retried: 5, TimedOut: 6, Failed: 7}

// parseStatus returns the status that an event names.
func parseStatus(name string) Status {
	for s := OK; s <= Skipped; s++ {
		if looks[s].key == name {
			return s
		}
	}
	return Failed
}
