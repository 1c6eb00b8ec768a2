package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/starlark-tg/tg/engine/valuejson"
)

// commit puts the items in, all of them or none, if none is written already: two
// threads may have come as far as this with the same key. With a file it blocks until
// the file has them.
func (in *insert) commit(t *engine.Thread) error {
	v := in.vault
	if v.keeper != nil {
		return v.keeper.commit(t, in)
	}
	v.mu.Lock()
	err := in.writtenLocked()
	started := err == nil && in.storeLocked()
	v.mu.Unlock()
	if started {
		v.launch(t)
	}
	return err
}

// storeLocked stores the items, and reports whether automatic functions are due.
func (in *insert) storeLocked() (due bool) {
	v := in.vault
	for _, it := range in.items {
		s := &v.slots[it.key.index]
		if s.value == nil {
			v.present++
		}
		if !scalar(it.value) && (s.value == nil || scalar(s.value)) {
			v.deep = append(v.deep, it.key.index)
		}
		s.set(it.value, it.text)
	}
	return v.dueLocked(in.items)
}

// encode writes the values for the file, if there is one.
func (in *insert) encode() error {
	if in.vault.keeper == nil {
		return nil
	}
	for i := range in.items {
		it := &in.items[i]
		text, err := encode(it)
		if err != nil {
			return in.refuse(fmt.Errorf("key %q of %s (%s) cannot be kept in %s: %w", it.key.name, in.vault.title, it.value.Type(), in.vault.file, err))
		}
		it.text = text
	}
	return nil
}

// encode writes a value as it stands in the file.
func encode(it *item) ([]byte, error) {
	text, err := valuejson.Encode(it.value)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, indent, indent); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// denied reports whether an error is the refusal of what was not granted.
func denied(err error) bool { return errors.As(err, new(*permit.Denied)) }
