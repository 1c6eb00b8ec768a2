package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/starlark-tg/tg/builtins/reference"
	"golang.org/x/term"
)

// widthOf returns how many columns a page has: the terminal's, within reason.
func widthOf(w io.Writer) int {
	const least, most, usual = 40, 100, 80
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return min(max(n, least), most)
		}
	}
	return usual
}

// chapters are the rooms that have a headline of their own in the overview.
var chapters = []struct {
	title string
	rooms []string
}{
	{"Thread groups", []string{"threadgroup"}},
	{"Between tasks", []string{"sync"}},
	{"Vaults", []string{"vault"}},
}

// text writes an entry and its members, or the overview.
func (d *docPage) text(name string, list []reference.Entry) {
	if name == "" {
		d.overview(list)
		return
	}
	if d.Len() > 0 {
		d.WriteString("\n")
	}
	e := list[0]
	d.head(e)
	for _, line := range e.Paragraphs(d.width - 4) {
		d.WriteString(strings.TrimRight("    "+line, " ") + "\n")
	}
	d.table("Attributes", list[1:], func(m reference.Entry) bool { return m.Kind == reference.Attribute })
	d.table(map[bool]string{true: "Methods", false: "Functions"}[e.Kind == reference.Class], list[1:], callable)
	d.seeAlso(e)
}

func callable(e reference.Entry) bool { return e.Kind != reference.Attribute && !e.Special() }

// head writes the name and what it takes.
func (d *docPage) head(e reference.Entry) {
	switch e.Kind {
	case reference.Class, reference.Module:
		d.WriteString(e.Kind + " " + d.paint.Bold(e.Name) + "\n")
	case reference.Attribute:
		d.WriteString(d.paint.Bold(e.Name) + ": " + e.Signatures[0] + "\n")
	}
	if len(e.Signatures) > 0 && e.Kind != reference.Attribute {
		for _, s := range e.Signatures {
			d.WriteString(d.signature(e.Name, s) + "\n")
		}
	}
	if e.Doc != "" {
		d.WriteString("\n")
	}
}

// signature is a line if that is short enough, else one for each parameter.
func (d *docPage) signature(name, s string) string {
	if utf8.RuneCountInString(name+s) <= d.width {
		return d.paint.Bold(name) + s
	}
	params, result := reference.Parameters(s)
	return d.paint.Bold(name) + "(\n    " + strings.Join(params, ",\n    ") + ",\n)" + result
}

// overview writes every global in a line.
func (d *docPage) overview(list []reference.Entry) {
	global := func(want func(reference.Entry) bool) func(reference.Entry) bool {
		return func(e reference.Entry) bool { return e.Owner() == "" && want(e) }
	}
	var known []string
	for _, c := range chapters {
		known = append(known, c.rooms...)
		d.table(c.title, list, global(func(e reference.Entry) bool { return e.Kind == reference.Function && slices.Contains(c.rooms, e.Room) }))
	}
	d.table("Modules", list, global(func(e reference.Entry) bool { return e.Kind == reference.Module }))
	d.table("Values", list, global(func(e reference.Entry) bool { return e.Kind == reference.Class }))
	d.table("Starlark", list, global(func(e reference.Entry) bool {
		return (e.Kind == reference.Function || e.Kind == reference.Attribute) && !slices.Contains(known, e.Room)
	}))
	d.WriteString("\ntg doc NAME says more.\n")
}

// table writes the entries that are wanted, with what they are in short. Those that have the
// same words share a row.
func (d *docPage) table(title string, list []reference.Entry, want func(reference.Entry) bool) {
	var rows [][2]string
	shared := map[string]int{}
	for _, e := range list {
		if !want(e) {
			continue
		}
		if i, again := shared[e.Doc]; again && callable(e) {
			rows[i][0] += " " + e.Short()
			continue
		}
		shared[e.Doc] = len(rows)
		name := e.Short()
		if e.Kind == reference.Attribute {
			name += ": " + e.Signatures[0]
		}
		rows = append(rows, [2]string{name, e.Summary()})
	}
	if len(rows) == 0 {
		return
	}
	if d.Len() > 0 {
		d.WriteString("\n")
	}
	d.WriteString(d.paint.Bold(title) + "\n")
	column := 0
	for _, row := range rows {
		column = max(column, min(utf8.RuneCountInString(row[0])+4, d.width/3))
	}
	for _, row := range rows {
		d.row(column, row[0], row[1])
	}
}

// row writes a name and its words, which stand in a column of their own.
func (d *docPage) row(column int, name, words string) {
	indent := strings.Repeat(" ", column)
	lines := strings.Join(reference.Wrap(words, d.width-column), "\n"+indent)
	between := "\n" + indent
	if room := column - 4 - utf8.RuneCountInString(name); room >= 0 {
		between = strings.Repeat(" ", room+2)
	}
	d.WriteString(strings.TrimRight("  "+d.paint.Blue(name)+between+lines, " ") + "\n")
}

var className = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b[A-Z]\w+`) })

// seeAlso names the classes of what a function returns.
func (d *docPage) seeAlso(e reference.Entry) {
	var names []string
	for _, s := range e.Signatures {
		_, result := reference.Parameters(s)
		for _, name := range className().FindAllString(result, -1) {
			if c, ok := d.find(name); ok && c.Name == name && c.Kind == reference.Class && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for _, name := range names {
		fmt.Fprintf(d, "\nSee also: tg doc %s\n", name)
	}
}
