package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/starlark-tg/tg/engine/event"
)

var update = flag.Bool("update", false, "rewrite the files in testdata/script that a cmp compares with")

// TestMain lets the test program be tg itself: the scripts, and the tests that
// send signals, find it under this name.
func TestMain(m *testing.M) {
	// Under -race a program waits a second before it exits with 0.
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
	testscript.Main(m, map[string]func(){"tg": main, "tg-stuck": stuck})
}

// TestScript runs testdata/script: the command line as users see it, an idea a file.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Getuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("GORACE", os.Getenv("GORACE"))
			for _, name := range []string{"NO_COLOR", "FORCE_COLOR", "TERM"} {
				e.Setenv(name, "")
			}
			return nil
		},
		RequireUniqueNames: true,
	})
}

// exits runs a program and checks its exit status: exits 2 tg --wrong.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM [ARGS...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Logf("[stderr]\n%s", ts.ReadFile("stderr"))
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// write makes a file in a folder of its own.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := t.TempDir() + "/" + name
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// stuck is a program that runs a task whose host call never returns.
func stuck() {
	j := &job{streams: standard(), sum: newSummary()}
	j.grace = duration(100 * time.Millisecond)
	j.sum.event(event.Event{Kind: event.GroupStarted, Group: "numbers", Run: 1})
	j.sum.event(event.Event{Kind: event.TaskOverdue, Group: "numbers", Run: 1, Task: "big"})
	ctx, signals := watchSignals(context.Background())
	fmt.Println("ready")
	signals.watch(ctx, time.Duration(j.grace), func() int { return j.giveUp(ctx, source{}) })
	panic(errors.New("not reached"))
}
