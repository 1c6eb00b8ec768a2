package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/valuejson"
	"go.starlark.net/starlark"
)

// The file of a vault is one JSON object: the keys that have a value, in the order of
// the keyring, each with its value as package valuejson writes it. A person may edit it
// while no script has it open to write.
//
//	{
//	  "k1": "valid",
//	  "k2": 1
//	}
const indent = "  "

// text returns what the file is to hold: what the vault has, but for these items.
func (k *keeper) text(items map[int]item) []byte {
	v := k.vault
	var b bytes.Buffer
	b.WriteByte('{')
	first := true
	for i := range v.slots {
		text := v.slots[i].text
		if it, ok := items[i]; ok {
			text = it.text
		}
		if text == nil {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		b.WriteString("\n" + indent)
		name, _ := valuejson.Encode(starlark.String(v.ring.keys[i].name)) // valid UTF-8: cannot fail
		b.Write(name)
		b.WriteString(": ")
		b.Write(text)
	}
	if !first {
		b.WriteByte('\n')
	}
	b.WriteString("}\n")
	return b.Bytes()
}

// blank reports whether a file holds nothing: it was just made.
func blank(data []byte) bool { return len(bytes.TrimSpace(data)) == 0 }

// A line is a key of a file, and where it stands.
type line struct {
	item
	number int // 1-based
}

// parse reads a file. Keys that the keyring does not have are refused, and what is no
// such file. Types are not looked at.
func parse(data []byte, ring *Keyring) ([]line, error) {
	at := func(offset int, format string, args ...any) error {
		return fmt.Errorf("line %d: %w", lineAt(data, offset), fmt.Errorf(format, args...))
	}
	if err := whole(data); err != nil {
		return nil, at(err.Offset, "%w", err.Err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, at(int(d.InputOffset()), "it is not a vault's file: that is a JSON object of keys and values")
	}
	var lines []line
	seen := map[*Key]bool{}
	for d.More() {
		t, err := d.Token()
		name, _ := t.(string)
		start := int(d.InputOffset())
		if err != nil {
			return nil, at(start, "%w", err)
		}
		k := ring.find(name)
		switch {
		case k == nil:
			return nil, at(start, "%s", ring.foreign(name))
		case seen[k]:
			return nil, at(start, "key %q is there twice", name)
		}
		seen[k] = true
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, at(int(d.InputOffset()), "%w", err)
		}
		v, err := valuejson.Decode(raw)
		if err != nil {
			offset := int(d.InputOffset()) - len(raw)
			var flaw *valuejson.Flaw
			if errors.As(err, &flaw) {
				offset += flaw.Offset
			}
			return nil, at(offset, "key %q: %w", name, err)
		}
		lines = append(lines, line{item{key: k, value: v}, lineAt(data, start)})
	}
	return lines, nil
}

// whole returns what is wrong with data if it is not one JSON value in UTF-8.
func whole(data []byte) *valuejson.Flaw {
	if !utf8.Valid(data) {
		good := 0
		for rest := data; ; good = len(data) - len(rest) {
			r, n := utf8.DecodeRune(rest)
			if r == utf8.RuneError && n <= 1 {
				return &valuejson.Flaw{Offset: good, Err: errors.New("it is not valid UTF-8")}
			}
			rest = rest[n:]
		}
	}
	if bytes.HasPrefix(data, []byte("\uFEFF")) {
		return &valuejson.Flaw{Err: errors.New("it begins with a byte order mark: save it as UTF-8 without one")}
	}
	var all json.RawMessage
	err := json.Unmarshal(data, &all)
	var wrong *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return &valuejson.Flaw{Offset: int(wrong.Offset), Err: fmt.Errorf("it is not JSON: %w", err)}
	}
	return &valuejson.Flaw{Err: err}
}

// lineAt returns the line of an offset, 1-based.
func lineAt(data []byte, offset int) int {
	offset = max(0, min(offset, len(data)))
	if offset > 0 {
		offset-- // what has been read is before it
	}
	return 1 + bytes.Count(data[:offset], []byte("\n"))
}

// foreign says that the keyring has no such key.
func (r *Keyring) foreign(name string) string {
	text := fmt.Sprintf("key %q is not in the keyring", name)
	if near := engine.Nearest(name, r.AttrNames()); near != "" {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return text
}
