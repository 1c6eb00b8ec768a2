package cluster

import (
	"sync"
	"time"
)

// A task should take between least and most: long enough that sending it costs
// little beside it, short enough that work is spread evenly.
const (
	least   = 20 * time.Millisecond
	aim     = 35 * time.Millisecond
	most    = 50 * time.Millisecond
	maxLeap = 8 // how many times larger the next chunk may be

	// worth is what a task takes that is worth sending: less is not shared among
	// slots, however many there are.
	worth = 2500 * time.Microsecond
)

// A Chunker finds out how many small items go into one task so that it takes 20 to
// 50 ms. It starts with one, grows fast and shrinks at once. Safe for concurrent
// use. The zero value is ready.
type Chunker struct {
	Max int // the most items in one task, 0 is 65536; not changed once in use

	mu   sync.Mutex    // guards the fields below
	size int           // of the next chunk, 0 is 1
	each time.Duration // what an item takes, smoothed
}

// Size returns how many of the items that are left go into the next task, at least
// 1 if there is one. Towards the end chunks get smaller, so that all of so many
// slots are busy to the end, unless what they take is next to nothing.
func (c *Chunker) Size(left, slots int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	share := (left + max(slots, 1) - 1) / max(slots, 1)
	if c.each > 0 {
		share = max(share, int(worth/c.each))
	}
	return min(max(c.size, 1), max(share, 1), left)
}

// Done tells how long a task of so many items took.
func (c *Chunker) Done(items int, took time.Duration) {
	if items < 1 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	each := max(took/time.Duration(items), 1)
	if c.each == 0 || each > 2*c.each {
		c.each = each
	} else {
		c.each = (3*c.each + each) / 4
	}
	size := max(c.size, 1)
	if now := time.Duration(size) * c.each; now >= least && now <= most {
		return
	}
	limit := c.Max
	if limit == 0 {
		limit = 1 << 16
	}
	c.size = min(max(int(aim/max(c.each, 1)), 1), size*maxLeap, limit)
}
