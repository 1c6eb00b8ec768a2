package main

import (
	"fmt"
	"sync"
)

// maxCapture is how many bytes of what a test prints are kept, about: the last ones.
const maxCapture = 1 << 20

// A capture keeps what a test prints. It is safe for concurrent use.
type capture struct {
	mu   sync.Mutex // guards what follows
	text []byte
	lost int // bytes that are not kept any more
}

func (c *capture) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text = append(c.text, b...)
	if n := len(c.text) - maxCapture; n > maxCapture {
		c.lost += n
		c.text = c.text[:copy(c.text, c.text[n:])]
	}
	return len(b), nil
}

func (c *capture) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lost > 0 {
		return fmt.Sprintf("… %d bytes before this are not kept\n%s", c.lost, c.text)
	}
	return string(c.text)
}
