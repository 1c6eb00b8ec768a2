package cluster

import (
	"hash/maphash"
	"sync"
)

// A Transcript makes one text of what the attempts of a task say. Frames may come
// twice, out of order or not at all while a task runs; End brings all of the
// attempt that counts. Safe for concurrent use; one frame at a time goes out.
type Transcript struct {
	out  Feed
	seed maphash.Seed

	mu      sync.Mutex // guards the fields below, and is held while out is called
	said    []uint64   // hashes of the frames that went out, in order
	attempt string     // whose frames are heard now
	at      int        // how many of its frames have been heard, in order
	same    bool       // these are all as those that had gone out before
	ended   bool
}

// NewTranscript returns a transcript whose frames go to out; nil discards them.
func NewTranscript(out Feed) *Transcript {
	if out == nil {
		out = func([]byte) {}
	}
	return &Transcript{out: out, seed: maphash.MakeSeed()}
}

// Hear takes frames of an attempt, the first of them the nth that it said, from 0.
// Frames that do not follow the last one are left for End.
func (t *Transcript) Hear(attempt string, n int, frames [][]byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ended {
		t.hear(attempt, n, frames)
	}
}

// End takes all frames of the attempt that counts. Nothing goes out after it.
func (t *Transcript) End(attempt string, frames [][]byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ended {
		t.hear(attempt, 0, frames)
		t.ended = true
	}
}

// Stop makes an end without an attempt that counts.
func (t *Transcript) Stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
}

func (t *Transcript) hear(attempt string, n int, frames [][]byte) {
	if attempt != t.attempt {
		t.attempt, t.at, t.same = attempt, 0, true
	}
	if n > t.at || n+len(frames) <= t.at {
		return
	}
	for _, frame := range frames[t.at-n:] {
		hash := maphash.Bytes(t.seed, frame)
		t.same = t.same && t.at < len(t.said) && t.said[t.at] == hash
		t.at++
		if !t.same {
			t.said = append(t.said, hash)
			t.out(frame)
		}
	}
}
