package nats

import (
	"encoding/binary"
	"errors"
)

// Heads are written field after field: numbers as varints, strings after their
// length. Which fields there are is a matter of wireVersion, which comes first.

var errShort = errors.New("a message that is cut short")

type fields struct {
	b   []byte
	bad bool // something was missing; the rest is zero
}

func (f *fields) putInt(n int64)     { f.b = binary.AppendVarint(f.b, n) }
func (f *fields) putBytes(s []byte)  { f.putInt(int64(len(s))); f.b = append(f.b, s...) }
func (f *fields) putString(s string) { f.putInt(int64(len(s))); f.b = append(f.b, s...) }

func (f *fields) putBool(yes bool) {
	n := int64(0)
	if yes {
		n = 1
	}
	f.putInt(n)
}

func (f *fields) int() int64 {
	n, size := binary.Varint(f.b)
	if size <= 0 {
		f.bad, f.b = true, nil
		return 0
	}
	f.b = f.b[size:]
	return n
}

func (f *fields) bytes() []byte {
	n := f.int()
	if n < 0 || n > int64(len(f.b)) {
		f.bad, f.b = true, nil
		return nil
	}
	s := f.b[:n]
	f.b = f.b[n:]
	return s
}

func (f *fields) string() string { return string(f.bytes()) }
func (f *fields) bool() bool     { return f.int() == 1 }

// A head can be written before a payload.
type head interface {
	put(f *fields)
	get(f *fields)
}

// pack puts a head before a payload.
func pack(h head, payload []byte) []byte {
	f := fields{b: make([]byte, 0, 256+len(payload))}
	f.putInt(wireVersion)
	h.put(&f)
	return append(f.b, payload...)
}

// unpack reads a head and returns the payload, a part of b.
func unpack(b []byte, h head) (payload []byte, err error) {
	f := fields{b: b}
	if f.int() != wireVersion {
		return nil, errors.New("a message of another version, or none of ours")
	}
	h.get(&f)
	if f.bad {
		return nil, errShort
	}
	return f.b, nil
}
