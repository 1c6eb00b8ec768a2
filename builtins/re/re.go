// Package re gives scripts regular expressions with Python's names and syntax.
//
// Go's regexp, which is RE2, runs the patterns: matching takes time in proportion to the
// text, whatever the pattern. So there is no look-around and there are no back-references,
// and their errors say so. All else is Python's: a pattern is translated, and where Go
// takes a place in a text otherwise ("\b" beside letters that are not ASCII, "$" before a
// last newline, an empty match beside another) the text comes to it with marks: see
// marker. What is left: IGNORECASE with ASCII still takes letters that are not ASCII for
// each other; and in a loop around something that may be empty, as in (a*)*, a group has
// what it took last, where Python goes round once more for nothing.
//
// Positions are in bytes, as those of Starlark's strings are.
package re

import (
	"fmt"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// module re
//
// Regular expressions with Python's names and syntax, in time in proportion to the text: without
// look-around and back-references. Positions are in bytes.
//
//	IGNORECASE: int  case does not matter
//	I: int           short for IGNORECASE
//	MULTILINE: int   ^ and $ match at the ends of lines, too
//	M: int           short for MULTILINE
//	DOTALL: int      . matches a newline, too
//	S: int           short for DOTALL
//	VERBOSE: int     blanks and comments in a pattern do not count
//	X: int           short for VERBOSE
//	ASCII: int       \w, \d, \s and \b are for ASCII only
//	A: int           short for ASCII

// Module returns the module re.
func Module() engine.Module {
	members := starlark.StringDict{
		"compile":   starlark.NewBuiltin("compile", compileFn),
		"search":    starlark.NewBuiltin("search", direct((*pattern).search)),
		"match":     starlark.NewBuiltin("match", direct((*pattern).match)),
		"fullmatch": starlark.NewBuiltin("fullmatch", direct((*pattern).fullmatch)),
		"findall":   starlark.NewBuiltin("findall", direct((*pattern).findall)),
		"finditer":  starlark.NewBuiltin("finditer", direct((*pattern).finditer)),
		"sub":       starlark.NewBuiltin("sub", direct((*pattern).sub)),
		"split":     starlark.NewBuiltin("split", direct((*pattern).split)),
		"escape":    starlark.NewBuiltin("escape", escape),
	}
	for name, flag := range map[string]int{
		"I": flagI, "IGNORECASE": flagI, "M": flagM, "MULTILINE": flagM, "S": flagS, "DOTALL": flagS,
		"X": flagX, "VERBOSE": flagX, "A": flagA, "ASCII": flagA,
	} {
		members[name] = starlark.MakeInt(flag)
	}
	guesses := map[string]string{
		"subn": "sub", "replace": "sub", "sub_all": "sub", "find": "search", "find_all": "findall", "matchall": "findall",
		"test": "search", "exec": "search", "U": "compile: Unicode is the default, A is for ASCII only",
		"UNICODE": "compile: Unicode is the default, A is for ASCII only", "quote": "escape", "template": "compile", "purge": "compile: what is kept is bounded",
	}
	return engine.Module{Name: "re", Globals: starlark.StringDict{
		"re": engine.NewNamespace("re", members, guesses),
	}, Restore: map[string]func(starlark.Value) (starlark.Value, error){
		"re.pattern": restorePattern, "re.match": restoreMatch,
	}}
}

// def compile(pattern: str | Pattern, flags: int = 0) -> Pattern
//
// compile returns a pattern. It is immutable, and all tasks may use it.
func compileFn(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var src starlark.Value
	flags := 0
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "pattern", &src, "flags?", &flags); err != nil {
		return nil, err
	}
	return patternOf(engine.Of(thread), b.Name(), src, flags)
}

// patternOf compiles a pattern, if it is not compiled already.
func patternOf(t *engine.Thread, fn string, v starlark.Value, flags int) (*pattern, error) {
	switch v := v.(type) {
	case *pattern:
		if flags != 0 {
			return nil, fmt.Errorf("%s: flags belong into compile(…): this pattern is compiled already", fn)
		}
		return v, nil
	case starlark.String:
		p, err := cacheOf(t).pattern(string(v), flags)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fn, err)
		}
		return p, nil
	}
	return nil, fmt.Errorf("%s: pattern must be a string or a compiled pattern, not %s", fn, v.Type())
}

