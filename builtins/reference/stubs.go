package reference

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// StubsMark is how a file of stubs begins.
const StubsMark = "# Written by tg stubs"

const stubsHead = StubsMark + `: what tg's scripts see, for Python editors that use pyright.

from typing import Any, Callable, Iterable, Iterator, NoReturn, TypeVar, overload

_F = TypeVar("_F", bound=Callable[..., Any])
`

// ours are the functions of the universe that Python does not have, or not as we do. It
// knows the others.
var ours = []string{"exit", "fail", "load"}

// Stubs returns the entries as Python declarations: the text of a __builtins__.pyi.
// Values' classes begin with "_": scripts cannot name them.
func Stubs(entries []Entry) string {
	s := stubs{members: map[string][]Entry{}}
	var classes []string
	for _, e := range entries {
		s.members[e.Owner()] = append(s.members[e.Owner()], e)
		if e.Kind == Class {
			classes = append(classes, e.Name)
		}
	}
	s.classes = regexp.MustCompile(`\b(F|` + strings.Join(classes, "|") + `)\b`)
	s.WriteString(stubsHead)
	for _, e := range s.members[""] {
		if e.Kind == Function && e.starlark() && !slices.Contains(ours, e.Name) {
			continue
		}
		s.WriteString("\n")
		s.global(e)
	}
	return s.String()
}

// starlark reports whether the entry is one of the language's own names.
func (e Entry) starlark() bool {
	return slices.Contains([]string{"reference", "universe", "eval", "engine"}, e.Room)
}

type stubs struct {
	strings.Builder
	members map[string][]Entry
	classes *regexp.Regexp
}

// global writes what has no owner, with what it owns. A function that owns something is the
// value of a class of its own.
func (s *stubs) global(e Entry) {
	switch {
	case e.Kind == Attribute:
		s.attribute("", e)
	case e.Kind == Class:
		s.class("_"+e.Name, e, "self")
	case e.Kind == Module:
		s.class(e.Name, e, "")
	case len(s.members[e.Name]) > 0:
		s.class("_"+e.Name, e, "")
		s.WriteString("\n")
		s.attribute("", Entry{Name: e.Name, Signatures: []string{"_" + e.Name}, Doc: e.Doc})
	default:
		s.function("", e.Name, e, "", "")
	}
}

// class writes a class and its members: methods of values if they have a receiver.
func (s *stubs) class(name string, e Entry, receiver string) {
	fmt.Fprintf(s, "class %s:\n", name)
	s.doc("    ", e)
	if e.Kind == Function {
		s.function("    ", "__call__", e, "", "self")
	}
	for _, m := range s.members[e.Name] {
		switch {
		case m.Kind == Attribute:
			s.attribute("    ", m)
		case receiver == "":
			s.function("    ", m.Short(), m, "@staticmethod", "")
		default:
			s.function("    ", m.Short(), m, "", receiver)
		}
	}
}

func (s *stubs) attribute(indent string, e Entry) {
	fmt.Fprintf(s, "%s%s: %s\n", indent, e.Short(), s.types(e.Signatures[0]))
	s.doc(indent, e)
}

func (s *stubs) function(indent, name string, e Entry, decorator, receiver string) {
	for _, signature := range e.Signatures {
		if len(e.Signatures) > 1 {
			fmt.Fprintf(s, "%s@overload\n", indent)
		}
		if decorator != "" {
			fmt.Fprintf(s, "%s%s\n", indent, decorator)
		}
		rest := s.types(signature[1:])
		if receiver != "" && !strings.HasPrefix(rest, ")") {
			receiver = "self, "
		}
		fmt.Fprintf(s, "%sdef %s(%s%s:", indent, name, receiver, rest)
		if e.Doc == "" {
			s.WriteString(" ...\n")
			continue
		}
		s.WriteString("\n")
		s.doc(indent+"    ", e)
	}
}

// types writes the classes of values as they are called here.
func (s *stubs) types(signature string) string { return s.classes.ReplaceAllString(signature, "_$1") }

func (s *stubs) doc(indent string, e Entry) {
	if e.Doc == "" {
		return
	}
	raw := ""
	if strings.Contains(e.Doc, `\`) {
		raw = "r"
	}
	lines := e.Paragraphs(88 - len(indent))
	if last := len(lines) - 1; last > 0 || strings.HasSuffix(lines[0], `"`) {
		lines = append(lines, "")
	}
	for i, line := range lines[1:] {
		if line != "" || i+2 == len(lines) {
			lines[i+1] = indent + line
		}
	}
	fmt.Fprintf(s, "%s%s\"\"\"%s\"\"\"\n", indent, raw, strings.Join(lines, "\n"))
}
