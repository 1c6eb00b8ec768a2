package joblog_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/builtins/threadgroup/joblog"
	"github.com/starlark-tg/tg/engine/valuejson"
	"github.com/stretchr/testify/require"
)

const line = `{"group":"g","task":"t","args":"()","n":1,"status":"ok","value":1,"attempts":1,"started":"2026-01-02T03:04:05.678Z","seconds":1}` + "\n"

// Wherever the last line was torn, it is cut off, and the lines before are there.
func TestTorn(t *testing.T) {
	for n := 1; n < len(line); n++ {
		f := file(t, header+line+line[:n])
		l := open(t, f)
		require.Equal(t, "joblog x.jsonl: the last line was torn and has been cut off", l.Repaired())
		require.Equal(t, header+line+header, text(t, f))
		e, found := l.Lookup(joblog.Key{Group: "g", Task: "t", Args: "()", N: 1})
		require.True(t, found)
		require.True(t, e.Held)
	}
	for n := 2; n < len(header); n++ {
		f := file(t, header[:n])
		require.NotEmpty(t, open(t, f).Repaired())
		require.Equal(t, header, text(t, f))
	}
	f := file(t, header+line+strings.Repeat("\x00", 100_000))
	require.NotEmpty(t, open(t, f).Repaired())
	require.Equal(t, header+line+header, text(t, f))
}

// What is no joblog is told with its line, and left as it is.
func TestForeign(t *testing.T) {
	const first = "joblog x.jsonl: line 1: this is not a joblog: it does not begin with a joblog's header"
	const third = "joblog x.jsonl: line 3: this is not a joblog's line: "
	for content, want := range map[string]string{
		"hello":                  first,
		"hello\nworld\n":         first,
		"{":                      first,
		"\n":                     first,
		"\x00\x00":               first,
		line:                     first,
		" " + header:             first,
		`{"joblog":true}` + "\n": `joblog x.jsonl: line 1: this is not a joblog's line: "joblog" is a JSON bool`,
		`{"joblog":null,"n":1,"status":"ok"}` + "\n":                           `joblog x.jsonl: line 1: this is not a joblog's line: it is no header`,
		`{"joblog":2}` + "\n" + "???":                                          `joblog x.jsonl: line 1: this is not a joblog's line: it is a header of version 2 of the format; this program knows version 1`,
		`{"joblog":1` + "\n":                                                   "joblog x.jsonl: line 1: this is not a joblog's line: it is not JSON: unexpected end of JSON input",
		header + line + "\n" + line:                                            third + "it is empty",
		header + line + "[1]\n" + line:                                         third + "it is a JSON array, not an object",
		header + line + "null\n":                                               third + `it has no number "n" from 1`,
		header + line + "{}\n":                                                 third + `it has no number "n" from 1`,
		header + line + `{"n":0}` + "\n":                                       third + `it has no number "n" from 1`,
		header + line + `{"n":1.5}` + "\n":                                     third + `"n" is a JSON number 1.5`,
		header + line + `{"n":1}` + "\n":                                       third + `it has no "status"`,
		header + line + line[:40] + "\n":                                       third + "it is not JSON: unexpected end of JSON input",
		header + line + line[:30] + line[:40] + "\n":                           third + "it is not JSON: invalid character '{' after object key",
		header + line + "{\"n\":1,\"status\":\"\xff\"}\n":                      third + "it is not UTF-8",
		header + line + strings.Repeat("x", 66<<20) + "\n" + line:              third + "it is too long",
		header + line + `{"n":1,"value":` + strings.Repeat("[", 20_000) + "\n": third + "it is not JSON: invalid character '[' exceeded max depth",
	} {
		f := file(t, content)
		_, err := joblog.Open(f, "x.jsonl", joblog.Run{}, repr)
		require.EqualError(t, err, want)
		var e *joblog.Error
		require.ErrorAs(t, err, &e)
		require.NotEmpty(t, e.Hint())
		require.Equal(t, len(content), len(text(t, f)))
		require.True(t, content == text(t, f), "the file is as it was")
	}
}

// A line that was changed under an open log is no value, and no panic.
func TestChanged(t *testing.T) {
	f := file(t, header+line)
	l := open(t, f)
	e, _ := l.Lookup(joblog.Key{Group: "g", Task: "t", Args: "()", N: 1})
	require.NoError(t, os.Truncate(f.Name(), int64(len(header)+10)))
	_, err := e.Value()
	require.EqualError(t, err, "joblog x.jsonl: cannot read: EOF")
	require.NoError(t, os.WriteFile(f.Name(), []byte(header+strings.Repeat("x", len(line))), 0))
	_, err = e.Value()
	require.EqualError(t, err, "joblog x.jsonl has no value for the task")
	f = file(t, header+strings.Replace(line, `"value":1`, `"value":{"$x":1}`, 1))
	e, _ = open(t, f).Lookup(joblog.Key{Group: "g", Task: "t", Args: "()", N: 1})
	_, err = e.Value()
	require.EqualError(t, err, `joblog x.jsonl: value of task "t": "$x" is not a tag with its value`)
}

// FuzzRead: whatever is in the file, it is read or it is an error; then it is untouched.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"", header, header + line, header + line[:50], line, header + header + line + line, "{", header + "\x00\n",
		header + `{"n":1,"status":"ok","value":{"$tuple":[{"$dict":{"$a":[1e999]}}]}}` + "\n", header + `{"n":1,"status":"ok","repr":"x","why":"y"}` + "\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		f := &memory{text: slices.Clone(b)}
		l, err := joblog.Open(f, "x.jsonl", joblog.Run{}, repr)
		if err != nil {
			require.Equal(t, string(b), string(f.text))
			return
		}
		keys, whole := l.Known(), string(f.text)
		for _, k := range keys {
			e, found := l.Lookup(k)
			require.True(t, found)
			if v, err := e.Value(); err == nil {
				again, err := valuejson.Encode(v)
				require.NoError(t, err)
				back, err := valuejson.Decode(again)
				require.NoError(t, err)
				require.Equal(t, v.String(), back.String())
			}
		}
		_, err = l.Append(joblog.Line{Key: joblog.Key{Task: "new", N: 1 << 40}, Status: "failed"})
		require.NoError(t, err)
		require.NoError(t, l.Close())
		l = open(t, f)
		require.Empty(t, l.Repaired())
		require.True(t, strings.HasPrefix(string(f.text), whole))
		require.GreaterOrEqual(t, len(l.Known()), len(keys))
	})
}
