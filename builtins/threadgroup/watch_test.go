package threadgroup_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/event"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// The stream of events is as package event promises.
func TestEvents(t *testing.T) {
	var mu sync.Mutex
	var facts []string
	take := func(e event.Event) {
		mu.Lock()
		defer mu.Unlock()
		fact := e.Kind.String()
		switch e.Kind {
		case event.TaskQueued:
			fact += fmt.Sprint(" ", e.Task, e.Index)
		case event.TaskStarted:
			fact += fmt.Sprint(" ", e.Task, e.Attempts)
		case event.TaskProgress:
			fact += fmt.Sprint(" ", e.Done, "/", e.Total)
		case event.TaskRetry:
			fact += fmt.Sprint(" ", e.Task, " ", e.Err)
		case event.TaskEnded:
			fact += fmt.Sprint(" ", e.Task, " ", e.Status, " ", e.Attempts)
			if v, ok := e.Value.(starlark.Value); ok {
				fact += " " + v.String()
			}
		case event.GroupEnded:
			fact += fmt.Sprint(" ", e.Counts, " ", e.Err)
		case event.Printed:
			fact += " " + e.Text
		}
		facts = append(facts, fact)
	}
	eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Serial: true, Events: event.Sink{Take: take}})
	require.NoError(t, err)
	script, err := eng.Compile("events.star", []byte(`
one = threadgroup()
@one.task(retry=retry(1, wait=0))
def flaky():
    if current_task().attempt == 1:
        fail("once")
    current_task().progress(1, 2)
    return [1]
one()
g = threadgroup(check=False, max_failures=1)
@g.register
def bad():
    fail("for good")
@g.register
def never():
    pass
g()
print("end")
`))
	require.NoError(t, err)
	_, err = eng.Run(t.Context(), script, engine.Input{})
	require.NoError(t, err)
	require.Equal(t, []string{
		"run started",
		"group started", "task queued flaky0",
		"task started flaky1", "task retry flaky fail: once",
		"task started flaky2", "task progress 1/2", "task ended flaky ok 2 [1]",
		"group ended {1 1 0 0 0 0} <nil>",
		"group started", "task queued bad0", "task queued never1",
		"task started bad1", "task ended bad failed 1", "task ended never skipped 0",
		`group ended {2 0 1 0 0 1} thread group "g": 1 of 2 tasks failed`,
		"printed end", "run ended",
	}, facts)
}
