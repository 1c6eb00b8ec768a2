package csv

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// rows are those of a text, to be iterated over: each loop begins anew, and reads the text
// on the way. They are immutable.
type rows struct {
	fn     string
	lines  starlark.Value
	comma  delimiter
	skip   bool // spaces at the beginning of a field
	strict bool

	dicts            bool
	names            []starlark.Value // nil: those of the first row
	restkey, restval starlark.Value
}

var (
	_ engine.Stream    = (*rows)(nil)
	_ engine.Shareable = (*rows)(nil)
)

// def reader(lines: str | Iterable[str], delimiter: str = ",", skipinitialspace: bool = False, strict: bool = True) -> Iterable[list[str]]
//
// reader returns the rows, each a list of strings, as something to iterate over; list(…)
// of it has them all. lines is the whole text, or something that can be iterated over for
// lines, such as fs.lines(path): that is read on the way, which may block. An error says
// in which line and column it is; with strict=False quotes in wrong places are text.
func reader(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	r := &rows{fn: b.Name()}
	return r, r.unpack(args, kwargs)
}

// def DictReader(lines: str | Iterable[str], fieldnames: list | None = None, restkey=None, restval=None, delimiter: str = ",", skipinitialspace: bool = False, strict: bool = True) -> Iterable[dict]
//
// DictReader is reader with rows that are dicts. Their keys are the fields of the first
// row, or fieldnames. What a row has too much of is a list under restkey, what it lacks
// is restval.
func dictReader(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	r := &rows{fn: b.Name(), dicts: true, restkey: starlark.None, restval: starlark.None}
	var names starlark.Value = starlark.None
	err := r.unpack(args, kwargs, "fieldnames?", &names, "restkey?", &r.restkey, "restval?", &r.restval)
	if err == nil && names != starlark.None {
		r.names, err = elements(thread, r.fn+": fieldnames", names)
	}
	return r, err
}

// unpack takes the arguments; more stand behind lines.
func (r *rows) unpack(args starlark.Tuple, kwargs []starlark.Tuple, more ...any) error {
	r.comma, r.strict = ',', true
	pairs := append([]any{"lines", &r.lines}, more...)
	pairs = append(pairs, "delimiter?", &r.comma, "skipinitialspace?", &r.skip, "strict?", &r.strict)
	if err := unpack(r.fn, args, kwargs, pairs...); err != nil {
		return err
	}
	_, text := r.lines.(starlark.String)
	if _, ok := r.lines.(starlark.Iterable); !ok && !text {
		return fmt.Errorf("%s: lines must be a string or a list of lines, not %s", r.fn, r.lines.Type())
	}
	return nil
}

func (r *rows) String() string        { return "<rows of csv." + r.fn + ">" }
func (r *rows) Type() string          { return "csv." + r.fn }
func (r *rows) Freeze()               {} // immutable; Share publishes what it holds
func (r *rows) Truth() starlark.Bool  { return true }
func (r *rows) Hash() (uint32, error) { return 0, errors.New("unhashable type: " + r.Type()) }

// Share publishes the lines, and what becomes part of every row.
func (r *rows) Share(visit func(starlark.Value)) {
	visit(r.lines)
	visit(starlark.Tuple(r.names))
	visit(r.restkey)
	visit(r.restval)
}

// Iterate has no thread that could be stopped.
func (r *rows) Iterate() starlark.Iterator { return nil }

// MarshalJSON fails, as json has no thread.
func (r *rows) MarshalJSON() ([]byte, error) {
	return nil, fmt.Errorf("cannot encode %s as JSON: encode list(…) of it", r.Type())
}

// IterateOn begins.
func (r *rows) IterateOn(thread *starlark.Thread) (starlark.Iterator, error) {
	it := &iterator{rows: r, t: engine.Of(thread), names: r.names}
	if text, ok := r.lines.(starlark.String); ok {
		it.text = string(text)
	} else {
		var err error
		if it.source, err = engine.Iterate(thread, r.lines); err != nil {
			return nil, err
		}
	}
	it.csv = csv.NewReader(it)
	it.csv.Comma, it.csv.LazyQuotes, it.csv.TrimLeadingSpace = rune(r.comma), !r.strict, r.skip
	it.csv.FieldsPerRecord = -1 // any number
	return it, nil
}

