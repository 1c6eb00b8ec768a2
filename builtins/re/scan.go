package re

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine"
)

// A scan looks for matches of a program in a text, one after the other. It belongs to
// one goroutine. Positions are in bytes.
type scan struct {
	*program
	text   string
	stop   func() error // why to stop; asked now and then
	marked bool         // the text has something in it that Go would take otherwise than Python
}

const (
	// patience is how many steps of a machine are made between two looks at whether to
	// stop; each takes up to 10 ns or so.
	patience = 1 << 17

	// stride is how many bytes are looked through at once.
	stride = 1 << 20
)

// scan returns a scan of a text; without a thread it cannot be stopped.
func (p *program) scan(text string, t *engine.Thread) (*scan, error) {
	s := &scan{program: p, text: text, stop: func() error { return nil }}
	if t != nil {
		s.stop = t.Cancelled
	}
	s.marked = p.dollar && strings.HasSuffix(text, "\n")
	for part := text; p.boundary && !s.marked && part != ""; part = part[min(stride, len(part)):] {
		if err := s.stop(); err != nil {
			return nil, err
		}
		s.marked = !ascii(part[:min(stride, len(part))])
	}
	return s, nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// find returns the match of a kind that begins at a position or later, as pairs of
// positions, -1 for a group that took no part; nil: there is none.
func (s *scan) find(kind form, at int) ([]int, error) {
	if err := s.stop(); err != nil {
		return nil, err
	}
	if kind == first {
		var err error
		if at, err = s.skip(at); at < 0 || err != nil {
			return nil, err
		}
	}
	f, base, each := kind, at, 1
	if at > 0 && s.looksBack {
		_, w := utf8.DecodeLastRuneInString(s.text[:at])
		f, base = f+middle, at-w
	}
	if s.marked || kind == again {
		f, each = f+marked, marks
	}
	re, err := s.form(f)
	if err != nil {
		return nil, err
	}
	found, err := s.run(re, base, at, each)
	if found == nil || err != nil {
		return nil, err
	}
	caps := found[2:]
	for i, c := range caps {
		if c >= 0 {
			caps[i] = base + c/each
		}
	}
	return caps, nil
}

// run runs a form on the text from base on.
func (s *scan) run(re *regexp.Regexp, base, at, each int) ([]int, error) {
	if each == 1 && (len(s.text)-base)*s.size <= patience {
		return re.FindStringSubmatchIndex(s.text[base:]), nil
	}
	r := reader{text: s.text, at: base, cost: s.size, stop: s.stop}
	var found []int
	if each == 1 {
		found = re.FindReaderSubmatchIndex(&r)
	} else {
		m := &marker{reader: r, notAt: at, lines: !s.dollar, words: s.boundary}
		found = re.FindReaderSubmatchIndex(m)
		r.err = m.err
	}
	return found, r.err
}

// skip returns where the text with which every match begins stands next, -1 for nowhere.
func (s *scan) skip(at int) (int, error) {
	re, err := s.form(first)
	if err != nil {
		return 0, err
	}
	prefix, _ := re.LiteralPrefix()
	if prefix == "" {
		return at, nil
	}
	for ; at <= len(s.text); at += stride {
		part := s.text[at:min(at+stride+len(prefix)-1, len(s.text))]
		if i := strings.Index(part, prefix); i >= 0 {
			return at + i, nil
		}
		if err := s.stop(); err != nil {
			return 0, err
		}
	}
	return -1, nil
}

// A walk goes from match to match, as Python does: none overlaps another, and an empty
// one may follow upon another that is not, at its end.
type walk struct {
	*scan
	at   int
	next form
}

// step returns the next match, nil: there is none.
func (w *walk) step() ([]int, error) {
	if w.at > len(w.text) || w.next == again && w.at == len(w.text) {
		return nil, nil
	}
	caps, err := w.find(w.next, w.at)
	if caps == nil || err != nil {
		w.at = len(w.text) + 1
		return nil, err
	}
	w.at, w.next = caps[1], first
	if caps[0] == caps[1] {
		w.next = again
	}
	return caps, nil
}
