package live

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/stretchr/testify/require"
)

// A terminal shows what is written to it, as far as a screen makes use of it. Lines that are
// longer than it is wide are wrapped, and wrapped anew when it is made narrower.
type terminal struct {
	width int
	lines []string // as written, each with its newline; the last one is under way
}

func (v *terminal) Write(b []byte) (int, error) {
	text := string(b)
	for text != "" {
		if rest, ok := strings.CutPrefix(text, "\x1b["); ok {
			var n int
			if k, _ := fmt.Sscanf(rest, "%dA\r\x1b[J", &n); k == 1 {
				v.up(n)
				text = rest[strings.Index(rest, "J")+1:]
				continue
			}
			panic("what is " + rest)
		}
		if len(v.lines) == 0 || strings.HasSuffix(v.lines[len(v.lines)-1], "\n") {
			v.lines = append(v.lines, "")
		}
		line, rest, newline := strings.Cut(text, "\n")
		if newline {
			line += "\n"
		}
		v.lines[len(v.lines)-1] += line
		text = rest
	}
	return len(b), nil
}

// up goes up n rows, and takes away what is below.
func (v *terminal) up(n int) {
	for n > 0 {
		last := strings.TrimSuffix(v.lines[len(v.lines)-1], "\n")
		v.lines = v.lines[:len(v.lines)-1]
		n -= 1 + max(0, draw.Columns(last)-1)/v.width
	}
	if n < 0 {
		panic("it went into a line")
	}
}

func (v *terminal) String() string { return strings.Join(v.lines, "") }

// Whatever is written in whatever pieces, all of it stands above the status, once.
func TestScreen(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		v := &terminal{width: 80}
		var status []string
		s := &screen{to: v, size: func() (int, int) { return v.width, 24 }, status: func(width, _ int) []string {
			var fitting []string
			for _, line := range status {
				fitting = append(fitting, line[:min(len(line), width)])
			}
			return fitting
		}}
		out, errs := s.over(v), s.over(v)
		var want strings.Builder
		for range 40 {
			switch r.IntN(6) {
			case 0:
				s.tick()
			case 1:
				v.width = max(20, v.width-r.IntN(20))
			case 2:
				status = nil
				for i := range r.IntN(4) {
					status = append(status, strings.Repeat(fmt.Sprint(i), 10+r.IntN(100)))
				}
			case 3:
				s.drawn = time.Time{} // it is long ago
			default:
				w := []io.Writer{out, errs}[r.IntN(2)]
				text := strings.Repeat("x", r.IntN(30)) + []string{"\n", "\n\n", "\nmore\n", " begun, "}[r.IntN(4)]
				want.WriteString(text)
				_, err := io.WriteString(w, text)
				require.NoError(t, err)
			}
			require.True(t, strings.HasPrefix(v.String(), want.String()), "seed %d", seed)
		}
		s.close()
		s.tick()
		require.Equal(t, want.String(), v.String())
	}
}

func TestScreenHammer(t *testing.T) {
	v := &terminal{width: 80}
	s := &screen{to: v, size: func() (int, int) { return 80, 24 }, status: func(int, int) []string { return []string{"status"} }}
	var wg sync.WaitGroup
	for i := range 8 {
		w := s.over(v)
		wg.Go(func() {
			for k := range 200 {
				fmt.Fprintf(w, "%d-%d\n", i, k)
				if k%10 == 0 {
					s.tick()
				}
			}
		})
	}
	wg.Wait()
	s.close()
	require.Len(t, strings.Fields(v.String()), 1600)
}

func TestBare(t *testing.T) {
	for text, want := range map[string]string{"": "", "a": "a", "\x1b[31ma\x1b[0m b": "a b", "\x1b[1;31ma": "a", "a\x1b[": "a"} {
		require.Equal(t, want, bare(text))
	}
}
