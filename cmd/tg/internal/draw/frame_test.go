package draw

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.starlark.net/syntax"
)

func TestWindow(t *testing.T) {
	long := strings.Repeat("0123456789", 50)
	for _, test := range []struct {
		name, line            string
		from, to              int
		before, marked, after string
	}{
		{"within", "a = b + c", 4, 9, "a = ", "b + c", ""},
		{"whole", "abc", 0, 3, "", "abc", ""},
		{"at the end", "abc", 3, 4, "abc", "", ""},
		{"empty line", "", 0, 1, "", "", ""},
		{"tab", "\tx\ty", 1, 2, " ", "x", " y"},
		{"orders to the terminal", "a\x1b[1m\x07\u202e\u009b", 1, 2, "a", "\ufffd", "[1m\ufffd\ufffd\ufffd"},
		{"runes", "äöü", 1, 2, "ä", "ö", "ü"},
		{"as long as may be", long[:maxLine], 2, 4, "01", "23", long[4:maxLine]},
		{"long, at the start", long, 0, 2, "", "01", long[2:maxLine] + "…"},
		{"long, in the middle", long, 200, 202, "…" + long[160:200], "01", long[202:320] + "…"},
		{"long, at the end", long, 498, 500, "…" + long[340:498], "89", ""},
		{"long, behind the end", long, 500, 501, "…" + long[340:], "", ""},
		{"long mark", long, 10, 490, long[:10], long[10:maxLine], "…"},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, marked, after := window([]rune(test.line), test.from, test.to)
			require.Equal(t, []string{test.before, test.marked, test.after}, []string{before, marked, after})
		})
	}
}

// TestWindowAlways: whatever is marked, what is shown has a bounded length.
func TestWindowAlways(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		line := []rune(strings.Repeat("x", r.IntN(3*maxLine)))
		from := r.IntN(len(line) + 1)
		to := from + r.IntN(2*maxLine)
		before, marked, after := window(line, from, to)
		require.LessOrEqual(t, utf8.RuneCountInString(before+marked+after), maxLine+2)
		if from < len(line) && to > from {
			require.NotEmpty(t, marked, "%d %d %d", len(line), from, to)
		}
	}
}

func TestColumns(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "é": 1, "e\u0301": 1, "日本": 4, "한": 2, "🎉": 2, "a\u200db": 2, "ﾊ": 1, "…": 1} {
		require.Equal(t, want, Columns(text), "%q", text)
	}
}

func TestWordEnd(t *testing.T) {
	file := "x.star"
	end := func(line string, col int32) int32 {
		p := wordEnd(syntax.MakePosition(&file, 1, col), line)
		if !p.IsValid() {
			return 0
		}
		return p.Col
	}
	require.EqualValues(t, 4, end("abc = 1", 1))
	require.EqualValues(t, 8, end("x = é_12", 5)-1)
	require.EqualValues(t, 0, end("x = )", 5))
	require.EqualValues(t, 0, end("x", 2))
	require.EqualValues(t, 0, end("", 1))
	require.EqualValues(t, 0, end("x", 9))
}

// TestFrameAlways: positions that do not fit the text are drawn somehow.
func TestFrameAlways(t *testing.T) {
	file := "x.star"
	at := func(line, col int32) syntax.Position { return syntax.MakePosition(&file, line, col) }
	for _, start := range []syntax.Position{{}, at(0, 0), at(1, 0), at(1, 1), at(1, 99), at(-1, -1)} {
		for _, end := range []syntax.Position{{}, at(0, 0), at(1, 0), at(1, 1), at(1, 99), at(2, 1)} {
			for _, text := range []string{"", "x", "x = 1", strings.Repeat("y", 500)} {
				d := &drawing{gutter: 1}
				d.frame(at(1, 1), start, end, text)
				require.True(t, strings.HasPrefix(d.String(), " --> x.star:1:1\n"))
			}
		}
	}
}
