package cluster_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/cluster"
)

// After a few tasks a chunk takes 20 to 50 ms, whatever an item takes.
func TestChunkerFindsTheSize(t *testing.T) {
	for _, each := range []time.Duration{10 * time.Microsecond, 300 * time.Microsecond, 5 * time.Millisecond} {
		var c cluster.Chunker
		require.Equal(t, 1, c.Size(1000000, 1))
		for range 8 {
			n := c.Size(1000000, 1)
			c.Done(n, time.Duration(n)*each)
		}
		took := time.Duration(c.Size(1000000, 1)) * each
		require.GreaterOrEqual(t, took, 20*time.Millisecond, each)
		require.LessOrEqual(t, took, 50*time.Millisecond, each)
	}
}

func TestChunkerShrinksAtOnce(t *testing.T) {
	var c cluster.Chunker
	for range 8 {
		n := c.Size(1000000, 1)
		c.Done(n, time.Duration(n)*time.Microsecond)
	}
	big := c.Size(1000000, 1)
	c.Done(big, time.Duration(big)*time.Millisecond)
	require.LessOrEqual(t, c.Size(1000000, 1), 50)
	c.Done(1, time.Hour)
	require.Equal(t, 1, c.Size(1000000, 1))
}

func TestChunkerSharesWhatIsLeft(t *testing.T) {
	c := cluster.Chunker{Max: 100}
	learn(&c, 300*time.Microsecond)
	require.Equal(t, 100, c.Size(1000000, 8))
	require.Equal(t, 13, c.Size(100, 8))
	require.Equal(t, 8, c.Size(20, 8), "2.4 ms are sent as one")
	require.Equal(t, 1, c.Size(1, 8))
	require.Equal(t, 0, c.Size(0, 8))
	learn(&c, 2*time.Millisecond)
	require.Equal(t, 3, c.Size(20, 8))
}

// learn has tasks end whose items take so long.
func learn(c *cluster.Chunker, each time.Duration) {
	for range 20 {
		n := c.Size(1000000, 1)
		c.Done(n, time.Duration(n)*each)
	}
}
