package convert

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// A field is an exported field of a struct, or of a struct embedded in it.
type field struct {
	name   string
	index  []int // as for reflect.Value.FieldByIndex
	tagged bool  // the name is from a tag
}

// fields are the fields of a struct type under the names of encoding/json.
type fields struct {
	list   []field // in the order of the source
	byName map[string]int
}

// find returns the field for a name: the one of that name, else the first that
// differs only in upper and lower case; nil if there is none.
func (f *fields) find(name string) *field {
	if i, ok := f.byName[name]; ok {
		return &f.list[i]
	}
	for i := range f.list {
		if strings.EqualFold(f.list[i].name, name) {
			return &f.list[i]
		}
	}
	return nil
}

// A types remembers the fields of struct types. It is safe for concurrent use.
type types struct{ m sync.Map } // reflect.Type → *fields

func (t *types) fields(st reflect.Type) *fields {
	if f, ok := t.m.Load(st); ok {
		return f.(*fields)
	}
	f, _ := t.m.LoadOrStore(st, fieldsOf(st))
	return f.(*fields)
}

// fieldsOf chooses among the fields of one name as encoding/json does: the least
// embedded, of those the tagged ones; if more than one is left, none.
func fieldsOf(st reflect.Type) *fields {
	byName := map[string][]field{}
	collect(st, nil, map[reflect.Type]bool{}, byName)
	f := &fields{byName: make(map[string]int, len(byName))}
	for _, same := range byName {
		rank := func(f field) int {
			if f.tagged {
				return 2 * len(f.index)
			}
			return 2*len(f.index) + 1
		}
		slices.SortStableFunc(same, func(a, b field) int { return cmp.Compare(rank(a), rank(b)) })
		if len(same) == 1 || rank(same[0]) < rank(same[1]) {
			f.list = append(f.list, same[0])
		}
	}
	slices.SortFunc(f.list, func(a, b field) int { return slices.Compare(a.index, b.index) })
	for i := range f.list {
		f.byName[f.list[i].name] = i
	}
	return f
}

// collect adds the fields of st, which is embedded at index. outer are the
// structs around it: one that embeds itself adds nothing new.
func collect(st reflect.Type, index []int, outer map[reflect.Type]bool, byName map[string][]field) {
	if outer[st] {
		return
	}
	outer[st] = true
	defer delete(outer, st)
	for i := range st.NumField() {
		sf := st.Field(i)
		name, ok := tagName(sf)
		if !ok {
			continue
		}
		at := append(slices.Clone(index), i)
		inner := sf.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch {
		case sf.Anonymous && name == "" && inner.Kind() == reflect.Struct:
			collect(inner, at, outer, byName)
		case sf.IsExported() && name != "":
			byName[name] = append(byName[name], field{name, at, true})
		case sf.IsExported():
			byName[sf.Name] = append(byName[sf.Name], field{sf.Name, at, false})
		}
	}
}

// tagName returns the name in a json tag, "" if there is none; ok is false for
// a field to be left out.
func tagName(sf reflect.StructField) (name string, ok bool) {
	tag := sf.Tag.Get("json")
	if tag == "-" {
		return "", false
	}
	name, _, _ = strings.Cut(tag, ",")
	odd := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r)
	}
	if strings.ContainsFunc(name, odd) {
		return "", true
	}
	return name, true
}
