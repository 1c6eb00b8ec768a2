package format

import (
	"fmt"

	"github.com/starlark-tg/tg/engine/dialect"
)

// Source returns the text of a .star file as it should be laid out: every right file has one such
// text, and Source of that text is the text. It never blocks, and takes time linear in the length of src.
//
// The error is dialect.Problems if the file cannot be read. Any other one says that the new text
// would mean something else: its tokens, comments, blocks or syntax tree are not those of src. Then
// there is a mistake in this package.
func Source(name string, src []byte) ([]byte, error) {
	before, problems := dialect.Parse(name, src)
	if len(problems) > 0 {
		return nil, problems
	}
	text := layout(before.Tokens())
	after, problems := dialect.Parse(name, text)
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s: formatted, it could not be read: %w", name, problems[0])
	}
	if err := same(before, after); err != nil {
		return nil, fmt.Errorf("%s: formatted, it would mean something else: %w", name, err)
	}
	return text, nil
}

func layout(tokens []dialect.Token) []byte {
	lines := cut(tokens)
	setLevels(lines)
	setBlanks(lines)
	setRoles(lines)
	setIndents(lines)
	return text(lines)
}
