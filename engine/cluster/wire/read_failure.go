package wire

import (
	"context"
	"errors"
	"time"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/syntax"
)

// ReadFailure reads what Failure wrote. A report of it says what one says where it happened.
func ReadFailure(data []byte) (*engine.Error, error) {
	d := decoding{reader: open(data, kindFailure)}
	e := d.failure(0)
	if err := d.end(); err != nil {
		return nil, err
	}
	return e, nil
}

// The least bytes of a frame and of a failure of a group.
const (
	leastFrame   = 5
	leastFailure = 8
)

func (d *decoding) failure(depth int) *engine.Error {
	kind, msg, hint := d.text(), d.text(), d.text()
	pos := d.position()
	var stack []engine.Frame
	for n := d.count(leastFrame); n > 0 && d.err == nil; n-- {
		f := engine.Frame{Name: d.text(), Pos: d.position(), Start: d.position(), End: d.position(), Line: d.text()}
		stack = append(stack, f)
	}
	e := engine.NewError(kind, msg, d.cause(depth))
	e.Hint, e.Pos, e.Stack = hint, pos, stack
	return e
}

func (d *decoding) position() syntax.Position {
	if d.byte() == 0 {
		return syntax.Position{}
	}
	name, line, col := d.text(), d.uvarint(), d.uvarint()
	file := d.files[name]
	if file == nil {
		if d.files == nil {
			d.files = map[string]*string{}
		}
		file = &name
		d.files[name] = file
	}
	return syntax.MakePosition(file, int32(uint32(line)), int32(uint32(col)))
}

func (d *decoding) cause(depth int) error {
	switch kind := d.byte(); kind {
	case causeNone:
		return nil
	case causeGroup:
		return d.group(depth)
	case causeExit:
		return &engine.ExitError{Code: int(d.varint())}
	case causeLimit:
		return &engine.LimitError{Msg: d.text()}
	case causePanic:
		e := &engine.PanicError{Builtin: d.text()}
		e.Value, e.Stack = d.text(), []byte(d.text())
		return e
	case causeOther:
		return d.other()
	default:
		d.fail("there is no cause %d", kind)
		return errors.New("")
	}
}

func (d *decoding) group(depth int) error {
	g := &engine.GroupError{Group: d.text(), Tasks: int(d.uvarint()), More: int(d.uvarint())}
	n := d.count(leastFailure)
	if depth >= maxNested {
		d.fail("groups are nested too deep")
	}
	for ; n > 0 && d.err == nil; n-- {
		f := engine.Failure{Task: d.text(), Index: int(d.uvarint())}
		f.Err = d.failure(depth + 1)
		g.Failures = append(g.Failures, f)
	}
	return g
}

func (d *decoding) other() error {
	r := &Remote{Text: d.text(), kind: d.text(), hint: d.text()}
	flags := d.byte()
	if flags&1 != 0 {
		r.is = append(r.is, context.DeadlineExceeded)
	}
	if flags&2 != 0 {
		r.is = append(r.is, context.Canceled)
	}
	r.after = time.Duration(d.varint())
	if d.byte() == 0 {
		return r
	}
	return &coded{r, int(d.varint())}
}
