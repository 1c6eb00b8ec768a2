package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/starlark-tg/tg/builtins/reference"
)

// A part is what a comment says in one go: defs, or a class, a module or names, then prose
// and attributes.
type part struct {
	kind, name string // of a class or module
	defs       []def
	attributes []attribute
	doc        string
}

type def struct{ name, signature string }

type attribute struct{ name, kind, doc string }

var (
	defLine       = regexp.MustCompile(`^def ([\w.]+)(\(.*\) -> .+)$`)
	blockLine     = regexp.MustCompile(`^(class|module) (\w+)$`)
	attributeLine = regexp.MustCompile(`^\t(\w+): (.+?) {2,}(.+)$`)
)

// split takes a comment apart; one that does not open as a part has none.
func split(lines []string) ([]part, error) {
	var parts []part
	for i, line := range lines {
		opens := strings.HasPrefix(line, "def ") || line == "names" || blockLine.MatchString(line)
		if i == 0 && !opens {
			return nil, nil
		}
		if last := len(parts) - 1; opens && (last < 0 || !strings.HasPrefix(line, "def ") || len(parts[last].defs) == 0 || parts[last].doc != "") {
			parts = append(parts, part{})
		}
		if err := parts[len(parts)-1].add(line); err != nil {
			return nil, err
		}
	}
	for i := range parts {
		p := &parts[i]
		p.doc = strings.TrimSpace(regexp.MustCompile(`\n\n+`).ReplaceAllString(p.doc, "\n\n"))
		p.doc = regexp.MustCompile(`([^\n])\n([^\n])`).ReplaceAllString(p.doc, "$1 $2")
		for j := range p.defs {
			p.defs[j].signature = expand(p.defs[j].signature, p.defs[0].signature)
		}
	}
	return parts, nil
}

// add takes one more line.
func (p *part) add(line string) error {
	switch {
	case line == "names":
	case strings.HasPrefix(line, "def "):
		m := defLine.FindStringSubmatch(line)
		if m == nil {
			return fmt.Errorf("%q is not as in: def f(x: int) -> str", line)
		}
		p.defs = append(p.defs, def{m[1], m[2]})
	case blockLine.MatchString(line) && p.doc == "":
		m := blockLine.FindStringSubmatch(line)
		p.kind, p.name = m[1], m[2]
	case attributeLine.MatchString(line):
		m := attributeLine.FindStringSubmatch(line)
		p.attributes = append(p.attributes, attribute{m[1], m[2], m[3]})
	case strings.HasPrefix(line, "\t"):
		return fmt.Errorf("%q is not as in: name: type, two spaces, what it is", line)
	case line != "" || p.doc != "":
		p.doc += line + "\n"
	}
	return nil
}

// they returns the names that "They" means at the beginning of the words.
func (p *part) they() []string {
	if !strings.HasPrefix(p.doc, "They ") {
		return nil
	}
	var names []string
	for _, d := range p.defs {
		names = append(names, d.name[strings.LastIndex(d.name, ".")+1:])
	}
	return names
}

// expand puts the parameters of the first signature in the place of "…", but for those
// that the signature has itself: they stand where the first one has theirs.
func expand(signature, first string) string {
	own, result := reference.Parameters(signature)
	named := map[string]string{}
	for _, p := range own {
		named[parameterName(p)] = p
	}
	if named["…"] == "" {
		return strings.ReplaceAll(signature, "…", "...")
	}
	var all []string
	theirs, _ := reference.Parameters(first)
	for _, p := range theirs {
		if mine, ok := named[parameterName(p)]; ok {
			p = mine
		}
		all = append(all, p)
	}
	return "(" + strings.Join(all, ", ") + ")" + result
}

func parameterName(p string) string {
	name, _, _ := strings.Cut(p, "=")
	name, _, _ = strings.Cut(name, ":")
	return strings.TrimSpace(name)
}
