package guard

import (
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
	"unsafe"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A text is being written, or, if it is dry, measured: an upper bound of its length
// that is close to it. Both can be stopped.
type text struct {
	b     *Budget
	buf   []byte
	max   int64 // bytes that may be written
	dry   bool
	n     int64                   // bytes of a dry text
	stack []visit                 // containers that are being written, innermost last
	on    map[starlark.Value]bool // lists and dicts from the scan-th level of stack on

	known map[piece]extent // of what was measured before, if it is long
	deep  int              // levels that may be nested
}

// A piece is what two values have in common that are written alike: an address and,
// for what has no address of its own, a length.
type piece struct {
	at unsafe.Pointer
	n  int
}

// An extent is what has been measured of a value.
type extent struct {
	bytes  int64
	levels int // nested in it
}

// long is how many bytes a piece has that it pays to know.
const long = 1 << 10

// errLong ends the writing of a text that turns out longer than was allowed for.
var errLong = fmt.Errorf("long text")

// maxText is how many levels may be nested in a text that is written here, without
// recursion: a level takes some 200 bytes meanwhile.
const maxText = 100_000

// short is how long a text may get without being measured first.
const short = 1 << 16

// build returns the text that write writes. If it is long, write is called three
// times: no more memory is taken than the text needs, and none if it is too much.
func (b *Budget) build(write func(t *text) error) (string, error) {
	t := b.spare // a host value may come back here while it writes itself
	b.spare = nil
	if t == nil {
		t = &text{b: b, buf: make([]byte, 0, 128), stack: make([]visit, 0, 4), deep: maxText}
	}
	t.max = min(short, b.Max)
	err := write(t)
	if err == nil {
		s := string(t.buf)
		if t.buf = t.buf[:0]; cap(t.buf) <= 1<<10 && cap(t.stack) <= 8 {
			b.spare = t
		}
		return s, nil
	}
	if err != errLong {
		return "", err
	}
	dry := text{b: b, dry: true, max: b.Max, deep: maxText}
	if err := write(&dry); err != nil {
		return "", err
	}
	if err := b.room(dry.n); err != nil {
		return "", err
	}
	t = &text{b: b, buf: make([]byte, 0, dry.n), max: math.MaxInt64, deep: maxText}
	if err := write(t); err != nil {
		return "", err
	}
	return unsafe.String(unsafe.SliceData(t.buf), len(t.buf)), nil
}

// add writes s as it is.
func (t *text) add(s string) error {
	if t.dry {
		return t.count(int64(len(s)))
	}
	if int64(len(t.buf))+int64(len(s)) > t.max {
		return errLong
	}
	t.buf = append(t.buf, s...)
	return nil
}

// count adds n bytes to a dry text.
func (t *text) count(n int64) error {
	if t.n = plus(t.n, n); t.n > t.max {
		return &LimitError{Msg: fmt.Sprintf("text needs at least %s, limit is %s", Bytes(t.n), Bytes(t.b.Max))}
	}
	return nil
}

// leaf writes a value of one piece as repr does.
func (t *text) leaf(x starlark.Value) error {
	switch x := x.(type) {
	case nil:
		return t.add("<nil>")
	case starlark.String:
		return t.quote(string(x), false)
	case starlark.Bytes:
		return t.quote(string(x), true)
	case starlark.Int:
		return t.int(x)
	case starlark.Float:
		if t.dry {
			return t.count(24)
		}
	}
	return t.add(x.String())
}

func (t *text) int(x starlark.Int) error {
	if n, ok := x.Int64(); ok {
		if t.dry || int64(len(t.buf)) > t.max-20 {
			return t.add(strconv.FormatInt(n, 10))
		}
		t.buf = strconv.AppendInt(t.buf, n, 10)
		return nil
	}
	bits := bitsOf(x)
	if bits > 1<<12 {
		if err := t.b.stopped(); err != nil {
			return err
		}
		if err := fewBits(bits); err != nil {
			return err
		}
	}
	if t.dry {
		return t.count(2 + int64(float64(bits)*math.Log10(2)))
	}
	return t.add(x.String())
}

// quote writes a string, or bytes, as a literal, by and by.
func (t *text) quote(s string, bytes bool) error {
	if t.dry && len(s) < long/8 {
		return t.count(int64(quotedLen(s)) + 3)
	}
	if !t.dry && !bytes && len(s) < long && isPlain(s) && int64(len(t.buf)+len(s)) < t.max-2 {
		t.buf = append(t.buf, '"')
		t.buf = append(t.buf, s...)
		t.buf = append(t.buf, '"')
		return nil
	}
	p := piece{unsafe.Pointer(unsafe.StringData(s)), len(s)}
	if e, ok := t.known[p]; ok {
		return t.count(e.bytes)
	}
	before := t.n
	open := `"`
	if bytes {
		open = `b"`
	}
	if err := t.add(open); err != nil {
		return err
	}
	for len(s) > 0 {
		part := s[:cut(s)]
		s = s[len(part):]
		if err := t.b.spend(len(part) / 4); err != nil {
			return err
		}
		if err := t.quotePart(part); err != nil {
			return err
		}
	}
	if err := t.add(`"`); err != nil {
		return err
	}
	t.know(p, extent{bytes: t.n - before})
	return nil
}

// isPlain reports whether s stands in a literal as it is.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func (t *text) quotePart(s string) error {
	if t.dry {
		return t.count(int64(quotedLen(s)))
	}
	q := syntax.Quote(s, false)
	return t.add(q[1 : len(q)-1])
}

// cut returns how much of s is written at once: up to the beginning of a rune.
func cut(s string) int {
	if len(s) <= patience {
		return len(s)
	}
	for i := patience; i > patience-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			return i
		}
	}
	return patience // no rune goes beyond
}

// know remembers what was measured.
func (t *text) know(p piece, e extent) {
	if !t.dry || e.bytes < long {
		return
	}
	if t.known == nil {
		t.known = map[piece]extent{}
	}
	t.known[p] = e
}

// quotedLen returns how many bytes s has in a literal, without the quotes.
func quotedLen(s string) int {
	n := 0
	for i, r := range s {
		switch {
		case r >= ' ' && r < 0x7f:
			n++
			if r == '"' || r == '\\' {
				n++
			}
		case r < utf8.RuneSelf: // at most \x00
			n += 4
		case r == utf8.RuneError && !validAt(s, i):
			n += 4
		case strconv.IsPrint(r):
			n += utf8.RuneLen(r)
		case r < 0x10000:
			n += 6
		default:
			n += 10
		}
	}
	return n
}

// validAt tells U+FFFD from bytes that are no rune.
func validAt(s string, i int) bool {
	_, n := utf8.DecodeRuneInString(s[i:])
	return n > 1
}
