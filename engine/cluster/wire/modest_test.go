package wire_test

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever fills a message, decoding it takes no more than 72 bytes for each of its own, what
// is garbage by the end included, and a few megabytes.
func TestModest(t *testing.T) {
	p := newPlainPair(t)
	const n = 100_000
	many := func(piece ...byte) []byte { return bytes.Repeat(piece, n) }
	list := func(slots []byte, count int) []byte {
		return graph(1, 0, varint([]byte{0}, uint64(count)), slots, []byte{10, 0})
	}
	nodes := func(piece ...byte) []byte { return graph(0, n, many(piece...), []byte{0}) }
	pair := func(kind byte, entry ...byte) []byte { // dicts or sets that share one key
		b := graph(n/100, 0)
		for range n / 100 {
			b = append(append(b, kind), long(100)...)
		}
		for range n / 100 {
			for i := range 100 {
				b = append(append(b, 3, byte(i)), entry...)
			}
		}
		return append(b, 0)
	}
	for name, data := range map[string][]byte{
		"lists":    graph(n, 0, many(0, 0), []byte{0}),
		"dicts":    graph(n, 0, many(append([]byte{1}, long(0)...)...), []byte{0}),
		"sets":     graph(n, 0, many(append([]byte{2}, long(0)...)...), []byte{0}),
		"nones":    list(many(0), n),
		"ints":     list(many(3, 0xff, 0xff, 0xff, 0xff, 0x1f), n),
		"bigs":     list(many(4, 0, 1, 1), n),
		"floats":   list(many(5, 1, 2, 3, 4, 5, 6, 7, 8), n),
		"strings":  list(many(6, 1, 'a'), n),
		"bytes":    list(many(7, 0), n),
		"times":    list(many(15, 0, 0, 0, 0, 0), n),
		"zones":    list(many(15, 0, 0, 2, 1, 'X', 3, 'C', 'E', 'T'), n),
		"ranges":   list(many(16, 0, 2, 2), n),
		"tuples":   nodes(0, 1, 0),
		"structs":  nodes(1, 8, 1, 1, 'a', 0),
		"methods":  graph(1, n, []byte{2}, long(0), many(4, 3, 'a', 'd', 'd', 10, 0), []byte{0}),
		"elems":    nodes(9, 5, 'e', 'l', 'e', 'm', 's', 6, 0),
		"failed":   nodes(8, 8, 1, 5, 0, 0, 0, 0, 0, 0),
		"named":    nodes(5, 3, 'l', 'e', 'n'),
		"mods":     nodes(10, 6, 0, 1, 1, 'a', 0),
		"headers":  nodes(7, 12, 'h', 't', 't', 'p', '.', 'h', 'e', 'a', 'd', 'e', 'r', 's', 8),
		"entries":  pair(1, 0),
		"elements": pair(2),
		"claims":   graph(n, n, make([]byte, 4*n)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := p.dec.Value(data, true)
		runtime.ReadMemStats(&after)
		took := float64(after.TotalAlloc - before.TotalAlloc)
		t.Logf("%-8s %8d bytes, %5.1f for each, %v", name, len(data), took/float64(max(len(data), 1)), err)
		require.Less(t, took, float64(72*len(data)+4<<20), name)
	}
}
