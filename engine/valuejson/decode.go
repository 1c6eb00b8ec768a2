package valuejson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
)

// A Flaw is what is wrong with a text that is no value.
type Flaw struct {
	Offset int // in bytes: about where
	Err    error
}

func (f *Flaw) Error() string { return f.Err.Error() }

// Unwrap returns Err.
func (f *Flaw) Unwrap() error { return f.Err }

// Decode makes the value that Encode has written. It shares nothing with others, and
// can be changed. Any other JSON is a value too, or a *Flaw.
func Decode(text []byte) (starlark.Value, error) {
	d := &decoder{json.NewDecoder(bytes.NewReader(text)), 0}
	d.UseNumber()
	v, err := d.value()
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("there is more than one value")
		}
	}
	if err != nil {
		return nil, d.flaw(err)
	}
	return v, nil
}

func (d *decoder) flaw(err error) *Flaw {
	var wrong *json.SyntaxError
	if errors.As(err, &wrong) {
		return &Flaw{int(wrong.Offset), err}
	}
	return &Flaw{int(d.InputOffset()), err}
}

type decoder struct {
	*json.Decoder
	depth int
}

func (d *decoder) value() (starlark.Value, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case nil:
		return starlark.None, nil
	case bool:
		return starlark.Bool(t), nil
	case string:
		return starlark.String(t), nil
	case json.Number:
		return number(t.String())
	}
	if d.depth++; d.depth > maxDepth {
		return nil, fmt.Errorf("it is nested more than %d levels deep", maxDepth)
	}
	defer func() { d.depth-- }()
	if t == json.Delim('[') {
		list, err := d.elements()
		return starlark.NewList(list), err
	}
	return d.object()
}

func number(s string) (starlark.Value, error) {
	if strings.ContainsAny(s, ".eE") {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, fmt.Errorf("%s is no float", shortened(s, 40))
		}
		return starlark.Float(f), nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return starlark.MakeInt64(n), nil
	}
	n, ok := new(big.Int).SetString(s, 10)
	if !ok {
		return nil, fmt.Errorf("%s is no int", shortened(s, 40))
	}
	return starlark.MakeBigInt(n), nil
}

// elements reads the rest of an array.
func (d *decoder) elements() ([]starlark.Value, error) {
	var list []starlark.Value
	for d.More() {
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := d.Token()
	return list, err
}

// object reads the rest of an object: a dict, or what a tag stands for.
func (d *decoder) object() (starlark.Value, error) {
	dict := new(starlark.Dict)
	if !d.More() {
		_, err := d.Token()
		return dict, err
	}
	name, err := d.name()
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(name, "$") {
		return dict, d.entries(dict, name, false)
	}
	v, err := d.tagged(name)
	if err != nil {
		return nil, err
	}
	if t, err := d.Token(); err != nil || t != json.Delim('}') {
		return nil, fmt.Errorf("there is something beside %s", name)
	}
	return v, nil
}

func (d *decoder) name() (string, error) {
	t, err := d.Token()
	s, _ := t.(string) // the decoder sees to it
	return s, err
}

// tagged reads what a tag stands for.
func (d *decoder) tagged(tag string) (starlark.Value, error) {
	t, err := d.Token()
	switch {
	case err != nil:
		return nil, err
	case tag == tagTuple && t == json.Delim('['):
		list, err := d.elements()
		return starlark.Tuple(list), err
	case tag == tagDict && t == json.Delim('{') && d.More():
		dict := new(starlark.Dict)
		name, err := d.name()
		if err == nil {
			err = d.entries(dict, name, true)
		}
		return dict, err
	}
	return nil, fmt.Errorf("%q is not a tag with its value", shortened(tag, 40))
}

// entries reads the rest of a dict, behind its first name. Only a tagged one may have
// names that begin with "$".
func (d *decoder) entries(dict *starlark.Dict, name string, tagged bool) error {
	for {
		if !tagged && strings.HasPrefix(name, "$") {
			return fmt.Errorf("%q is a tag beside other names", shortened(name, 40))
		}
		v, err := d.value()
		if err != nil {
			return err
		}
		n := dict.Len()
		if err := dict.SetKey(starlark.String(name), v); err != nil {
			return err
		}
		if dict.Len() == n {
			return fmt.Errorf("%q is there twice", shortened(name, 40))
		}
		if !d.More() {
			_, err := d.Token()
			return err
		}
		if name, err = d.name(); err != nil {
			return err
		}
	}
}
