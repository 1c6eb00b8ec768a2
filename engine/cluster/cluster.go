package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// A Hash names a blob by its content: the SHA-256 of it.
type Hash [sha256.Size]byte

// HashOf returns the name of a blob.
func HashOf(blob []byte) Hash { return sha256.Sum256(blob) }

// String returns the hash in hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText implements encoding.TextMarshaler, as String.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != 2*len(h) {
		return hex.ErrLength
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// A Task is one unit of work on its way to a worker.
type Task struct {
	Run     string        // the run it belongs to; set by the Dispatcher
	ID      string        // names it within its run, and no other ever: 1 to 128 of A–Z a–z 0–9 - _
	Queue   string        // only workers of this queue take it; "" is "default"
	ABI     string        // only workers of exactly this one take it: as ID, up to 64
	Tries   int           // how many times it may be started, at least 1; with 1 it never runs twice
	Timeout time.Duration // of one start, 0 is none: the context of the handler ends then
	Code    []Hash        // blobs that were Put and that the handler will ask for
	Data    []byte        // of any size

	// Answer, of a task that is to be sent, answers what it asks (Line.Ask), once for
	// each op: who asks again gets the same answer. It may block; its context ends with
	// Do, which does not wait for it. There may be several calls for one task at once,
	// and none begins after Do has returned. A task whose
	// Answer takes its time does not fill the Dispatcher's window: others that it may
	// be waiting for are sent. Nil: nothing can be asked.
	Answer func(ctx context.Context, op string, question []byte) (answer []byte)
}

// An Outcome is what became of a task.
type Outcome struct {
	Data    []byte        // what the handler returned
	Worker  string        // the name of the worker that did it
	Attempt int           // which start of the task it was, from 1
	Took    time.Duration // how long the handler ran
}

// A Feed takes what a running task has to say, one frame at a time. A frame arrives
// whole or not at all. It never blocks for long; it keeps nothing of the slice.
// Safe for concurrent use; frames of one goroutine keep their order.
type Feed func(frame []byte)

// A Line connects a running task with who sent it. All methods are safe for
// concurrent use; after the task's end they do nothing, and Ask fails.
type Line interface {
	// Say is a Feed.
	Say(frame []byte)

	// Ask puts a question to who sent the task, and blocks until it is answered, or
	// ctx or the task's own context ends; then the error is the cause. op, up to 1 KiB,
	// names the question within the task: the same one, asked again by this start of
	// the task or another, is not put again but gets the same answer, unless it begins
	// with Idle. Question and
	// answer may have MaxQuestion bytes; more is an error. ErrGone says that nobody
	// waits for the task any more, or that it has no Answer.
	Ask(ctx context.Context, op string, question []byte) (answer []byte, err error)

	// Rest calls block, and blocks as long. Meanwhile the task does not count: the
	// worker may take another one. Coming back does not wait, so for a while more
	// tasks may run than there are slots.
	Rest(block func())
}

// Idle begins the op of a question that changes nothing: its answer is not kept.
const Idle = "?"

// MaxQuestion is how many bytes a question of a task, or an answer, may have.
const MaxQuestion = 512 << 10

// A Handler runs one task on a worker and returns the bytes of its result; a
// failure of the task is a result too. It returns soon after its context ends:
// then nobody wants the result. A Handler is called by many goroutines at once.
// A panic in it is not caught.
type Handler func(ctx context.Context, task Task, line Line) []byte

// A Dispatcher sends the tasks of one run. All methods are safe for concurrent use.
type Dispatcher interface {
	// Slots returns how many slots the workers of a queue and an ABI have, as far as is known
	// now. It asks nobody.
	Slots(queue, abi string) int

	// Put stores a blob under its hash for the workers to find. It blocks until
	// the blob is stored; one that is there already is not sent again.
	Put(ctx context.Context, blob []byte) (Hash, error)

	// Do blocks until the task has its one outcome. It waits first until the
	// window has room, and for workers if there are none. What the task says goes
	// to log, if that is not nil: in order, one call at a time, the last before Do
	// returns. All frames of the attempt that counts arrive; of attempts that were
	// lost some may, and what a later attempt says again in the same place is not
	// repeated.
	//
	// When ctx ends the task is cancelled, on its worker too, and Do returns the
	// context's error. Other errors: *LostError, *NoWorkersError, ErrClosed, and
	// what the broker says. Two tasks of one ID at once are an error.
	Do(ctx context.Context, task Task, log Feed) (Outcome, error)

	// Status says how things are. It asks the broker.
	Status(ctx context.Context) (Status, error)

	// Close ends the run: every Do returns ErrClosed, workers stop its tasks, and
	// whatever of it the broker holds is removed, or else the error says why not.
	// The second Close does nothing.
	Close(ctx context.Context) error
}

// WorkerConfig says what a worker is.
type WorkerConfig struct {
	Name  string // for people; "" is the host's name and the process's number
	Queue string // "" is "default"
	Slots int    // how many tasks run at once, at least 1
	ABI   string // it never sees a task of another one
}

// A Worker takes tasks and runs them.
type Worker interface {
	// Work runs tasks until ctx ends, and then returns nil: tasks that are running
	// are cancelled and given back for others to run, and no more are taken. It
	// waits for their handlers, and for a broker that cannot be reached, for as
	// long as it takes; an error is what waiting does not cure.
	Work(ctx context.Context, config WorkerConfig, handler Handler) error

	// Blob returns a blob that was Put, checked against its hash; ErrNotFound if
	// there is none.
	Blob(ctx context.Context, hash Hash) ([]byte, error)
}

// Presence is what a worker says of itself.
type Presence struct {
	ID    string // of this Work call, unique
	Name  string
	Queue string
	ABI   string
	Slots int
	Held  []TaskRef // what it has in hand
	Left  bool      // it is going
}

// A TaskRef names a task among all runs.
type TaskRef struct{ Run, ID string }

// Status is how a cluster is at one moment, as far as one coordinator can know.
type Status struct {
	Workers []Presence    // by name
	Queues  []QueueStatus // by name, then ABI
	Runs    []RunStatus   // whose coordinators are alive, the oldest first
}

// RunStatus is what a coordinator says of its run, for people.
type RunStatus struct {
	ID    string
	Key   string // the public key that its tasks are signed with
	Host  string
	PID   int
	Began time.Time
}

// QueueStatus is a queue as workers of one ABI see it.
type QueueStatus struct {
	Queue, ABI string
	Slots      int    // of all its workers
	Waiting    uint64 // tasks that no worker has taken
	Running    int    // tasks that a worker has
}
