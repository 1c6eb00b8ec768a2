package engine

import (
	"io"

	"github.com/starlark-tg/tg/engine/eval"
)

// piece is how much ReadAll reads before it looks at whether to stop.
const piece = 64 << 10

// Room returns an error of kind limit if a text of n bytes would not fit. Host functions
// that make long ones ask first.
func (t *Thread) Room(n int64) error { return eval.BudgetOf(t.star).Bytes(n) }

// ReadAll returns what r has up to its end. It blocks as long as r does; between reads it
// looks at whether the thread must stop, and at whether there is room for more. size is
// how much there seems to be; 0: nobody knows.
func (t *Thread) ReadAll(r io.Reader, size int64) ([]byte, error) {
	if err := t.Room(size); err != nil {
		return nil, err
	}
	data := make([]byte, 0, max(size, 0)+512)
	for {
		if err := t.Cancelled(); err != nil {
			return nil, err
		}
		if len(data) == cap(data) {
			if err := t.Room(int64(cap(data)) * 2); err != nil {
				return nil, err
			}
			data = append(data, 0)[:len(data)]
		}
		n, err := r.Read(data[len(data):min(cap(data), len(data)+piece)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// Reader returns r as one that fails when the thread must stop: for library code that
// reads until the end.
func (t *Thread) Reader(r io.Reader) io.Reader { return &stoppable{t, r} }

type stoppable struct {
	t *Thread
	r io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.t.Cancelled(); err != nil {
		return 0, err
	}
	return s.r.Read(p[:min(len(p), piece)])
}
