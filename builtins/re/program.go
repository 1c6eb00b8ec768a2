package re

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"sync/atomic"
)

// A program is a compiled pattern. It is immutable, but for forms that are compiled when
// they are first needed.
type program struct {
	syntaxInfo
	src   string
	size  int // about how many instructions it has
	forms [forms]atomic.Pointer[regexp.Regexp]
}

// A form is a way to ask for a match: a kind, and perhaps middle and marked.
type form uint8

const (
	first form = iota // the first match from here on
	again             // the same, but not an empty one here, where there was one; always marked
	only              // the match that begins here
	whole             // the one that also ends where the text does
	kinds

	middle form = kinds     // a character stands before the place to begin at
	marked form = kinds * 2 // the text comes through a marker
	forms       = kinds * 4
)

// maxSize bounds the instructions that a pattern becomes. Each takes some 10 ns a
// character in the worst case.
const maxSize = 10_000

// maxPlain is the size from which on a form may be refused although the plain one is not.
// Go's bound is 1000 nested expressions, an alternative nests by what it has in common with
// the one before, and a marked form has some five expressions for each.
const maxPlain = 100

// compile makes a program.
func compile(src string, flags int) (*program, error) {
	text, info, err := translate(src, flags, false)
	if err != nil {
		return nil, err
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, explain(err)
	}
	p := &program{src: src, syntaxInfo: info, size: sizeOf(tree)}
	if p.size > maxSize || p.size*(p.groups+1) > 40*maxSize {
		return nil, errors.New("the pattern is too large: it is too long or repeats too much")
	}
	if p.size > maxPlain {
		if _, err := p.form(again | middle | marked); err != nil {
			return nil, err
		}
	}
	_, err = p.form(first)
	return p, err
}

// explain returns an error of Go's in words for who has not seen the translation.
func explain(err error) error {
	var e *syntax.Error
	if errors.As(err, &e) && e.Code == syntax.ErrInvalidRepeatSize {
		return fmt.Errorf("repeats within repeats come to more than %d times: RE2, which runs patterns here, does no more", maxRepeat)
	}
	return fmt.Errorf("the pattern is too large (%w)", err)
}

// sizeOf tells about how many instructions a tree becomes; no more than a little over
// maxSize.
func sizeOf(re *syntax.Regexp) int {
	n := 1
	if re.Op == syntax.OpLiteral {
		n = len(re.Rune)
	}
	for _, sub := range re.Sub {
		n = min(n+sizeOf(sub), 2*maxSize)
	}
	if re.Op == syntax.OpRepeat {
		n = min(n*max(re.Min+1, re.Max), 2*maxSize)
	}
	return n
}

// form returns the regexp of a form. Its first group is the match.
func (p *program) form(f form) (*regexp.Regexp, error) {
	if re := p.forms[f].Load(); re != nil {
		return re, nil
	}
	body, _, err := translate(p.src, p.flags&^flagU, f >= marked)
	if err != nil {
		return nil, err
	}
	kind, character := f%kinds, `(?s:.)`
	if f >= marked {
		character = `(?s:....)`
	}
	head, tail := "", ""
	if f != first {
		head = `\A`
	}
	if f/middle%2 == 1 {
		head += character
	}
	if kind <= again && f != first {
		head += `(?:` + character + `)*?`
	}
	switch kind {
	case again:
		tail = `(?:(?s:.)[^` + string(notHere) + `]|\z)`
	case whole:
		tail = `\z`
	}
	re, err := regexp.Compile(head + "(" + body + ")" + tail)
	if err != nil {
		return nil, explain(err)
	}
	p.forms[f].Store(re)
	return re, nil
}
