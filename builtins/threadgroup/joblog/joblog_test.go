package joblog_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/starlark-tg/tg/builtins/threadgroup/joblog"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

const header = `{"joblog":1,"script":"s.star","started":"2026-01-02T03:04:05.678Z"}` + "\n"

// What is appended stands in the file in full when Append returns, and is found by the
// next run.
func TestAppend(t *testing.T) {
	f := file(t, "")
	l := open(t, f)
	require.Equal(t, header, text(t, f))
	require.Empty(t, l.Repaired())
	var keys joblog.Keys
	a := keys.Next("g", "get", `("<r1>\n",)`)
	refused, err := l.Append(ok(a, eval(t, `{"up": True, "at": (1, 2.0)}`)))
	require.NoError(t, err)
	require.NoError(t, refused)
	want := header + `{"group":"g","task":"get","args":"(\"<r1>\\n\",)","n":1,"status":"ok","value":{"up":true,"at":{"$tuple":[1,2.0]}},"attempts":1,"started":"2026-01-02T03:04:05.678Z","seconds":0.25}` + "\n"
	require.Equal(t, want, text(t, f))
	b := keys.Next("g", "get", `("<r1>\n",)`)
	_, err = l.Append(joblog.Line{Key: b, Status: "timed_out", Error: &joblog.Failure{Kind: "timeout", Message: "timed out after 1s"}, Attempts: 3, Started: started, Duration: time.Second})
	require.NoError(t, err)
	want += `{"group":"g","task":"get","args":"(\"<r1>\\n\",)","n":2,"status":"timed_out","error":{"kind":"timeout","message":"timed out after 1s"},"attempts":3,"started":"2026-01-02T03:04:05.678Z","seconds":1}` + "\n"
	require.Equal(t, want, text(t, f))
	_, found := l.Lookup(a)
	require.False(t, found, "a run does not find its own lines")

	l = again(t, l, f)
	require.Equal(t, want+header, text(t, f))
	e, found := l.Lookup(a)
	require.True(t, found)
	require.Equal(t, joblog.OK, e.Status)
	require.True(t, e.Held)
	v, err := e.Value()
	require.NoError(t, err)
	require.Equal(t, `{"up": True, "at": (1, 2.0)}`, v.String())
	other, err := e.Value()
	require.NoError(t, err)
	require.NotSame(t, v, other)
	require.NoError(t, v.(*starlark.Dict).SetKey(starlark.None, starlark.None))
	e, found = l.Lookup(b)
	require.True(t, found)
	require.Equal(t, "timed_out", e.Status)
	require.False(t, e.Held)
	_, err = e.Value()
	require.EqualError(t, err, "joblog x.jsonl has no value for the task")
	_, found = l.Lookup(keys.Next("g", "get", `("<r1>\n",)`))
	require.False(t, found)

	_, err = l.Append(ok(b, starlark.None)) // the newest line of a key wins
	require.NoError(t, err)
	_, err = l.Append(joblog.Line{Key: a, Status: "failed"})
	require.NoError(t, err)
	l = again(t, l, f)
	e, _ = l.Lookup(a)
	require.Equal(t, "failed", e.Status)
	e, _ = l.Lookup(b)
	v, err = e.Value()
	require.NoError(t, err)
	require.Equal(t, starlark.None, v)
}

// A value that JSON cannot hold is named.
func TestUnheldLine(t *testing.T) {
	f := file(t, "")
	l := open(t, f)
	var keys joblog.Keys
	k := keys.Next("g", "get", "()")
	refused, err := l.Append(ok(k, eval(t, `{"hosts": [0, 1, 2, set([3])]}`)))
	require.NoError(t, err)
	require.EqualError(t, refused, `value["hosts"][3] is a set`)
	require.Contains(t, text(t, f), `"status":"ok","repr":"{\"hosts\": [0, 1, 2, set([3])]}","type":"dict","why":"value[\"hosts\"][3] is a set","attempts"`)
	long := keys.Next("g", "long", "()")
	refused, err = l.Append(ok(long, starlark.Bytes(strings.Repeat("x", 5000))))
	require.NoError(t, err)
	require.EqualError(t, refused, "value is of type bytes")
	require.Less(t, len(text(t, f)), 3000)
	l = again(t, l, f)
	e, found := l.Lookup(k)
	require.True(t, found)
	require.Equal(t, joblog.OK, e.Status)
	require.False(t, e.Held)
	_, err = e.Value()
	require.EqualError(t, err, `joblog x.jsonl: the value of task "get" could not be kept: value["hosts"][3] is a set`)
}

