package re

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// pieces are put together at random.
var pieces = []string{
	"a", "b", ".", "[ab]", "[^a]", "(", ")", "(?:", ")", "*", "+", "?", "*?", "??", "{2}", "{1,2}", "|", "^", "$", `\b`, `\B`, `\w`, "é", "(?i:a)", `\Z`, `\W`, "_", `\n`, `(?m:^)`,
}

func random(r *rand.Rand, from []string, n int) string {
	var b strings.Builder
	for range r.IntN(n) {
		b.WriteString(from[r.IntN(len(from))])
	}
	return b.String()
}

func goOn() error { return nil }

// All forms of a pattern find the same, and what Go finds where it speaks the same
// language.
func TestForms(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	compared := 0
	for range 4000 {
		src := random(r, pieces, 9)
		text := random(r, []string{"a", "b", "A", " ", "\n", "é", "_", "\xff"}, 12)
		p, err := compile(src, 0)
		if err != nil {
			continue
		}
		s, err := p.scan(text, nil)
		require.NoError(t, err)
		from := len(text)
		for range r.IntN(5) {
			_, n := utf8.DecodeLastRuneInString(text[:from])
			from -= n
		}
		for kind := range kinds {
			if kind == again && from == len(text) {
				continue // a walk has ended there
			}
			want, err := s.find(kind, from)
			require.NoError(t, err)
			if kind == again && want != nil {
				require.False(t, want[0] == from && want[1] == from, "%q in %q from %d", src, text, from)
			}
			big := *s
			big.program = &program{syntaxInfo: p.syntaxInfo, src: src, size: patience}
			for range 2 { // through a reader, and through a marker
				got, err := big.find(kind, from)
				require.NoError(t, err)
				require.Equal(t, want, got, "%q in %q from %d, %d, %v", src, text, from, kind, big.marked)
				big.marked = true
			}
		}
		g, err := regexp.Compile(src)
		if err != nil || strings.ContainsAny(src, `$\`) {
			continue
		}
		compared++
		got, err := s.find(first, 0)
		require.NoError(t, err)
		require.Equal(t, g.FindStringSubmatchIndex(text), got, "%q in %q", src, text)
	}
	require.Greater(t, compared, 300)
}

// A stopped search says so, wherever it was.
func TestStop(t *testing.T) {
	p, err := compile(`(\w+)\bx|c$`, 0)
	require.NoError(t, err)
	enough := errors.New("enough")
	for _, text := range []string{strings.Repeat("ab ", 1<<16), strings.Repeat("é ", 1<<16), strings.Repeat("a\n", 1<<16)} {
		for kind := range kinds {
			for at := range 2 {
				calls := 0
				s, err := p.scan(text, nil)
				require.NoError(t, err)
				s.stop = func() error {
					if calls++; calls == 3 {
						return enough
					}
					return nil
				}
				if _, err = s.find(kind, at*3); err != nil {
					require.ErrorIs(t, err, enough)
				} else {
					require.Less(t, calls, 3)
				}
			}
		}
	}
}

// The categories are what they say, within classes and without.
func TestCategories(t *testing.T) {
	is := map[string]func(r rune) bool{
		`\d`: func(r rune) bool { return unicode.Is(unicode.Nd, r) },
		`\s`: func(r rune) bool {
			return unicode.Is(unicode.Z, r) || r < 128 && strings.ContainsRune("\t\n\v\f\r\x1c\x1d\x1e\x1f ", r) || r == 0x85
		},
		`\w`: func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) },
	}
	for lower, want := range is {
		upper := strings.ToUpper(lower)
		for _, flags := range []string{"", "(?i)", "(?a)", "(?ai)"} {
			c := map[bool]*regexp.Regexp{}
			for i, src := range []string{lower, "[" + lower + "]", "[^" + upper + "]", "[^" + upper + "€]", upper, "[" + upper + "]", "[^" + lower + "]", "[" + upper + "€]"} {
				p, err := compile(flags+src, 0)
				require.NoError(t, err)
				re, err := p.form(whole)
				require.NoError(t, err)
				c[i < 4] = re
				for r := rune(0); r <= unicode.MaxRune; r++ {
					if r > 0x3000 && r%101 != 0 || !utf8.ValidRune(r) || r == '€' {
						continue
					}
					yes := want(r)
					if strings.Contains(flags, "a") {
						yes = yes && r < 128 && (lower != `\s` || r < 0x1c || r > 0x1f)
					}
					if re.MatchString(string(r)) != (yes == (i < 4)) {
						t.Fatalf("%s%s: %x", flags, src, r)
					}
				}
			}
		}
	}
}

// What is refused is refused soon, and so is what is as large as may be.
func TestLargest(t *testing.T) {
	for _, src := range []string{
		strings.Repeat("a", maxPattern), strings.Repeat("a", maxSize-10), strings.Repeat("a?", maxPattern/2), strings.Repeat("a|", maxPattern/2), strings.Repeat("a|", maxSize/2-10), "(?:a?){50000}", "(?:a{1000}){1000}",
		strings.Repeat("(?:", maxNesting) + strings.Repeat("){9}", maxNesting), strings.Repeat("()", maxPattern/2), strings.Repeat("[a-z]", maxPattern/5), strings.Repeat("((?i:a)*b|", maxNesting-1) + strings.Repeat(")*?c", maxNesting-1),
		`(?i)[\w\d]{900}`, strings.Repeat(`(?i:\W)`, 100), strings.Repeat(`\W`, 9000), strings.Repeat(`[\W\S]`, 8000), "(?:(?:a{99}){99}){99}", "a{99999999999999999999}", strings.Repeat("(a)", 3000) + "{9}", strings.Repeat("(?:a?b?){1000}", 2), strings.Repeat(`\w{1000}`, 4),
		strings.Repeat(`[^\U00010000-\U0010ffffa-z]`, 1000),
	} {
		start := time.Now()
		p, err := compile(src, 0)
		took := time.Since(start)
		t.Logf("%.40s: %v, %.90v", src, took, err)
		require.Less(t, took, 5*time.Second)
		if err != nil {
			continue
		}
		for f := range forms {
			start = time.Now()
			_, err := p.form(f)
			require.NoError(t, err)
			took = max(took, time.Since(start))
		}
		t.Logf("  size %d, forms %v", p.size, took)
	}
}

// Many tasks compile and use the same patterns, more than are kept.
func TestCacheHammer(t *testing.T) {
	c := &cache{patterns: map[cacheKey]*pattern{}}
	var tasks sync.WaitGroup
	for n := range 8 {
		tasks.Go(func() {
			for i := range 2000 {
				p, err := c.pattern(fmt.Sprintf(`a%d$`, (i+n)%(maxCached+50)), 0)
				if err != nil {
					panic(err)
				}
				s, _ := p.scan("xa1\n", nil)
				for kind := range kinds {
					if _, err := s.find(kind, 1); err != nil {
						panic(err)
					}
				}
			}
		})
	}
	tasks.Wait()
	require.LessOrEqual(t, len(c.patterns), maxCached)
	size := 0
	for _, p := range c.patterns {
		size += p.size
	}
	require.Equal(t, size, c.size)
	_, err := c.pattern(strings.Repeat("a", maxSize-10), 0)
	require.NoError(t, err)
	require.LessOrEqual(t, c.size, maxKept)
}

func FuzzCompile(f *testing.F) {
	for _, p := range pieces {
		f.Add(p, "aab é\n")
	}
	f.Fuzz(func(t *testing.T, src, text string) {
		p, err := compile(src, 0)
		if err != nil || p.size > 2000 || len(text) > 100 {
			return
		}
		s, err := p.scan(text, nil)
		require.NoError(t, err)
		for kind := range kinds {
			_, err := s.find(kind, 0)
			require.NoError(t, err, "what compiles has all forms")
		}
	})
}

func BenchmarkFind(b *testing.B) {
	line := "2026-01-02T03:04:05 host app[123]: user=alice status=200 took=12ms"
	big := strings.Repeat(line+"\n", 150_000) // 10 MB
	for _, c := range []struct{ name, src, text string }{
		{"line", `(\w+)=(\d+)`, line}, {"big", `status=(\d+)`, big}, {"class", `\d+ms`, big}, {"rare", `zzz\d`, big}, {"rareClass", `[xyz]zz\d`, big}, {"words", `\w+`, big},
		{"boundary", `\b\w+\b`, big}, {"marked", `\b\w+\b`, big + "é"}, {"empty", `\d*`, big[:100_000]}, {"dollar", `(\d+)ms$`, line + "\n"},
	} {
		b.Run(c.name, func(b *testing.B) {
			p, err := compile(c.src, 0)
			require.NoError(b, err)
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				s, _ := p.scan(c.text, nil)
				for w := (walk{scan: s}); ; {
					if caps, _ := w.step(); caps == nil {
						break
					}
				}
			}
		})
		b.Run(c.name+"/go", func(b *testing.B) {
			p := regexp.MustCompile(c.src)
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				p.FindAllStringSubmatchIndex(c.text, -1)
			}
		})
	}
}
