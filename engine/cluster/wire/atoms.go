package wire

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"time"

	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
)

// appendAtom writes a value that has no identity, and reports whether v is one.
func appendAtom(b []byte, v starlark.Value) ([]byte, bool) {
	switch v := v.(type) {
	case nil:
		return append(b, tagUnset), true
	case starlark.NoneType:
		return append(b, tagNone), true
	case starlark.Bool:
		return append(b, tagFalse+boolByte(bool(v))), true
	case starlark.Int:
		return appendInt(b, v), true
	case starlark.Float:
		return binary.LittleEndian.AppendUint64(append(b, tagFloat), float(v)), true
	case starlark.String:
		if len(v) <= inline {
			return appendText(append(b, tagString), string(v)), true
		}
	case starlark.Bytes:
		if len(v) <= inline {
			return appendText(append(b, tagBytes), string(v)), true
		}
	case starlark.Tuple:
		if len(v) == 0 {
			return append(b, tagEmpty), true
		}
	case *starlark.List, *starlark.Dict, *starlark.Set:
	case startime.Duration:
		return binary.AppendVarint(append(b, tagDuration), int64(v)), true
	case startime.Time:
		return appendTime(append(b, tagTime), time.Time(v)), true
	default:
		if isRange(v) {
			return appendRange(append(b, tagRange), v), true
		}
	}
	return b, false
}

// isAtom reports whether appendAtom would write v.
func isAtom(v starlark.Value) bool {
	switch v := v.(type) {
	case nil, starlark.NoneType, starlark.Bool, starlark.Int, starlark.Float, startime.Duration, startime.Time:
		return true
	case starlark.String:
		return len(v) <= inline
	case starlark.Bytes:
		return len(v) <= inline
	case starlark.Tuple:
		return len(v) == 0
	case *starlark.List, *starlark.Dict, *starlark.Set:
		return false
	}
	return isRange(v)
}

func appendInt(b []byte, v starlark.Int) []byte {
	if n, ok := v.Int64(); ok {
		return binary.AppendVarint(append(b, tagInt), n)
	}
	n := v.BigInt()
	b = append(b, tagBig, boolByte(n.Sign() < 0))
	size := (n.BitLen() + 7) / 8
	b = binary.AppendUvarint(b, uint64(size))
	b = append(b, make([]byte, size)...)
	n.FillBytes(b[len(b)-size:])
	return b
}

// A range does not tell where it would stop but in its text.
func appendRange(b []byte, v starlark.Value) []byte {
	var start, stop, step int64 = 0, 0, 1
	text := v.String()
	if n, _ := fmt.Sscanf(text, "range(%d, %d, %d)", &start, &stop, &step); n < 2 {
		start = 0
		_, _ = fmt.Sscanf(text, "range(%d)", &stop)
	}
	return binary.AppendVarint(binary.AppendVarint(binary.AppendVarint(b, start), stop), step)
}

// rangeOf makes a range as scripts do.
func (d *decoding) rangeOf() starlark.Value {
	args := starlark.Tuple{starlark.MakeInt64(d.varint()), starlark.MakeInt64(d.varint()), starlark.MakeInt64(d.varint())}
	v, err := d.call(starlark.Universe["range"], args...)
	if err != nil {
		d.fail("%s", err)
		return nil
	}
	return v
}

// call calls a function of go.starlark.net that needs nothing of a thread.
func (d *decoding) call(fn starlark.Value, args ...starlark.Value) (starlark.Value, error) {
	if d.thread == nil {
		d.thread = new(starlark.Thread)
	}
	return starlark.Call(d.thread, fn, args, nil)
}

func isRange(v starlark.Value) bool {
	return v.Type() == "range" && reflect.TypeOf(v).PkgPath() == reflect.TypeFor[starlark.Int]().PkgPath()
}

func appendTime(b []byte, t time.Time) []byte {
	name, offset := t.Zone()
	b = binary.AppendVarint(b, t.Unix())
	b = binary.AppendUvarint(b, uint64(t.Nanosecond()))
	b = binary.AppendVarint(b, int64(offset))
	return appendText(appendText(b, name), zoneName(t))
}

// zoneName returns the name of a zone whose offset changes over the year, or "".
func zoneName(t time.Time) string {
	const half = 183 * 24 * time.Hour
	name, offset := t.Zone()
	later, other := t.Add(half).Zone()
	if where := t.Location(); where == time.UTC || name != later || offset != other {
		return where.String()
	}
	return ""
}

// time reads what appendTime wrote. The zone is the same one if it is known here; else it
// has the same offset and abbreviation.
func (d *decoding) time() startime.Time {
	seconds, nanoseconds, offset := d.varint(), d.uvarint(), d.varint()
	abbreviation, name := d.text(), d.text()
	if nanoseconds >= 1e9 || offset != int64(int32(offset)) || len(abbreviation)+len(name) > maxZone {
		d.fail("a time is out of range")
		return startime.Time{}
	}
	t := time.Unix(seconds, int64(nanoseconds))
	here := t.In(d.zone(name))
	if a, o := here.Zone(); a == abbreviation && int64(o) == offset {
		return startime.Time(here)
	}
	return startime.Time(t.In(time.FixedZone(abbreviation, int(offset))))
}

const (
	maxZone  = 128 // bytes of the names of a zone
	maxZones = 100 // zones that are looked for in a message: each is a file
)

func (d *decoding) zone(name string) *time.Location {
	switch name {
	case "Local":
		return time.Local
	case "", "UTC":
		return time.UTC
	}
	zone, ok := d.zones[name]
	if ok {
		return zone
	}
	if zone = time.UTC; len(d.zones) >= maxZones {
		return zone
	}
	if known, err := time.LoadLocation(name); err == nil {
		zone = known
	}
	if d.zones == nil {
		d.zones = map[string]*time.Location{}
	}
	d.zones[name] = zone
	return zone
}
