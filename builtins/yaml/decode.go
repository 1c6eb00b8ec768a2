package yaml

import (
	"encoding/base64"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
	"go.yaml.in/yaml/v4"
)

// maxCopies is how many values aliases may make, beyond one for each byte of the text.
const maxCopies = 100_000

// A decoder makes values of the nodes of a document.
type decoder struct {
	t      *engine.Thread
	copied int // aliases that are being followed
	left   int // values that they may make
	seen   int
	within map[*yaml.Node]bool // anchors that are being followed
}

func fail(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("line %d: %s", n.Line, fmt.Sprintf(format, args...))
}

func (d *decoder) value(n *yaml.Node, depth int) (starlark.Value, error) {
	if depth > MaxDepth {
		return nil, fail(n, "nested more than %d levels deep", MaxDepth)
	}
	if d.seen++; d.seen%1000 == 0 {
		if err := d.t.Cancelled(); err != nil {
			return nil, err
		}
	}
	if d.copied > 0 {
		if d.left--; d.left < 0 {
			return nil, fail(n, "aliases make too many copies")
		}
	}
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) == 0 {
			return starlark.None, nil
		}
		return d.value(n.Content[0], depth)
	case yaml.AliasNode:
		return d.alias(n, depth)
	case yaml.SequenceNode:
		return d.sequence(n, depth)
	case yaml.MappingNode:
		return d.mapping(n, depth)
	}
	return scalar(n)
}

// alias makes a copy of what an anchor marks.
func (d *decoder) alias(n *yaml.Node, depth int) (starlark.Value, error) {
	if n.Alias == nil {
		return nil, fail(n, "unknown anchor %q", n.Value)
	}
	if d.within[n.Alias] {
		return nil, fail(n, "anchor %q contains itself", n.Value)
	}
	if d.within == nil {
		d.within = map[*yaml.Node]bool{}
	}
	d.within[n.Alias] = true
	d.copied++
	v, err := d.value(n.Alias, depth+1)
	d.copied--
	delete(d.within, n.Alias)
	return v, err
}

func (d *decoder) sequence(n *yaml.Node, depth int) (starlark.Value, error) {
	if tag := n.ShortTag(); tag != "!!seq" {
		return nil, fail(n, "tag %s is not supported for a list", tag)
	}
	list := make([]starlark.Value, len(n.Content))
	for i, e := range n.Content {
		v, err := d.value(e, depth+1)
		if err != nil {
			return nil, err
		}
		list[i] = v
	}
	return starlark.NewList(list), nil
}

func (d *decoder) mapping(n *yaml.Node, depth int) (starlark.Value, error) {
	if tag := n.ShortTag(); tag != "!!map" {
		return nil, fail(n, "tag %s is not supported for a dict", tag)
	}
	dict := starlark.NewDict(len(n.Content) / 2)
	merged := new(starlark.Set)
	for i := 0; i+1 < len(n.Content); i += 2 { // what is merged comes first, and gives way
		if isMerge(n.Content[i]) {
			if err := d.merge(dict, merged, n.Content[i+1], depth+1); err != nil {
				return nil, err
			}
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			continue
		}
		k, err := d.key(n.Content[i], depth)
		if err != nil {
			return nil, err
		}
		v, err := d.value(n.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		gaveWay, err := merged.Delete(k)
		if err != nil {
			return nil, fail(n.Content[i], "%v", err)
		}
		if _, found, _ := dict.Get(k); found && !gaveWay {
			return nil, fail(n.Content[i], "key %v is there already", k)
		}
		if err := dict.SetKey(k, v); err != nil {
			return nil, err
		}
	}
	return dict, nil
}

func isMerge(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "<<" && n.ShortTag() == "!!merge"
}

// key returns a key: nothing that contains others.
func (d *decoder) key(n *yaml.Node, depth int) (starlark.Value, error) {
	k, err := d.value(n, depth+1)
	if err != nil {
		return nil, err
	}
	switch k.(type) {
	case *starlark.List, *starlark.Dict:
		return nil, fail(n, "a %s cannot be a key", k.Type())
	}
	return k, nil
}

// merge puts those keys in dict that are not there, of one dict or several.
func (d *decoder) merge(dict *starlark.Dict, merged *starlark.Set, n *yaml.Node, depth int) error {
	v, err := d.value(n, depth)
	if err != nil {
		return err
	}
	sources := []starlark.Value{v}
	if list, ok := v.(*starlark.List); ok {
		sources = sources[:0]
		for i := range list.Len() {
			sources = append(sources, list.Index(i))
		}
	}
	for _, s := range sources {
		from, ok := s.(*starlark.Dict)
		if !ok {
			return fail(n, "<< needs a dict or a list of dicts, not %s", s.Type())
		}
		for k, v := range from.Entries() {
			if _, found, _ := dict.Get(k); found { // keys can be looked up
				continue
			}
			if err := merged.Insert(k); err != nil {
				return err
			}
			if err := dict.SetKey(k, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// scalar makes a value of a text.
func scalar(n *yaml.Node) (starlark.Value, error) {
	switch tag := n.ShortTag(); tag {
	case "!!null":
		return starlark.None, nil
	case "!!str", "!!timestamp", "!", "!!merge":
		return starlark.String(n.Value), nil
	case "!!bool":
		switch strings.ToLower(n.Value) {
		case "true":
			return starlark.True, nil
		case "false":
			return starlark.False, nil
		}
		return nil, fail(n, "%q is no bool: write true or false", shortened(n.Value))
	case "!!int":
		return integer(n)
	case "!!float":
		if isInteger(n.Value) && n.Style&yaml.TaggedStyle == 0 { // too long for the library
			return integer(n)
		}
		return float(n)
	case "!!binary":
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.Value), ""))
		if err != nil {
			return nil, fail(n, "!!binary: %v", err)
		}
		return starlark.Bytes(raw), nil
	default:
		return nil, fail(n, "tag %s is not supported", tag)
	}
}

func isInteger(s string) bool {
	digits := strings.TrimLeft(s, "+-")
	return len(s)-len(digits) <= 1 && digits != "" && strings.Trim(digits, "0123456789_") == ""
}

// maxDigits is how long a number may be: reading one cannot be stopped.
const maxDigits = 100_000

func integer(n *yaml.Node) (starlark.Value, error) {
	text := strings.ReplaceAll(n.Value, "_", "")
	if len(text) > maxDigits {
		return nil, fail(n, "an int of more than %d digits", maxDigits)
	}
	i, ok := new(big.Int).SetString(strings.TrimPrefix(text, "+"), 0)
	if !ok {
		return nil, fail(n, "%q is no int", shortened(n.Value))
	}
	return starlark.MakeBigInt(i), nil
}

func float(n *yaml.Node) (starlark.Value, error) {
	text := strings.ReplaceAll(n.Value, "_", "")
	switch strings.ToLower(strings.TrimPrefix(text, "+")) {
	case ".inf":
		return starlark.Float(math.Inf(1)), nil
	case "-.inf":
		return starlark.Float(math.Inf(-1)), nil
	case ".nan":
		return starlark.Float(math.NaN()), nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(f, 0) || len(text) > maxDigits {
		return nil, fail(n, "%q is no float", shortened(n.Value))
	}
	return starlark.Float(f), nil
}

// shortened cuts what an error shows.
func shortened(s string) string {
	const long = 40
	if len(s) <= long {
		return s
	}
	return strings.ToValidUTF8(s[:long], "") + "…"
}
