package format_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/stretchr/testify/require"
)

// shaken returns a right file with other blanks, line breaks in brackets, blank lines and comments.
func shaken(r *rand.Rand, src string) string {
	file, _ := dialect.Parse("t.star", []byte(src))
	var b strings.Builder
	depth, first := 0, true
	for _, t := range file.Tokens() {
		switch {
		case t.Kind == dialect.Closer:
			depth--
		case t.Kind == dialect.Newline && depth == 0:
			b.WriteString(oneOf(r, "", " ", "\t ", "#c", " # c "))
			b.WriteString(oneOf(r, "\n", "\n\n", "\n \n\n\n", "\n\\\n\n", "\n#c\n", "\n  #c\n\n"))
			first = true
			continue
		}
		switch {
		case t.Kind == dialect.Comment: // only those that are added
			continue
		case first:
			b.WriteString(t.Before)
		case depth > 0:
			b.WriteString(blank(t) + oneOf(r, "", "", " ", "\t", "\n", "\n\n   ", "  #c\n ", "\n\n  # c\n\n\n\t", " \\\n  "))
		default:
			b.WriteString(blank(t) + oneOf(r, "", "", "", " ", "\t", "   ", "\\\n", " \\\n\\\n\t\t"))
		}
		first = t.Kind == dialect.Newline && first
		b.WriteString(t.Text)
		if t.Kind == dialect.Opener {
			depth++
		}
	}
	return b.String()
}

// blank keeps words apart.
func blank(t dialect.Token) string {
	if t.Before != "" {
		return " "
	}
	return ""
}

func oneOf(r *rand.Rand, texts ...string) string { return texts[r.IntN(len(texts))] }

// What an author may do to the layout of a file does not matter.
func TestShaken(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	right := 0
	for _, dir := range []string{root, starlarkDir()} {
		all := chunks(t, dir)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			for range 3 {
				text := shaken(r, all[name])
				if _, problems := dialect.Parse(name, []byte(text)); len(problems) > 0 {
					continue // such as a comment in the middle of a decorator
				}
				right++
				formatted(t, text)
			}
		}
	}
	require.Greater(t, right, 3000)
}
