package event_test

import (
	"testing"

	"github.com/starlark-tg/tg/engine/event"
	"github.com/stretchr/testify/require"
)

func TestJoin(t *testing.T) {
	var got []string
	sink := func(name string, only ...event.Kind) event.Sink {
		return event.Sink{Only: only, Take: func(e event.Event) { got = append(got, name+" "+e.Kind.String()) }}
	}
	joined := event.Join(sink("a", event.Noted), event.Sink{}, sink("b", event.TaskEnded, event.Noted))
	require.Equal(t, []event.Kind{event.TaskEnded, event.Noted}, joined.Only)
	joined.Take(event.Event{Kind: event.Noted})
	joined.Take(event.Event{Kind: event.TaskEnded})
	joined.Take(event.Event{Kind: event.Printed})
	require.Equal(t, []string{"a noted", "b noted", "b task ended"}, got)

	require.Len(t, event.Join(sink("all")).Only, int(event.Noted))
	require.False(t, event.Join(event.Sink{}).Wants()(event.Noted), "a sink that takes nothing")
	require.False(t, event.Join().Wants()(event.Noted))
}
