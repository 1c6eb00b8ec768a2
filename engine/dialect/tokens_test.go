package dialect

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func tokensOf(src string) []Token {
	f, _ := Parse("t.star", []byte(src))
	return f.Tokens()
}

func TestTokens(t *testing.T) {
	require.Empty(t, tokensOf(""))
	require.Equal(t, []Token{
		{Operator, "", "@"}, {Word, "", "d"}, {Comment, "  ", "# why"}, {Newline, "", "\n"},
		{Word, "", "def"}, {Word, " ", "f"}, {Opener, "", "("}, {Newline, "", "\n"}, {Closer, "", ")"}, {Operator, "", ":"}, {Newline, "", "\n"},
		{Word, "\t", "return"}, {String, " ", `rf"{f'{x:{w}}'}"`}, {Operator, " ", "+"}, {Number, " \\\n", "1.5"}, {Newline, "", "\n"},
		{String, "", "'''a\n#'''"}, {Comment, "", "#é"},
	}, tokensOf("\ufeff@d  # why\r\ndef f(\n):\n\treturn rf\"{f'{x:{w}}'}\" + \\\n1.5\n'''a\n#'''#é"))
}

// Nothing is lost, whatever the file is.
func TestTokensJoined(t *testing.T) {
	for _, src := range append(corpus(t), "f'", "f'{", "f'{x", "x \\\n", "'''", "(", "#", " # \n", "\\\n#\n") {
		text := string(normalise([]byte(src)))
		var b strings.Builder
		for _, token := range tokensOf(src) {
			b.WriteString(token.Before + token.Text)
		}
		rest, ok := strings.CutPrefix(text, b.String())
		require.True(t, ok, src)
		require.Empty(t, strings.Trim(rest, " \t\\\n"), src)
	}
}
