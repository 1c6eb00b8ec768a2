package threadgroup

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

type counter struct{ n atomic.Int64 }

func (c *counter) next() int64 { return c.n.Add(1) }

// options are those of a group or of a task.
type options struct {
	name       string
	maxWorkers int           // 0: not given
	timeout    time.Duration // 0: none
	deadline   time.Duration // 0: none
	retry      *retryPolicy  // nil: none
	limit      limits
	noCheck    bool
	joblog     string // path; "": none
	resume     bool
	queue      string // of the workers of a cluster; "": the default
	progress   string // as event.GroupStarted has it

	maxFailures int     // 0: no bound
	maxShare    float64 // the same in percent
	maxText     string  // as given: 3, 5%

	args     starlark.Tuple // of a task
	kwargs   []starlark.Tuple
	after    []starlark.Value // functions and names
	priority int
	once     bool // it must not run twice, as it may where workers can be lost
}

// check returns an error if options do not go together.
func (o *options) check(fn string, t *engine.Thread) error {
	if o.resume && o.joblog == "" && t.Run().Options().Joblog == "" {
		return fmt.Errorf("%s: resume needs joblog: the file to resume from", fn)
	}
	return nil
}

// share visits the values that the options hold.
func (o *options) share(visit func(starlark.Value)) {
	if o.retry != nil {
		visit(o.retry)
	}
	for _, l := range o.limit {
		visit(l)
	}
}

// An option is one keyword: its name and how its value is taken.
type option struct {
	name string
	set  func(o *options, v starlark.Value) error
}

// A signature is the options that a function takes, in order.
type signature []option

var (
	nameOption    = option{"name", func(o *options, v starlark.Value) error { return setString(&o.name, v) }}
	workersOption = option{"max_workers", setMaxWorkers}
	timeoutOption = option{"timeout", func(o *options, v starlark.Value) error { return setSeconds(&o.timeout, v) }}
	retryOption   = option{"retry", setRetry}

	limitOption = option{"limit", setLimit}

	groupOptions = signature{
		nameOption, workersOption, timeoutOption, retryOption, limitOption,
		{"deadline", func(o *options, v starlark.Value) error { return setSeconds(&o.deadline, v) }},
		{"max_failures", setMaxFailures},
		{"check", setCheck},
		{"joblog", func(o *options, v starlark.Value) error { return setString(&o.joblog, v) }},
		{"resume", func(o *options, v starlark.Value) error { return setBool(&o.resume, v) }},
		{"progress", setProgress},
		{"queue", setQueue},
	}
	executionOptions = append(signature{workersOption}, slices.DeleteFunc(slices.Clone(groupOptions),
		func(o option) bool { return o.name == "max_workers" })...)
	taskOptions = signature{
		nameOption,
		{"args", setArgs},
		{"kwargs", setKwargs},
		{"after", setAfter},
		{"priority", setPriority},
		timeoutOption, retryOption, limitOption,
		{"idempotent", setIdempotent},
	}
)

// guesses answers keywords of other tools with this one's.
var guesses = map[string]string{
	"fail_fast":           "max_failures=1",
	"failfast":            "max_failures=1",
	"n_jobs":              "max_workers",
	"jobs":                "max_workers",
	"concurrency":         "max_workers",
	"workers":             "max_workers",
	"threads":             "max_workers",
	"num_workers":         "max_workers",
	"max_concurrency":     "max_workers",
	"retries":             "retry",
	"max_retries":         "retry",
	"rate_limit":          "limit",
	"rate":                "limit",
	"log":                 "joblog",
	"return_exceptions":   "check=False",
	"raise_on_error":      "check",
	"depends_on":          "after",
	"needs":               "after",
	"time_limit":          "timeout",
	"timeout_per_attempt": "timeout",
}

// unpack takes the arguments of a call of fn, positional ones in the signature's order.
func (s signature) unpack(fn string, args starlark.Tuple, kwargs []starlark.Tuple, o *options) error {
	if len(args) > len(s) {
		return fmt.Errorf("%s: got %d arguments, want at most %d", fn, len(args), len(s))
	}
	given := map[string]bool{}
	take := func(opt option, v starlark.Value) error {
		if given[opt.name] {
			return fmt.Errorf("%s: got multiple values for keyword argument %q", fn, opt.name)
		}
		given[opt.name] = true
		if v == starlark.None {
			return nil
		}
		if err := opt.set(o, v); err != nil {
			return fmt.Errorf("%s: %s %w", fn, opt.name, err)
		}
		return nil
	}
	for i, v := range args {
		if err := take(s[i], v); err != nil {
			return err
		}
	}
	for _, kv := range kwargs {
		name, _ := starlark.AsString(kv[0])
		i := slices.IndexFunc(s, func(o option) bool { return o.name == name })
		if i < 0 {
			return s.unexpected(fn, name)
		}
		if err := take(s[i], kv[1]); err != nil {
			return err
		}
	}
	return nil
}

func (s signature) unexpected(fn, name string) error {
	text := fmt.Sprintf("%s: unexpected keyword argument %q", fn, name)
	if guess, ok := guesses[name]; ok {
		return fmt.Errorf("%s; use %s", text, guess)
	}
	names := make([]string, len(s))
	for i, o := range s {
		names[i] = o.name
	}
	if near := engine.Nearest(name, names); near != "" {
		return fmt.Errorf("%s; did you mean %s?", text, near)
	}
	return fmt.Errorf("%s; there are %s", text, strings.Join(names, ", "))
}
