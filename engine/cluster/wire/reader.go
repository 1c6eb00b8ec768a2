package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A Flaw says what is wrong with bytes that should be a message, a function or a source.
type Flaw struct{ What string }

func (f *Flaw) Error() string { return "message from another process: " + f.What }

// A reader takes pieces off the front of bytes. After the first error it returns zeros.
type reader struct {
	rest []byte
	err  error
}

// open begins to read what should be of a kind.
func open(data []byte, kind byte) reader {
	r := reader{rest: data}
	if v := r.byte(); r.err == nil && v != version {
		r.fail("it is of version %d, not %d", v, version)
	} else if k := r.byte(); r.err == nil && k != kind {
		r.fail("it is of kind %d, not %d", k, kind)
	}
	return r
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = &Flaw{fmt.Sprintf(format, args...)}
		r.rest = nil
	}
}

// stop fails with an error that is no fault of the bytes.
func (r *reader) stop(err error) {
	if r.err == nil {
		r.err, r.rest = err, nil
	}
}

// end returns the first error; that something is left is one.
func (r *reader) end() error {
	if r.err == nil && len(r.rest) > 0 {
		r.fail("there is more than belongs to it")
	}
	return r.err
}

func (r *reader) byte() byte {
	if len(r.rest) == 0 {
		r.fail("it is cut off")
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *reader) uvarint() uint64 {
	n, size := binary.Uvarint(r.rest)
	return n * r.took(size)
}

func (r *reader) varint() int64 {
	n, size := binary.Varint(r.rest)
	return n * int64(r.took(size))
}

// took returns 1, or 0 if there was no number.
func (r *reader) took(size int) uint64 {
	if size <= 0 {
		r.fail("it is cut off")
		return 0
	}
	r.rest = r.rest[size:]
	return 1
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.fail("it is cut off")
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) text() string { return string(r.bytes(r.uvarint())) }

func (r *reader) fixed64() uint64 {
	if b := r.bytes(8); len(b) == 8 {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// count reads how many things follow, each of which takes some bytes at least.
func (r *reader) count(least int) int { return r.fits(r.uvarint(), least) }

func (r *reader) fits(n uint64, least int) int {
	if n > uint64(len(r.rest)/least) {
		r.fail("it is cut off")
		return 0
	}
	return int(n)
}

// below reads a number that is less than n.
func (r *reader) below(n int) int {
	i := r.uvarint()
	if i >= uint64(n) {
		r.fail("a number is out of range")
		return 0
	}
	return int(i)
}

func (r *reader) texts() []string {
	n := r.count(1)
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = r.text()
	}
	return list
}

var errUnset = errors.New("a value is missing")
