package re

import (
	"fmt"
	"strconv"
	"strings"
)

// missing says by what a group begins that RE2 does not have, and what to do instead.
var missing = []struct{ begin, what, hint string }{
	{"(?=", "look-ahead (?=…)", "match more, and take a group"}, {"(?!", "negative look-ahead (?!…)", "match more, and look at it afterwards"},
	{"(?<=", "look-behind (?<=…)", "match more, and take a group"}, {"(?<!", "negative look-behind (?<!…)", "match more, and look at it afterwards"},
	{"(?>", "an atomic group (?>…)", "(?:…) does, for nothing is tried twice"}, {"(?P=", "a back-reference (?P=name)", "compare the groups afterwards"},
	{"(?(", "a conditional (?(…)…|…)", "write both with | between them"},
}

// lacks returns the error about what RE2 does not have.
func (t *translator) lacks(at int, what, hint string) error {
	return t.fail(at, "RE2, which runs patterns here, has none; "+hint, "%s is not supported", what)
}

// group reads what begins with a parenthesis.
func (t *translator) group() error {
	at, rest := t.at, t.src[t.at:]
	for _, m := range missing {
		if strings.HasPrefix(rest, m.begin) {
			return t.lacks(at, m.what, m.hint)
		}
	}
	switch {
	case strings.HasPrefix(rest, "(?#"):
		end := strings.IndexByte(rest, ')')
		if end < 0 {
			return t.fail(at, "", "missing ), unterminated comment")
		}
		t.at += end + 1
		return nil
	case strings.HasPrefix(rest, "(?P<"):
		return t.named()
	case strings.HasPrefix(rest, "(?<"):
		return t.fail(at, "a named group is (?P<name>…)", "unknown extension ?<")
	case strings.HasPrefix(rest, "(?"):
		return t.flagged()
	}
	t.at++
	t.groups++
	return t.enter(at, t.groups, "(")
}

// enter opens a group; its number is 0 if it has none.
func (t *translator) enter(at, number int, text string) error {
	if len(t.open) == maxNesting {
		return t.fail(at, "", "groups nested more than %d levels deep", maxNesting)
	}
	t.open = append(t.open, openGroup{at, t.now, number})
	t.write(text, nothing)
	return nil
}

// close reads the parenthesis that ends a group.
func (t *translator) close() error {
	n := len(t.open)
	if n == 0 {
		return t.fail(t.at, "", "unbalanced parenthesis")
	}
	g := t.open[n-1]
	t.open = t.open[:n-1]
	t.now = g.flags
	if g.number > 0 {
		t.closing = append(t.closing, g.number)
	}
	t.at++
	t.write(")", single)
	return nil
}

// named reads (?P<name>.
func (t *translator) named() error {
	at := t.at
	name, _, ok := strings.Cut(t.src[at+len("(?P<"):], ">")
	if !ok {
		return t.fail(at, "", "missing >, unterminated name")
	}
	if !isName(name) {
		return t.fail(at, "", "bad character in group name %q", name)
	}
	if _, taken := t.number(name); taken {
		return t.fail(at, "", "redefinition of group name %q", name)
	}
	t.at += len("(?P<>") + len(name)
	t.groups++
	t.names = append(t.names, groupName{name, t.groups})
	return t.enter(at, t.groups, "(")
}

var flagLetters = map[byte]int{'i': flagI, 'm': flagM, 's': flagS, 'x': flagX, 'a': flagA, 'u': flagU}

// flagged reads (?:, (?i), which is of the whole pattern, or (?i-s:.
func (t *translator) flagged() error {
	at, rest := t.at, t.src[t.at+2:]
	n := 0
	for n < len(rest) && (flagLetters[rest[n]] != 0 || rest[n] == '-') {
		n++
	}
	letters, offLetters, minus := strings.Cut(rest[:n], "-")
	on, ok := flagsOf(letters)
	off, okOff := flagsOf(offLetters)
	group := strings.HasPrefix(rest[n:], ":")
	whole := strings.HasPrefix(rest[n:], ")") && on != 0 && !minus
	if !ok || !okOff || on&off != 0 || minus && (off == 0 || off&(flagA|flagU) != 0) || !group && !whole {
		return t.fail(at, "there are (?:…), (?P<name>…), (?#…), and the flags i, m, s, x and a", "unknown extension (?%.10s", rest)
	}
	if on&flagA != 0 && on&flagU != 0 {
		return t.fail(at, "", "ASCII and UNICODE flags are incompatible")
	}
	t.at += len("(?)") + n
	if whole {
		if t.out.Len() > 0 {
			return t.fail(at, "", "global flags not at the start of the expression")
		}
		t.now |= on
		t.flags |= on
		return nil
	}
	if err := t.enter(at, 0, ifElse(on&^t.now&flagI != 0, "(?i:", ifElse(off&flagI != 0, "(?-i:", "(?:"))); err != nil {
		return err
	}
	if on&flagU != 0 {
		off |= flagA
	}
	t.now = t.now&^off | on
	return nil
}

// flagsOf returns the flags that letters stand for.
func flagsOf(letters string) (flags int, ok bool) {
	for i := range len(letters) {
		f := flagLetters[letters[i]]
		if f == 0 {
			return 0, false
		}
		flags |= f
	}
	return flags, true
}

// repeat looks for *, +, ? or {m,n} here: how often, -1 for no end, and how many bytes
// say so; 0: none. A "{" that says nothing of the kind is a character as others are.
func (t *translator) repeat() (least, most, n int) {
	switch t.src[t.at] {
	case '*':
		return 0, -1, 1
	case '+':
		return 1, -1, 1
	case '?':
		return 0, 1, 1
	case '{':
		inside, _, ok := strings.Cut(t.src[t.at+1:], "}")
		lo, hi, comma := strings.Cut(inside, ",")
		if !ok || inside == "" || strings.Trim(lo+hi, "0123456789") != "" {
			return 0, 0, 0
		}
		least, most = times(lo, 0), times(hi, -1)
		if !comma {
			most = least
		}
		return least, most, len(inside) + 2
	}
	return 0, 0, 0
}

// times returns what digits say, or otherwise if there are none; no more than is too much.
func times(digits string, otherwise int) int {
	if digits == "" {
		return otherwise
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 2 * maxRepeat
	}
	return min(n, 2*maxRepeat)
}

// applyRepeat repeats what stands before.
func (t *translator) applyRepeat(least, most, n int) error {
	at := t.at
	t.at += n
	switch {
	case t.last == nothing || t.last == place:
		return t.fail(at, "", "nothing to repeat")
	case t.last == repeated:
		return t.fail(at, "", "multiple repeat")
	case max(least, most) > maxRepeat:
		return t.fail(at, fmt.Sprintf("RE2, which runs patterns here, repeats up to %d times", maxRepeat), "too many repeats")
	case most >= 0 && most < least:
		return t.fail(at, "", "min repeat greater than max repeat")
	}
	text := t.src[at:t.at]
	if text[0] == '{' {
		text = fmt.Sprintf("{%d,%d}", least, most)
		if most < 0 {
			text = fmt.Sprintf("{%d,}", least)
		}
	}
	if t.at < len(t.src) {
		switch t.src[t.at] {
		case '?':
			t.at++
			text += "?"
		case '+':
			return t.lacks(at, "a possessive repeat ("+t.src[at:t.at+1]+")", "it never tries anything twice")
		}
	}
	t.write(text, repeated)
	return nil
}
