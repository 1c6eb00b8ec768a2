package main

import (
	"regexp"
	"strings"
	"sync"
)

// whole reports whether what was typed is ready to run: no bracket and no string of several
// lines is open, no line goes on behind a "\", and a block has ended in an empty line.
func whole(src string) bool {
	open, continued := unfinished(src)
	if open || continued {
		return false
	}
	if !block().MatchString(src) {
		return true
	}
	lines := strings.Split(strings.TrimSuffix(src, "\n"), "\n")
	return len(lines) > 1 && strings.TrimSpace(lines[len(lines)-1]) == ""
}

// block is how a statement begins that has a block, at the beginning of a line.
var block = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^(?:@|(?:def|for|while|if)\b)`) })

// unfinished reports whether the text ends within a bracket or a long string, or in a line
// that goes on.
func unfinished(src string) (open, continued bool) {
	depth := 0
	for i := 0; i < len(src); i++ {
		switch c := src[i]; {
		case c == '#':
			for i+1 < len(src) && src[i+1] != '\n' {
				i++
			}
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		case c == '\\' && strings.TrimRight(src[i:], "\n") == `\`:
			return false, true
		case c == '"' || c == '\'':
			end, ok := closing(src, i)
			if !ok {
				return true, false
			}
			i = end
		}
	}
	return depth > 0, false
}

// closing returns the last byte of the string that begins at i. A string of one line that
// is not closed ends there: the parser says so.
func closing(src string, i int) (end int, ok bool) {
	quote := src[i : i+1]
	long := strings.HasPrefix(src[i:], strings.Repeat(quote, 3))
	if long {
		quote = strings.Repeat(quote, 3)
	}
	raw := i > 0 && (src[i-1] == 'r' || src[i-1] == 'R')
	for j := i + len(quote); j < len(src); j++ {
		switch {
		case src[j] == '\\' && (!raw || j+1 < len(src)):
			j++
		case strings.HasPrefix(src[j:], quote):
			return j + len(quote) - 1, true
		case src[j] == '\n' && !long:
			return j, true
		}
	}
	return 0, false
}
