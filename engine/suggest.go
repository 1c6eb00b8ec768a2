package engine

import (
	"slices"

	"github.com/starlark-tg/tg/engine/dialect"
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
)

// nearest suggests a name for one that is not defined.
func (s *Script) nearest(f *dialect.File, name string) string {
	if hint, ok := elsewhere[name]; ok {
		return hint
	}
	names := s.names()
	if m, ok := f.Syntax.Module.(*resolve.Module); ok {
		for _, b := range m.Globals {
			names = append(names, b.First.Name)
		}
		for _, b := range m.Locals {
			names = append(names, b.First.Name)
		}
	}
	names = slices.DeleteFunc(names, dialect.Hidden)
	if slices.Contains(names, name) {
		return name + " is bound further down: a file runs from top to bottom"
	}
	if best := Nearest(name, names); best != "" {
		return "did you mean " + best + "?"
	}
	return ""
}

// elsewhere answers names that Python programmers expect.
var elsewhere = map[string]string{
	"Exception":    "errors are not classes here: fail(message) stops, attempt(f) catches",
	"ValueError":   "errors are not classes here: fail(message) stops, attempt(f) catches",
	"isinstance":   `compare type(x) with a name: type(x) == "list"`,
	"map":          "write a list comprehension [f(x) for x in xs], or group.map(f, xs) to run in parallel",
	"filter":       "write a list comprehension [x for x in xs if f(x)]",
	"open":         "there are no open files: use the fs module",
	"input":        "there is no input: pass arguments to the script, they are in args",
	"object":       "there are no classes: use a dict or a function",
	"super":        "there are no classes: use a dict or a function",
	"sys":          "there is no sys: arguments are in args, exit(code) ends the script",
	"threading":    "no import is needed: use threadgroup()",
	"asyncio":      "no import is needed: use threadgroup()",
	"__name__":     "a script is always the main program: call main() at its end",
	"frozenset":    "use set(...)",
	"nonlocal":     "return the value instead",
	"Thread":       "use threadgroup()",
	"ThreadGroup":  "write threadgroup.ThreadGroup() or threadgroup()",
	"NameError":    "errors are not classes here: fail(message) stops, attempt(f) catches",
	"RuntimeError": "errors are not classes here: fail(message) stops, attempt(f) catches",
}

// names returns every name that the script may use without defining it.
func (s *Script) names() []string {
	names := starlark.Universe.Keys()
	for _, name := range s.engine.predeclared.Keys() {
		if !dialect.Hidden(name) {
			names = append(names, name)
		}
	}
	for name := range s.vars {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// has reports whether the script may use a name without defining it.
func (s *Script) has(name string) bool { return s.vars[name] || s.engine.predeclared.Has(name) }