// def search(pattern: str | Pattern, string: str, flags: int = 0) -> Match | None
//
// search returns the first match, or None.
//
// def match(pattern: str | Pattern, string: str, flags: int = 0) -> Match | None
//
// match returns the match that begins where the string does, or None.
//
// def fullmatch(pattern: str | Pattern, string: str, flags: int = 0) -> Match | None
//
// fullmatch returns the match of the whole string, or None.
//
// def findall(pattern: str | Pattern, string: str, flags: int = 0) -> list
//
// findall returns a list of all matches: the text of each, or of its group, or a tuple of its
// groups if there are several.
//
// def finditer(pattern: str | Pattern, string: str, flags: int = 0) -> Iterable[Match]
//
// finditer returns the matches as something to iterate over: each is looked for when its turn
// comes.
//
// def sub(pattern: str | Pattern, repl: str | Callable[[Match], str], string: str, count: int = 0, flags: int = 0) -> str
//
// sub returns the string with matches replaced, the first count of them if that is not 0. repl
// is a text in which \1, \g<1> and \g<name> stand for groups, or a function that is called
// with each match and returns a string.
//
// def split(pattern: str | Pattern, string: str, maxsplit: int = 0, flags: int = 0) -> list
//
// split returns a list of what lies between the matches, and of their groups. At most maxsplit
// matches count, if that is not 0.

// direct makes a function of the module of a method: its first argument is the pattern,
// its last the flags.
func direct(method func(*pattern, *call) (starlark.Value, error)) func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return method(nil, &call{t: engine.Of(thread), fn: b.Name(), args: args, kwargs: kwargs, direct: true})
	}
}

// A call is one of a method of a pattern, or of the module's function of that name.
type call struct {
	t      *engine.Thread
	fn     string
	args   starlark.Tuple
	kwargs []starlark.Tuple
	direct bool // it is the module's function
}

// keywords answers those that users may expect with the right ones.
var keywords = map[string]string{
	"ignorecase": "flags=re.IGNORECASE", "ignore_case": "flags=re.IGNORECASE", "multiline": "flags=re.MULTILINE", "dotall": "flags=re.DOTALL", "verbose": "flags=re.VERBOSE",
	"flag": "flags", "text": "string", "s": "string", "regex": "pattern", "replacement": "repl", "replace": "repl", "max": "maxsplit, or count of sub", "limit": "maxsplit, or count of sub", "n": "count",
	"start": "pos", "end": "endpos", "timeout": "the task's timeout: matching ends with it",
}

// unpack takes the arguments apart. It returns the pattern.
func (c *call) unpack(p *pattern, pairs ...any) (*pattern, error) {
	if err := builtin.Misnamed(c.fn, c.kwargs, keywords); err != nil {
		return nil, err
	}
	if !c.direct {
		if err := builtin.Misnamed(c.fn, c.kwargs, map[string]string{"flags": "re.compile(pattern, flags)"}); err != nil {
			return nil, err
		}
		return p, starlark.UnpackArgs(c.fn, c.args, c.kwargs, pairs...)
	}
	var v starlark.Value
	flags := 0
	pairs = append(append([]any{"pattern", &v}, pairs...), "flags?", &flags)
	if err := starlark.UnpackArgs(c.fn, c.args, c.kwargs, pairs...); err != nil {
		return nil, err
	}
	return patternOf(c.t, c.fn, v, flags)
}

// def escape(pattern: str) -> str
//
// escape returns a pattern that matches the text as it is.
func escape(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "pattern", &text); err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	if err := t.Room(2 * int64(len(text))); err != nil {
		return nil, err
	}
	var out strings.Builder
	for i := range len(text) {
		if i%(1<<16) == 0 {
			if err := t.Cancelled(); err != nil {
				return nil, err
			}
		}
		if strings.IndexByte("()[]{}?*+-|^$\\.&~# \t\n\r\v\f", text[i]) >= 0 {
			out.WriteByte('\\')
		}
		out.WriteByte(text[i])
	}
	return starlark.String(out.String()), nil
}
