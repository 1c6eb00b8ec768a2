package sync_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Host code that knows of no thread can go through a stream only while no other
// thread than the stream's could be the one that does.
func TestStreamWithoutThread(t *testing.T) {
	out, err := run(t, t.Context(), `
q = queue()
q.put(1)
q.put(2)
q.shutdown()
s = q.consume()
print(elements(q), elements(s), elements(s))

shared = q.consume()
made = []
g = threadgroup()
@g.register
def task():
    made = q.consume()
    return elements(shared), elements(made), made
g.execute()
theirs = g.results[0].result
print(elements(shared), theirs[0], theirs[1], elements(theirs[2]))
`)
	require.NoError(t, err)
	require.Equal(t, "None [1, 2] []\nNone None [] None\n", out)
}
