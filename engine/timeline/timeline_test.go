package timeline_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine/event"
	"github.com/starlark-tg/tg/engine/timeline"
	"github.com/stretchr/testify/require"
)

// written is a recorder's chart in each form.
type written struct{ html, svg, trace, text string }

func write(t *testing.T, r *timeline.Recorder) (w written) {
	t.Helper()
	var html, svg, trace, text strings.Builder
	require.NoError(t, r.WriteHTML(&html))
	require.NoError(t, r.WriteSVG(&svg))
	require.NoError(t, r.WriteTrace(&trace))
	require.NoError(t, r.WriteText(&text, 100))
	w = written{html.String(), svg.String(), trace.String(), text.String()}
	w.check(t)
	return w
}

// check reads what was written as others do.
func (w written) check(t *testing.T) {
	t.Helper()
	for _, text := range []string{w.html, w.svg, w.trace, w.text} {
		require.True(t, utf8.ValidString(text))
	}
	d := xml.NewDecoder(strings.NewReader(w.svg))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	require.True(t, json.Valid([]byte(w.trace)))
	require.True(t, json.Valid([]byte(w.data())))
	require.NotContains(t, w.data(), "<")
	require.Equal(t, 2, strings.Count(w.html, "</script>"), "names end no element")
}

// data is the part of a page that differs.
func (w written) data() string {
	_, rest, _ := strings.Cut(w.html, `id="data">`)
	data, _, _ := strings.Cut(rest, "</script>")
	return data
}

func TestHostileNames(t *testing.T) {
	names := []string{
		`</script><script>alert(1)</script>`, `"quotes" & 'others'`, "two\nlines\r\n", "\xff\xfe\x80", "\u202egnp.exe\u202c \u2066x\u2069",
		"\u2028\u2029", "\x00\x1b[31m", "]]>", "<!--", "{data}{script}", "\ufffe\uffff", strings.Repeat("long ", 100_000), "", "日本語 🦊",
	}
	s := newStage(names[0])
	for i, n := range names {
		run := int64(i + 1)
		s.group(run, n, n, n)
		s.start(run, 0, 1)
		s.at(float64(i+1)*10).end(run, 0, 1, "failed", n)
		s.end(run, 1, 0, "skipped", n)
		s.close(run)
		s.Take(event.Event{Kind: event.Noted, Text: n})
	}
	s.done(errors.New(names[0]))
	w := write(t, s.Recorder)
	for _, text := range []string{w.html, w.svg, w.trace, w.text} {
		require.NotContains(t, text, "\u202e")
		require.NotContains(t, text, "\x1b")
		require.Less(t, len(text), 200_000, "long names are cut")
	}
	require.NotContains(t, w.html+w.svg, "<script>alert")
	require.Contains(t, w.text, `\xff\xfe\x80`)
	require.Contains(t, w.text, `two\nlines\r\n`)
	require.Contains(t, w.trace, `\\u202egnp.exe`)
	require.Contains(t, w.data(), `{data}{script}`)
}

// A task takes the lowest free lane and keeps it while it waits to be tried again.
func TestLanes(t *testing.T) {
	s := newStage("x.star")
	s.group(1, "g", "a", "b", "c", "d")
	s.start(1, 0, 1)
	s.start(1, 1, 1)
	s.at(10).retry(1, 0, 1, "again")
	s.start(1, 2, 1)
	s.at(20).end(1, 1, 1, "ok", "")
	s.start(1, 3, 1)
	s.at(30).start(1, 0, 2)
	w := write(t, s.at(40).Recorder)
	for task, lane := range map[string]int{"a": 1, "b": 2, "c": 3, "d": 2} {
		require.Regexp(t, fmt.Sprintf(`"name":%q,"cat":"attempt","ph":"X","ts":[0-9]+,"dur":[0-9]+,"pid":2,"tid":%d,`, task, lane), w.trace)
	}
	require.Contains(t, w.trace, `{"name":"a","cat":"wait","ph":"X","ts":10000,"dur":20000,"pid":2,"tid":1,`)
	require.Contains(t, w.trace, `{"name":"a","cat":"attempt","ph":"X","ts":30000,"dur":10000,"pid":2,"tid":1,`)
	require.Contains(t, w.data(), `"peak":3`)
}

// A task that is stopped while it waits ends with a wait.
func TestEndsWaiting(t *testing.T) {
	s := newStage("x.star")
	s.group(1, "g", "a", "b")
	s.start(1, 0, 1)
	s.at(10).retry(1, 0, 1, "again")
	s.at(30).end(1, 0, 1, "cancelled", "stopped")
	s.start(1, 1, 1)
	w := write(t, s.at(40).Recorder)
	require.Contains(t, w.trace, `{"name":"a","cat":"wait","ph":"X","ts":10000,"dur":20000,`)
	require.Contains(t, w.trace, `"error":"stopped"`)
	require.Contains(t, w.trace, `{"name":"b","cat":"attempt","ph":"X","ts":30000,"dur":10000,"pid":2,"tid":1,`)
	require.Contains(t, w.text, "⊘ cancelled: stopped")
}

// Runs of one name that overlap stand one above the other; later ones take the place
// of those that have ended.
func TestShelves(t *testing.T) {
	s := newStage("x.star")
	for run := range int64(20) {
		s.at(float64(run)).group(run+1, "g", "a", "b")
		s.start(run+1, 0, 1)
		s.start(run+1, 1, 1)
		if run > 0 {
			s.close(run)
		}
	}
	require.Contains(t, write(t, s.Recorder).data(), `"bands":[{"group":1,"depth":0,"rows":4,`)
}

