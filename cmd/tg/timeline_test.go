package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/starlark-tg/tg/engine/event"
	"github.com/stretchr/testify/require"
)

// A run that is given up is drawn as it is, once, also while it ends after all.
func TestTimelineGiveUp(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.svg")
	var said strings.Builder
	j := &job{streams: streams{out: &output{}, err: &said}, sum: newSummary(), chart: newChart(timelineFile(file))}
	j.quiet = true
	require.NoError(t, j.chart.check())
	for _, e := range []event.Event{
		{Kind: event.RunStarted, Text: "x.star"}, {Kind: event.GroupStarted, Group: "g", Run: 1},
		{Kind: event.TaskQueued, Run: 1, Task: "stuck"}, {Kind: event.TaskStarted, Run: 1, Attempts: 1},
	} {
		j.chart.rec.Take(e)
	}
	var wg sync.WaitGroup
	wg.Go(func() { j.giveUp(context.Background(), source{}) })
	wg.Go(func() { _ = j.drawn(nil) })
	wg.Wait()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(data), "stuck\n… running")
	entries, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing else is left")
}

// Without the flag nobody asks for events of tasks.
func TestTimelineAbsent(t *testing.T) {
	j := &job{sum: newSummary(), chart: newChart("")}
	require.Nil(t, j.chart)
	require.NoError(t, j.chart.check())
	require.NoError(t, j.drawn(nil))
	wants := j.sink().Wants()
	for _, k := range []event.Kind{event.TaskQueued, event.TaskStarted, event.TaskRetry, event.TaskEnded} {
		require.False(t, wants(k), k)
	}
}
