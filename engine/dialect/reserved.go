package dialect

import (
	"fmt"
	"strings"
)

// word reports the words of Python that Starlark reserves but has no meaning for.
func (m *masker) word(t token, p place) {
	text := m.string(t)
	if next := m.peek(0); next == '"' || next == '\'' {
		m.prefix(t, text)
	}
	if !reserved(text) {
		return
	}
	next := m.ahead()
	switch {
	case m.prev.kind == op && m.string(m.prev) == ".":
		m.problem(t.at, fmt.Sprintf("'%s' is a reserved word and no name", text), fmt.Sprintf("write getattr(x, %q)", text))
		return
	case m.isName(text, next, p):
		m.problem(t.at, fmt.Sprintf("'%s' is a reserved word and no name", text), fmt.Sprintf("write %s_, or **{%q: value} in a call", text, text))
		return
	}
	if p == lineStart && text == "try" {
		m.trying[t.at.col] = true
	}
	if p == lineStart && (text == "except" || text == "finally") && m.trying[t.at.col] {
		m.bad = true // its try is reported
		return
	}
	m.problem(t.at, fmt.Sprintf("Starlark has no '%s'", text), m.instead(text, next))
}

// isName reports whether a reserved word is meant as a name.
func (m *masker) isName(text string, next token, p place) bool {
	switch m.string(next) {
	case "=":
		return true
	case ",", ")":
		return p == inside && text != "yield"
	}
	switch text {
	case "class", "del", "except", "finally", "global", "nonlocal", "try", "with":
		return p == inside && m.prev.kind != word
	}
	return false
}

func reserved(word string) bool {
	switch word {
	case "as", "async", "await", "class", "del", "except", "finally", "from", "global", "import", "is",
		"nonlocal", "raise", "try", "with", "yield":
		return true
	}
	return false
}

// instead says what to write instead of a reserved word; next is the token after it.
func (m *masker) instead(text string, next token) string {
	name := m.string(next)
	switch text {
	case "import", "from":
		return importHint(name)
	case "class":
		if name == "Keyring" {
			return "write Keyring = keyring(name=type, ...)"
		}
		return "keep data in a dict and write functions; a class of keys is keyring(name=type, ...)"
	case "try", "except", "finally":
		return "write r = attempt(f, ...) and look at r.ok, r.result and r.error; for finally: defer(f, ...)"
	case "raise":
		return `write fail("message")`
	case "with":
		return "call the function, and defer(f, ...) what is to happen at the end"
	case "yield":
		return "return a list"
	case "async", "await":
		return "register functions with @group.register and run them with group.execute()"
	case "global", "nonlocal":
		return "return the value, or keep it in a list or dict"
	case "del":
		return "write d.pop(key)"
	case "is":
		if name == "not" {
			return "write x != None"
		}
		return "write x == None"
	}
	return "choose another name"
}

func importHint(module string) string {
	switch module {
	case "time", "json", "math", "threadgroup", "varvault", "http", "sync":
		return module + " is already there, no import is needed"
	}
	return `built-in modules are already there; load("file.star", "name") takes functions from another file`
}

// prefix reports the string prefixes that only Python has.
func (m *masker) prefix(t token, text string) {
	hint := ""
	switch strings.ToLower(text) {
	case "u":
		hint = "leave it out"
	case "r":
		hint = "write r"
	case "b":
		hint = "write b"
	case "br", "rb":
		hint = "write rb"
	case "fb", "bf":
		hint = "an f-string is never bytes"
	default:
		return
	}
	m.problem(t.at, fmt.Sprintf("Starlark has no string prefix '%s'", text), hint)
}
