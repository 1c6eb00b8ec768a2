package joblog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/starlark-tg/tg/engine/valuejson"
	"go.starlark.net/starlark"
)

// OK is the status of a task that has a value.
const OK = "ok"

// A Line is what is kept of a task that has ended. The value must not change while it
// is appended.
type Line struct {
	Key
	Status   string
	Value    starlark.Value // of an ok task
	Error    *Failure       // nil: none
	Attempts int
	Started  time.Time
	Duration time.Duration
}

// A Failure says how a task failed.
type Failure struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

// A header is the line that begins a run.
type header struct {
	Joblog  int    `json:"joblog"` // version of the format
	Script  string `json:"script"`
	Started string `json:"started"`
}

const version = 1

func headerOf(r Run) []byte { return marshal(header{version, r.Script, stamp(r.Started)}) }

// A record is a Line as it stands in the file. What is told of a task first is what one
// looks for first.
type record struct {
	Group    string          `json:"group"`
	Task     string          `json:"task"`
	Args     string          `json:"args"`
	N        int             `json:"n"`
	Status   string          `json:"status"`
	Value    json.RawMessage `json:"value,omitempty"`
	Repr     string          `json:"repr,omitempty"` // of a value that JSON cannot hold,
	Type     string          `json:"type,omitempty"` // what it is,
	Why      string          `json:"why,omitempty"`  // and what of it cannot be held
	Error    *Failure        `json:"error,omitempty"`
	Attempts int             `json:"attempts"`
	Started  string          `json:"started"`
	Seconds  float64         `json:"seconds"`
}

// encode writes a line as it will stand in the file. refused is why its value cannot.
func (l *Line) encode(repr func(starlark.Value) string) (line []byte, refused error) {
	r := record{
		Group: l.Group, Task: l.Task, Args: l.Args, N: l.N, Status: l.Status,
		Attempts: l.Attempts, Started: stamp(l.Started), Seconds: math.Round(l.Duration.Seconds()*1e6) / 1e6,
	}
	if l.Error != nil {
		r.Error = &Failure{l.Error.Kind, shortened(l.Error.Message, maxMessage)}
	}
	if l.Status == OK {
		v := l.Value
		if v == nil {
			v = starlark.None
		}
		if r.Value, refused = valuejson.Encode(v); refused != nil {
			r.Repr, r.Type, r.Why = shortened(repr(v), longest), v.Type(), refused.Error()
		}
	}
	return marshal(r), refused
}

// maxMessage is how many bytes of an error's message are kept.
const maxMessage = 64 << 10

func shortened(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "…" // marshal makes it valid UTF-8
}

// marshal writes x as one line. What is no UTF-8 in its strings is replaced.
func marshal(x any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(x); err != nil {
		panic(err) // structs of strings, numbers and JSON can be written
	}
	return b.Bytes()
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// A found is what is read of a line: that of a task, if it is no header.
type found struct {
	Joblog *int            `json:"joblog"` // of a header
	Group  string          `json:"group"`
	Task   string          `json:"task"`
	Args   string          `json:"args"`
	N      *int            `json:"n"`
	Status string          `json:"status"`
	Value  json.RawMessage `json:"value"`
	Why    string          `json:"why"`
}

func parse(line []byte) (*found, error) {
	var f found
	if err := json.Unmarshal(line, &f); err != nil {
		return nil, reason(line, err)
	}
	switch {
	case f.Joblog != nil:
		return &f, checkVersion(*f.Joblog)
	case f.N == nil || *f.N < 1:
		return nil, errors.New(`it has no number "n" from 1`)
	case f.Status == "":
		return nil, errors.New(`it has no "status"`)
	}
	return &f, nil
}

// held reports whether the line has its task's value.
func (f *found) held() bool { return f.Joblog == nil && f.Status == OK && f.Value != nil }

func checkVersion(n int) error {
	if n == version {
		return nil
	}
	return fmt.Errorf("it is a header of version %d of the format; this program knows version %d", n, version)
}

// reason says what is wrong with a line that could not be read.
func reason(line []byte, err error) error {
	if len(bytes.TrimSpace(line)) == 0 {
		return errors.New("it is empty")
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		if wrong.Field == "" {
			return fmt.Errorf("it is a JSON %s, not an object", wrong.Value)
		}
		return fmt.Errorf("%q is a JSON %s", wrong.Field, wrong.Value)
	}
	return fmt.Errorf("it is not JSON: %w", err)
}
