package engine_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/event"
	"go.starlark.net/starlark"
)

// A script is compiled once and run with what the program gives it.
func Example() {
	eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Stdout: os.Stdout})
	if err != nil {
		fmt.Println(err)
		return
	}
	script, err := eng.Compile("greet.star", []byte(`
greetings = threadgroup()
messages = greetings.map(greet, names).values()
print(len(messages), "messages")
`), "names", "greet")
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := eng.Run(context.Background(), script, engine.Input{Vars: map[string]any{
		"names": []string{"Ada", "Grace"},
		"greet": func(name string) (string, error) {
			if name == "" {
				return "", errors.New("nobody to greet")
			}
			return "hello, " + name, nil
		},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	var messages []string
	if err := res.Get("messages", &messages); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(messages)
	// Output:
	// 2 messages
	// [hello, Ada hello, Grace]
}

// A function that a script left behind is called from Go, from many goroutines
// if need be.
func ExampleResult_Call() {
	eng, _ := engine.New(engine.Options{})
	script, _ := eng.Compile("handler.star", []byte(`
def handle(request):
    return {"status": 200, "path": request["path"].upper()}
`))
	res, _ := eng.Run(context.Background(), script, engine.Input{})
	v, err := res.Call(context.Background(), "handle", map[string]string{"path": "/a"})
	if err != nil {
		fmt.Println(err)
		return
	}
	var answer struct {
		Status int
		Path   string
	}
	err = engine.Unmarshal(v, &answer)
	fmt.Println(answer.Status, answer.Path, err)
	// Output: 200 /A <nil>
}

var errOffline = errors.New("offline")

// An error of a Go function is found again, through the task and the group that
// it made fail.
func ExampleGroupError() {
	eng, _ := engine.New(engine.Options{Modules: builtins.Standard()})
	script, _ := eng.Compile("check.star", []byte(`
hosts = threadgroup()
hosts.map(ping, ["a", "b"])
`), "ping")
	_, err := eng.Run(context.Background(), script, engine.Input{Vars: map[string]any{
		"ping": func(ctx context.Context, host string) error { return fmt.Errorf("%s: %w", host, errOffline) },
	}})
	var failed *engine.GroupError
	fmt.Println(err)
	fmt.Println(errors.As(err, &failed), len(failed.Failures), errors.Is(err, errOffline))
	fmt.Println(failed.Failures[1].Err.Traceback())
	// Output:
	// thread group "hosts": 2 of 2 tasks failed
	// true 2 true
	// Error: b: offline
}

// A syntax error holds every problem, with its position and what to write instead.
func ExampleSyntaxError() {
	eng, _ := engine.New(engine.Options{})
	_, err := eng.Compile("bad.star", []byte("import time\nprint(lenn([]))\n"))
	var bad *engine.SyntaxError
	if errors.As(err, &bad) {
		for _, p := range bad.Problems {
			fmt.Printf("%v\n    %s\n", p, p.Hint)
		}
	}
	// Output:
	// bad.star:1:1: Starlark has no 'import'
	//     time is already there, no import is needed
	// bad.star:2:7: undefined: lenn
	//     did you mean len?
}

// A module is a name and its functions. Errors are plain Go errors, a panic is
// the error of the task that called the function, and the thread's context ends
// when its task is stopped.
func ExampleModule() {
	shout := func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var text string
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "text", &text); err != nil {
			return nil, err
		}
		if err := engine.Of(thread).Context().Err(); err != nil {
			return nil, err
		}
		return starlark.String(strings.ToUpper(text) + "!"), nil
	}
	text := engine.Module{Name: "text", Globals: starlark.StringDict{
		"text": engine.NewNamespace("text", starlark.StringDict{
			"shout": starlark.NewBuiltin("shout", shout),
		}, map[string]string{"upper": "shout"}),
	}}
	eng, _ := engine.New(engine.Options{Modules: append(builtins.Standard(), text), Stdout: os.Stdout})
	script, _ := eng.Compile("shout.star", []byte(`print(threadgroup().map(text.shout, ["a", "b"]).values())`))
	_, err := eng.Run(context.Background(), script, engine.Input{})
	fmt.Println(err)
	// Output:
	// ["A!", "B!"]
	// <nil>
}

// A reader of events says which kinds it wants; others cost nothing.
func ExampleOptions_events() {
	eng, _ := engine.New(engine.Options{Modules: builtins.Standard(), Events: event.Sink{
		Take: func(e event.Event) { fmt.Println(e.Kind, e.Group, e.Counts.OK, "of", e.Counts.Tasks) },
		Only: []event.Kind{event.GroupStarted, event.GroupEnded},
	}})
	script, _ := eng.Compile("count.star", []byte(`squares = threadgroup(); squares.map(lambda x: x * x, range(5))`))
	_, err := eng.Run(context.Background(), script, engine.Input{})
	fmt.Println(err)
	// Output:
	// group started squares 0 of 5
	// group ended squares 5 of 5
	// <nil>
}

// Get reads a global variable as json.Unmarshal would; its error names the place.
func ExampleResult_Get() {
	eng, _ := engine.New(engine.Options{})
	script, _ := eng.Compile("hosts.star", []byte(`hosts = [{"name": "a", "port": 22}, {"name": "b", "port": "ssh"}]`))
	res, _ := eng.Run(context.Background(), script, engine.Input{})
	var hosts []struct {
		Name string
		Port int
	}
	fmt.Println(res.Get("hosts", &hosts))
	fmt.Println(res.Get("host", &hosts))
	// Output:
	// hosts[1]["port"]: cannot store string in int
	// hosts.star has no global variable "host"; did you mean "hosts"?
}

// exit ends a script from wherever it is called; the program that runs it goes on.
func ExampleExitError() {
	eng, _ := engine.New(engine.Options{Modules: builtins.Standard(), Stdout: os.Stdout})
	script, _ := eng.Compile("exit.star", []byte(`
defer(print, "cleaned up")
threadgroup().map(lambda code: exit(code), [3])
`))
	_, err := eng.Run(context.Background(), script, engine.Input{})
	var exit *engine.ExitError
	fmt.Println(errors.As(err, &exit), exit.Code)
	// Output:
	// cleaned up
	// true 3
}

// Limits end what goes wrong.
func ExampleLimits() {
	eng, _ := engine.New(engine.Options{Limits: engine.Limits{MaxSteps: 1_000_000}})
	script, _ := eng.Compile("loop.star", []byte("while True: pass"))
	_, err := eng.Run(context.Background(), script, engine.Input{})
	var limit *engine.LimitError
	fmt.Println(errors.As(err, &limit), err)
	// Output: true more than 1000000 steps
}

// The context given to Run bounds every task.
func ExampleEngine_Run_context() {
	eng, _ := engine.New(engine.Options{Modules: builtins.Standard()})
	script, _ := eng.Compile("sleep.star", []byte(`threadgroup().map(time.sleep, [60] * 100)`))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err := eng.Run(ctx, script, engine.Input{})
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output: true
}

// ExecFile runs a file; it loads others from the file's folder.
func ExampleEngine_ExecFile() {
	eng, _ := engine.New(engine.Options{Modules: builtins.Standard()})
	_, err := eng.ExecFile(context.Background(), "no/such/file.star", engine.Input{Args: []string{"a", "b"}})
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	// Output: true
}