// Whatever strings hold, lines are whole and valid UTF-8.
func TestStrings(t *testing.T) {
	f := file(t, "")
	l := open(t, f)
	var keys joblog.Keys
	var all []joblog.Key
	for _, s := range []string{"\xff", "\ufffd", "a\nb\r\u2028", `"\`, "\x00", strings.Repeat("é", 3000), strings.Repeat("é", 3000) + "x", "<&>"} {
		k := keys.Next(s, s, s)
		require.Equal(t, 1, k.N, "%q", s)
		all = append(all, k)
		_, err := l.Append(joblog.Line{Key: k, Status: "failed", Error: &joblog.Failure{Kind: s, Message: strings.Repeat(s, 50)}})
		require.NoError(t, err)
	}
	l = again(t, l, f)
	require.Equal(t, strings.ToValidUTF8(text(t, f), ""), text(t, f))
	require.Equal(t, len(all)+2, strings.Count(text(t, f), "\n"))
	for _, k := range all {
		_, found := l.Lookup(k)
		require.True(t, found, "%q", k.Task)
	}
}

// Bad lines are refused, for they would spoil the file.
func TestBadLine(t *testing.T) {
	f := file(t, "")
	l := open(t, f)
	_, err := l.Append(joblog.Line{Status: "failed"})
	require.EqualError(t, err, "joblog x.jsonl: cannot write: a line needs a key and a status")
	_, err = l.Append(joblog.Line{Key: joblog.Key{N: 1}})
	require.Error(t, err)
	_, err = l.Append(joblog.Line{Key: joblog.Key{N: 1, Task: strings.Repeat("x", 66<<20)}, Status: "failed"})
	require.EqualError(t, err, "joblog x.jsonl: cannot write: it is too long")
	require.Equal(t, header, text(t, f))
}

// A full is a disk that has room for so many bytes.
type full struct {
	*os.File
	room    int
	stays   bool // what was written cannot be removed
	syncing error
}

var errFull = errors.New("no space left on device")

func (f *full) Write(b []byte) (int, error) {
	if len(b) <= f.room {
		f.room -= len(b)
		return f.File.Write(b)
	}
	n, err := f.File.Write(b[:f.room])
	f.room -= n
	if err == nil {
		err = errFull
	}
	return n, err
}

func (f *full) Truncate(n int64) error {
	if f.stays {
		return errFull
	}
	return f.File.Truncate(n)
}

func (f *full) Sync() error { return f.syncing }

// A full disk is an error of the line, which leaves nothing behind.
func TestFull(t *testing.T) {
	f := &full{File: file(t, ""), room: len(header) + 20}
	l := open(t, f)
	var keys joblog.Keys
	for range 2 {
		_, err := l.Append(ok(keys.Next("", "", ""), starlark.None))
		require.ErrorIs(t, err, errFull)
		require.EqualError(t, err, "joblog x.jsonl: cannot write: no space left on device")
		require.Equal(t, header, text(t, f.File))
		f.room = 20
	}
	f.room = 1000
	_, err := l.Append(ok(keys.Next("", "", ""), starlark.None))
	require.NoError(t, err)
	before := text(t, f.File)

	f.room, f.stays = 20, true
	for range 2 {
		_, err = l.Append(ok(keys.Next("", "", ""), starlark.None))
		require.ErrorIs(t, err, errFull)
		require.Len(t, text(t, f.File), len(before)+20)
		f.room = 1000 // too late: it would stand behind a torn line
	}
	f.syncing = errFull
	require.EqualError(t, l.Close(), "joblog x.jsonl: cannot save: no space left on device")
	_, err = l.Append(ok(keys.Next("", "", ""), starlark.None))
	require.ErrorIs(t, err, fs.ErrClosed)

	g, err := os.OpenFile(f.Name(), flags, 0)
	require.NoError(t, err)
	l = open(t, g)
	require.Equal(t, "joblog x.jsonl: the last line was torn and has been cut off", l.Repaired())
	require.Equal(t, before+header, text(t, f.File))
	require.NoError(t, l.Close())

	_, err = joblog.Open(&full{File: file(t, "")}, "y", joblog.Run{}, repr)
	require.EqualError(t, err, "joblog y: cannot write: no space left on device")
}

// Many tasks append and look up at once; every line is whole.
func TestHammer(t *testing.T) {
	const tasks, each = 16, 200
	f := file(t, "")
	l := open(t, f)
	for range 2 {
		var keys joblog.Keys
		var wg sync.WaitGroup
		for i := range tasks {
			wg.Go(func() {
				for j := range each {
					k := keys.Next("g", fmt.Sprint("task", i), "()")
					if e, found := l.Lookup(k); found {
						v, err := e.Value()
						if err != nil || v.String() != fmt.Sprintf("[%d, %q]", j, strings.Repeat("x", j)) {
							t.Errorf("%v: %v, %v", k, v, err)
						}
					}
					v := starlark.NewList([]starlark.Value{starlark.MakeInt(j), starlark.String(strings.Repeat("x", j))})
					if _, err := l.Append(ok(k, v)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		l = again(t, l, f)
		var after joblog.Keys
		for i := range tasks {
			for range each {
				e, found := l.Lookup(after.Next("g", fmt.Sprint("task", i), "()"))
				require.True(t, found)
				require.True(t, e.Held)
			}
		}
	}
	require.NoError(t, l.Close())
}

// What is as deep as a value may be can be read again.
func TestDeepLine(t *testing.T) {
	v := starlark.Value(starlark.None)
	for range 1000 {
		v = starlark.Tuple{v}
	}
	f := file(t, "")
	l := open(t, f)
	refused, err := l.Append(ok(joblog.Key{N: 1}, v))
	require.NoError(t, err)
	require.NoError(t, refused)
	e, _ := again(t, l, f).Lookup(joblog.Key{N: 1})
	back, err := e.Value()
	require.NoError(t, err)
	require.Equal(t, v.String(), back.String())
}