// Events that make no sense are passed over.
func TestNonsense(t *testing.T) {
	s := newStage("x.star")
	for _, k := range (&timeline.Recorder{}).Sink().Only {
		s.Take(event.Event{Kind: k, Run: 7, Index: -1, Within: 3, Group: "g"})
		s.Take(event.Event{Kind: k, Run: 7, Index: 1 << 40, Within: 7, Group: "g"})
		s.Take(event.Event{Kind: k, Run: 7, Group: "g"})
		s.Take(event.Event{Kind: k, Run: 7, Status: "?"})
	}
	write(t, s.Recorder)
	write(t, timeline.New())
}

// What takes more rows than a picture has is counted in words.
func TestSVGCondensed(t *testing.T) {
	s := newStage("x.star")
	for run := range int64(3) {
		names := make([]string, 5000)
		s.group(run+1, fmt.Sprint("g", run), names...)
		for i := range names {
			s.start(run+1, i, 1)
		}
	}
	w := write(t, s.at(100).Recorder)
	require.Less(t, strings.Count(w.svg, `<g class="running"`), 2100)
	require.Contains(t, w.svg, " more rows")
	s = newStage("x.star")
	for run := range int64(700) {
		s.group(run+1, fmt.Sprint("g", run), "a")
	}
	require.Contains(t, write(t, s.Recorder).svg, "… and 200 more groups")

	var svg strings.Builder
	require.NoError(t, crowd(20_000, 8).WriteSVG(&svg))
	require.Less(t, svg.Len(), 3<<20, "narrow bars share one")
}

// A group that a task of its own starts, and so on, is no deeper than the memory.
func TestDeep(t *testing.T) {
	s := newStage("x.star")
	for run := range int64(5_000) {
		s.Take(event.Event{Kind: event.GroupStarted, Run: run + 1, Group: "down", Within: run, Index: 0})
		s.queue(run+1, "deeper")
		s.start(run+1, 0, 1)
	}
	w := write(t, s.Recorder)
	require.Contains(t, w.data(), `"depth":4999`)
}

// Any number of goroutines may tell, while others draw.
func TestHammer(t *testing.T) {
	const groups, tasks = 8, 300
	r := timeline.New()
	r.Take(event.Event{Kind: event.RunStarted, Text: "x.star"})
	var wg sync.WaitGroup
	for run := range int64(groups) {
		wg.Go(func() {
			r.Take(event.Event{Kind: event.GroupStarted, Run: run + 1, Group: fmt.Sprint("g", run%3)})
			for i := range tasks {
				r.Take(event.Event{Kind: event.TaskQueued, Run: run + 1, Task: "t", Index: i})
			}
			var own sync.WaitGroup
			for i := range tasks {
				own.Go(func() {
					r.Take(event.Event{Kind: event.TaskStarted, Run: run + 1, Index: i, Attempts: 1})
					r.Take(event.Event{Kind: event.TaskRetry, Run: run + 1, Index: i, Attempts: 1, Err: errors.New("again")})
					r.Take(event.Event{Kind: event.TaskStarted, Run: run + 1, Index: i, Attempts: 2, Worker: fmt.Sprint("w", i%5)})
					r.Take(event.Event{Kind: event.TaskEnded, Run: run + 1, Index: i, Attempts: 2, Status: "ok"})
				})
			}
			own.Wait()
			r.Take(event.Event{Kind: event.GroupEnded, Run: run + 1})
		})
	}
	for range 3 {
		wg.Go(func() {
			for range 5 {
				_ = r.WriteHTML(io.Discard)
				_ = r.WriteSVG(io.Discard)
				_ = r.WriteTrace(io.Discard)
				_ = r.WriteText(io.Discard, 80)
			}
		})
	}
	wg.Wait()
	r.Take(event.Event{Kind: event.RunEnded})
	require.Contains(t, write(t, r).html, "<dt>ok</dt><dd>2,400</dd>")
}

// A disk that is full is no success.
func TestWriteFails(t *testing.T) {
	s := ended()
	for _, write := range []func(io.Writer) error{
		s.WriteHTML, s.WriteSVG, s.WriteTrace, func(w io.Writer) error { return s.WriteText(w, 80) },
	} {
		require.ErrorIs(t, write(full{}), errFull)
	}
}

var errFull = errors.New("the disk is full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// FuzzTake tells any events in any order, and reads what is drawn.
func FuzzTake(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x03\x01\x00\x05\x01\x00\x06\x01\x00\x08\x01\x00\x09\x01\x00"), "name")
	f.Fuzz(func(t *testing.T, script []byte, name string) {
		s := newStage(name)
		for i := 0; i+2 < len(script) && i < 300; i += 3 {
			s.at(float64(i)).Take(event.Event{
				Kind: event.Kind(script[i] % 16), Run: int64(script[i+1] % 4), Within: int64(script[i+1] / 64), Index: int(script[i+2]%8) - 1,
				Attempts: int(script[i+2] / 64), Group: name, Task: name, Text: name, Err: errors.New(name), Status: "ok",
				Worker: []string{"", name, "w2", "w10"}[script[i]/64],
			})
		}
		write(t, s.Recorder)
	})
}

// Tasks of one name are told apart by their index.
func TestTitles(t *testing.T) {
	s := newStage("x.star")
	s.group(1, "g", "host", "host", "host")
	s.group(2, "h", "one", "two")
	for i := range 2 {
		s.start(1, i, 1)
		s.start(2, i, 1)
	}
	w := write(t, s.at(10).Recorder)
	require.Contains(t, w.svg, ">host[1]</text>")
	require.Contains(t, w.svg, ">two</text>")
}
