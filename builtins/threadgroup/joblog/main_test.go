package joblog_test

import (
	"bufio"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/starlark-tg/tg/builtins/threadgroup/joblog"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
	"go.uber.org/goleak"
)

// writer names the file that a child process appends to until it is killed.
const writer = "JOBLOG_TEST_WRITER"

func TestMain(m *testing.M) {
	if name := os.Getenv(writer); name != "" {
		child(name)
	}
	goleak.VerifyTestMain(m)
}

// child appends lines and says the number of each once Append has returned.
func child(name string) {
	f, err := os.OpenFile(name, flags, 0o644)
	if err == nil {
		var l *joblog.Log
		if l, err = joblog.Open(f, name, joblog.Run{Script: "child.star", Started: time.Now()}, repr); err == nil {
			err = appendAll(l, os.Getenv(writer+"_RUN"))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	os.Exit(0)
}

func appendAll(l *joblog.Log, run string) error {
	var keys joblog.Keys
	w := bufio.NewWriterSize(os.Stdout, 16)
	for i := range 20_000 {
		if _, err := l.Append(ok(keys.Next(run, "task", fmt.Sprint(i)), starlark.MakeInt(i))); err != nil {
			return err
		}
		fmt.Fprintln(w, i)
		w.Flush()
	}
	return nil
}

const flags = os.O_RDWR | os.O_CREATE | os.O_APPEND

var started = time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.UTC)

func repr(v starlark.Value) string { return v.String() }

func ok(k joblog.Key, v starlark.Value) joblog.Line {
	return joblog.Line{Key: k, Status: joblog.OK, Value: v, Attempts: 1, Started: started, Duration: 250 * time.Millisecond}
}

// file opens a file with some text in it.
func file(t testing.TB, text string) *os.File {
	t.Helper()
	f, err := os.OpenFile(t.TempDir()+"/x.jsonl", flags, 0o644)
	require.NoError(t, err)
	_, err = f.WriteString(text)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

func open(t testing.TB, f joblog.File) *joblog.Log {
	t.Helper()
	l, err := joblog.Open(f, "x.jsonl", joblog.Run{Script: "s.star", Started: started}, repr)
	require.NoError(t, err)
	return l
}

// again closes a log and opens its file anew.
func again(t testing.TB, l *joblog.Log, f *os.File) *joblog.Log {
	t.Helper()
	require.NoError(t, l.Close())
	f, err := os.OpenFile(f.Name(), flags, 0)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return open(t, f)
}

func text(t testing.TB, f *os.File) string {
	t.Helper()
	b, err := os.ReadFile(f.Name())
	require.NoError(t, err)
	return string(b)
}

func eval(t testing.TB, src string) starlark.Value {
	t.Helper()
	v, err := starlark.EvalOptions(&syntax.FileOptions{Set: true}, new(starlark.Thread), "e.star", src, nil)
	require.NoError(t, err, src)
	return v
}
