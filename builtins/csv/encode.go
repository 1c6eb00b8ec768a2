package csv

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// def encode(rows: Iterable, header: list | None = None, delimiter: str = ",", lineterminator: str = "\n") -> str
//
// encode returns text. rows are lists of fields, or dicts: then header says which fields
// are written and in which order, by default those of the first one; a field that is
// missing is empty, one that is not in header is an error. The header, if there is one,
// is the first row. None is an empty field. lineterminator may be "\r\n"; then the ends
// of lines within fields are that, too.
func encode(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var rows, header starlark.Value = nil, starlark.None
	comma, end := delimiter(','), "\n"
	if err := unpack(b.Name(), args, kwargs, "rows", &rows, "header?", &header, "delimiter?", &comma, "lineterminator?", &end); err != nil {
		return nil, err
	}
	if end != "\n" && end != "\r\n" {
		return nil, fmt.Errorf("%s: lineterminator must be \"\\n\" or \"\\r\\n\", got %q", b.Name(), end)
	}
	out := &text{t: engine.Of(thread)}
	w := &writer{thread: thread, out: out, csv: csv.NewWriter(out), end: end}
	w.csv.Comma, w.csv.UseCRLF = rune(comma), end == "\r\n"
	err := w.all(rows, header)
	w.csv.Flush()
	if err = errors.Join(err, w.csv.Error()); err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return starlark.String(out.String()), nil
}

// A text grows as far as there is room.
type text struct {
	strings.Builder
	t *engine.Thread
}

// Write appends p.
func (w *text) Write(p []byte) (int, error) {
	if err := w.t.Cancelled(); err != nil {
		return 0, err
	}
	if n := w.Len() + len(p); n > w.Cap() {
		if err := w.t.Room(2 * int64(n)); err != nil {
			return 0, err
		}
	}
	return w.Builder.Write(p)
}

// A writer writes rows.
type writer struct {
	thread *starlark.Thread
	out    *text
	csv    *csv.Writer
	end    string         // of a line
	header *starlark.Dict // its keys are the fields of dicts; nil: not known yet
}

func (w *writer) all(rows, header starlark.Value) error {
	if header != starlark.None {
		names, err := elements(w.thread, "header", header)
		if err != nil {
			return err
		}
		if err := w.begin(names); err != nil {
			return err
		}
	}
	return each(w.thread, "rows", rows, func(v starlark.Value) error {
		if m, ok := v.(starlark.IterableMapping); ok {
			return w.dict(m)
		}
		if _, ok := v.(starlark.String); ok {
			return errors.New("a row must be a list or a dict, not a string: write [row]")
		}
		row, err := elements(w.thread, "a row", v)
		if err != nil {
			return err
		}
		return w.row(row)
	})
}

// begin writes the header.
func (w *writer) begin(names []starlark.Value) error {
	w.header = starlark.NewDict(len(names))
	for _, name := range names {
		if err := w.header.SetKey(name, starlark.None); err != nil {
			return err
		}
	}
	return w.row(names)
}

// dict writes a row that is a dict. The first one gives the header, if there is none.
func (w *writer) dict(m starlark.IterableMapping) error {
	items := m.Items()
	if w.header == nil {
		names := make([]starlark.Value, len(items))
		for i, kv := range items {
			names[i] = kv[0]
		}
		if err := w.begin(names); err != nil {
			return err
		}
	}
	for _, kv := range items {
		if _, ok, err := w.header.Get(kv[0]); !ok || err != nil {
			return fmt.Errorf("a row has the field %v, which is not in the header", kv[0])
		}
	}
	row := w.header.Keys()
	for i, name := range row {
		v, ok, err := m.Get(name)
		if err != nil {
			return err
		}
		if row[i] = v; !ok {
			row[i] = starlark.None
		}
	}
	return w.row(row)
}

// row writes one.
func (w *writer) row(row []starlark.Value) error {
	fields := make([]string, len(row))
	for i, v := range row {
		if s, ok := v.(starlark.String); ok {
			fields[i] = string(s)
		} else if v != starlark.None {
			if err := w.out.t.Printable(v); err != nil {
				return err
			}
			fields[i] = v.String()
		}
	}
	if len(fields) == 1 && fields[0] == "" { // encoding/csv would write an empty line, and read it as no row
		w.csv.Flush()
		_, err := w.out.WriteString(`""` + w.end)
		return err
	}
	return w.csv.Write(fields)
}
