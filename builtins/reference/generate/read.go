package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/starlark-tg/tg/builtins/reference"
)

// folders are those whose comments are read, and whether those below them are.
var folders = []struct {
	name string
	deep bool
}{{"builtins", true}, {"engine", false}, {"engine/eval", false}, {"engine/universe", false}}

// read returns the reference as JSON, an entry a line, of the Go module in a folder. Owners
// are sorted by name; what belongs to one stays as the sources have it.
func read(root string) ([]byte, error) {
	var list []reference.Entry
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder.name), func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil || !d.IsDir():
				return err
			case d.Name() == "testdata" || !folder.deep && name != filepath.Join(root, folder.name):
				return fs.SkipDir
			}
			entries, err := readFolder(name)
			list = append(list, entries...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(list, func(a, b reference.Entry) int {
		return cmp.Compare(cmp.Or(a.Owner(), a.Name), cmp.Or(b.Owner(), b.Name))
	})
	seen := map[string]bool{}
	for _, e := range list {
		if seen[e.Name] {
			return nil, fmt.Errorf("%s is documented twice", e.Name)
		}
		seen[e.Name] = true
	}
	return lines(list)
}

func lines(list []reference.Entry) ([]byte, error) {
	var b bytes.Buffer
	for i, e := range list {
		b.WriteString([]string{"[\n", ",\n"}[min(i, 1)])
		var line bytes.Buffer
		enc := json.NewEncoder(&line)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(e); err != nil {
			return nil, err
		}
		b.Write(bytes.TrimSpace(line.Bytes()))
	}
	b.WriteString("\n]\n")
	return b.Bytes(), nil
}

// readFolder returns the entries of a folder's Go files.
func readFolder(dir string) ([]reference.Entry, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	var parts []part
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, c := range f.Comments {
			more, err := split(commentLines(c))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", fset.Position(c.Pos()), err)
			}
			parts = append(parts, more...)
		}
	}
	return entries(path.Base(filepath.ToSlash(dir)), parts), nil
}

// commentLines returns the lines without their slashes.
func commentLines(c *ast.CommentGroup) []string {
	var lines []string
	for _, line := range c.List {
		text, ok := strings.CutPrefix(line.Text, "//")
		if !ok {
			return nil
		}
		lines = append(lines, strings.TrimPrefix(text, " "))
	}
	return lines
}

// entries makes the entries of a folder, whose defs belong to its module if it has one.
func entries(room string, parts []part) []reference.Entry {
	owner := ""
	for _, p := range parts {
		if p.kind == reference.Module {
			owner = p.name + "."
		}
	}
	classes := map[string]bool{}
	var list []reference.Entry
	for _, p := range parts {
		if p.kind != "" {
			classes[p.name] = p.kind == reference.Class
			list = append(list, reference.Entry{Name: p.name, Kind: p.kind, Room: room, Doc: p.doc})
		}
		for _, a := range p.attributes {
			list = append(list, reference.Entry{Name: strings.TrimPrefix(p.name+"."+a.name, "."), Kind: reference.Attribute, Room: room, Signatures: []string{a.kind}, Doc: a.doc})
		}
	}
	at := map[string]int{} // of functions in the list
	for _, p := range parts {
		for _, d := range p.defs {
			name, kind := d.name, reference.Function
			before, _, dotted := strings.Cut(name, ".")
			switch {
			case !dotted:
				name = owner + name
			case classes[before]:
				kind = reference.Method
			}
			i, again := at[name]
			if !again {
				i = len(list)
				at[name] = i
				list = append(list, reference.Entry{Name: name, Kind: kind, Room: room, Together: p.they(), Doc: p.doc})
			}
			list[i].Signatures = append(list[i].Signatures, d.signature)
		}
	}
	return list
}
