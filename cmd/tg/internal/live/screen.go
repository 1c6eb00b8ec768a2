package live

import (
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"golang.org/x/term"
)

// A screen keeps a few lines, the status, at the foot of a terminal, below all that is
// written through it. It is safe for concurrent use.
type screen struct {
	to   io.Writer                  // where the status is drawn
	size func() (width, height int) // of the terminal; 0, 0: not known

	mu      sync.Mutex // guards what follows, and the terminal
	status  func(width, height int) []string
	shown   []int // columns of the lines of the status that are on the terminal
	drawn   time.Time
	midline bool // what was written last does not end its line
}

// redraw is how often the status is drawn, at most.
const redraw = 100 * time.Millisecond

// newScreen returns one for a terminal; status gives lines that fit.
func newScreen(f *os.File, status func(width, height int) []string) *screen {
	return &screen{to: f, status: status, size: func() (int, int) {
		width, height, err := term.GetSize(int(f.Fd()))
		if err != nil {
			return 0, 0
		}
		return width, height
	}}
}

// over returns w as one that writes above the status.
func (s *screen) over(w io.Writer) io.Writer { return above{s, w} }

type above struct {
	s *screen
	w io.Writer
}

func (a above) Write(b []byte) (int, error) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	n, err := a.w.Write(b)
	if len(b) > 0 {
		s.midline = b[len(b)-1] != '\n'
	}
	if time.Since(s.drawn) >= redraw { // else there is much to write: the next tick draws it
		s.draw()
	}
	return n, err
}

// tick draws the status anew.
func (s *screen) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	s.draw()
}

// close takes the status away, for good.
func (s *screen) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	s.status = func(int, int) []string { return nil }
}

// erase takes the status from the terminal. If that has been made narrower since, the lines
// take more rows than there are lines.
func (s *screen) erase() {
	if len(s.shown) == 0 {
		return
	}
	width, _ := s.size()
	rows := 0
	for _, n := range s.shown {
		rows++
		if width > 0 {
			rows += max(0, n-1) / width
		}
	}
	s.shown = nil
	_, _ = io.WriteString(s.to, "\x1b["+strconv.Itoa(rows)+"A\r\x1b[J")
}

func (s *screen) draw() {
	s.drawn = time.Now()
	if s.midline {
		return // it would tear that line
	}
	width, height := s.size()
	if width < 10 || height < 3 {
		return
	}
	var b strings.Builder
	for _, line := range s.status(width-1, height-2) {
		s.shown = append(s.shown, draw.Columns(bare(line)))
		b.WriteString(line + "\n")
	}
	if b.Len() > 0 {
		_, _ = io.WriteString(s.to, b.String())
	}
}

// bare returns a line without colours.
func bare(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, s, _ = strings.Cut(after, "m")
	}
}