// An iterator gives one row after the other. It is what encoding/csv reads from, too.
type iterator struct {
	*rows
	t      *engine.Thread
	csv    *csv.Reader
	names  []starlark.Value
	source starlark.Iterator // of lines; nil: text is all
	text   string            // what is left of it, or of a line
	begun  bool
	n      int // bytes that were read since a row began
	commas int // and delimiters
	err    error
}

// Next reads a row.
func (it *iterator) Next(v *starlark.Value) bool {
	row := it.row()
	if row != nil && it.dicts && it.names == nil {
		it.names, row = row, it.row()
	}
	if row == nil {
		return false
	}
	*v = starlark.NewList(row)
	if it.dicts {
		*v, it.err = it.dict(row)
	}
	return it.err == nil
}

// row returns the next row, nil: there is none, or an error.
func (it *iterator) row() []starlark.Value {
	if it.err != nil {
		return nil
	}
	it.n, it.commas = 0, 0
	fields, err := it.csv.Read()
	if err != nil {
		if wrong := (*csv.ParseError)(nil); errors.As(err, &wrong) {
			err = fmt.Errorf("%s: line %d, column %d: %w; strict=False takes it as text", it.fn, wrong.Line, wrong.Column, wrong.Err)
		}
		if err != io.EOF {
			it.err = err
		}
		return nil
	}
	if it.err = it.t.Room(int64(len(fields)) * 64); it.err != nil {
		return nil
	}
	row := make([]starlark.Value, len(fields))
	for i, f := range fields {
		row[i] = starlark.String(f)
	}
	return row
}

// dict returns a row by the names of its fields.
func (it *iterator) dict(row []starlark.Value) (*starlark.Dict, error) {
	d := starlark.NewDict(len(it.names))
	for i, name := range it.names {
		v := it.restval
		if i < len(row) {
			v = row[i]
		}
		if err := d.SetKey(name, v); err != nil {
			return nil, err
		}
	}
	if len(row) > len(it.names) {
		return d, d.SetKey(it.restkey, starlark.NewList(row[len(it.names):]))
	}
	return d, nil
}

// Err returns why there are no more rows, if that is not their end.
func (it *iterator) Err() error { return it.err }

// Done ends with the source.
func (it *iterator) Done() {
	if it.source != nil {
		it.source.Done()
	}
}

// What a row may have: encoding/csv cannot be stopped within one.
const (
	maxRow    = 8 << 20 // bytes
	maxFields = 200_000 // delimiters, those within quotes, too
)

// Read reads a part, or a line.
func (it *iterator) Read(p []byte) (int, error) {
	if err := it.t.Cancelled(); err != nil {
		return 0, err
	}
	if it.n > maxRow || it.commas > maxFields {
		return 0, fmt.Errorf("%s: a row of more than %d bytes or %d fields: is there a quote that is not closed?", it.fn, maxRow, maxFields)
	}
	if it.text == "" {
		if err := it.line(); err != nil {
			return 0, err
		}
	}
	if !it.begun { // some programs begin a text with a mark
		it.begun, it.text = true, strings.TrimPrefix(it.text, "\ufeff")
	}
	n := copy(p, it.text)
	it.commas += strings.Count(it.text[:n], string(it.comma))
	it.text = it.text[n:]
	it.n += n
	return n, nil
}

// line takes the next line; io.EOF: there is none.
func (it *iterator) line() error {
	if it.source == nil {
		return io.EOF
	}
	var x starlark.Value
	if !it.source.Next(&x) {
		return cmp.Or(engine.IterErr(it.source), io.EOF)
	}
	line, ok := x.(starlark.String)
	if !ok {
		return fmt.Errorf("%s: a line must be a string, not %s", it.fn, x.Type())
	}
	it.text = string(line)
	if !strings.HasSuffix(it.text, "\n") {
		it.text += "\n"
	}
	return nil
}
