package dialect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A wrong program is source and its problems: "line:col message [hint]", one a line.
type wrong struct{ src, want string }

func problemsOf(src string) string {
	_, problems := Parse("t.star", []byte(src))
	var lines []string
	for _, p := range problems {
		line := fmt.Sprintf("%d:%d %s", p.Pos.Line, p.Pos.Col, p.Msg)
		if p.Hint != "" {
			line += " [" + p.Hint + "]"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestProblems(t *testing.T) {
	for name, cases := range map[string][]wrong{
		"PythonThatStarlarkDoesNotHave": pythonThatStarlarkDoesNotHave(),
		"DecoratorProblems":             decoratorProblems(),
		"AssertProblems":                assertProblems(),
		"FStringProblems":               fStringProblems(),
		"OtherProblems":                 otherProblems(),
	} {
		for _, c := range cases {
			t.Run(name+"/"+c.src, func(t *testing.T) { require.Equal(t, c.want, problemsOf(c.src)) })
		}
	}
}
