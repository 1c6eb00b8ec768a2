package re_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/starlark-tg/tg/builtins/internal/cpython"
	"github.com/starlark-tg/tg/builtins/re"
	"github.com/starlark-tg/tg/builtins/threadgroup"
	startime "github.com/starlark-tg/tg/builtins/time"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/enginetest"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScripts(t *testing.T) {
	enginetest.Run(t, "testdata/*.star", threadgroup.Module(), startime.Module(), re.Module())
}

// patterns and texts are tried in all combinations.
var patterns = []string{
	`a`, `abc`, `a*`, `a+?`, `a*?`, `a??`, `|a`, `a|b|`, `(a)|b`, `(a)(b)?`, `((a)b)*`, `(a|ab)(c|bcd)(d*)`, `[a-c]+`, `[^a-c]+`,
	`^a`, `a$`, `^a$`, `^`, `$`, `\A`, `\Z`, `(?m)^`, `(?m)$`, `(?m)^\w+$`, `$\n`, `x$|\n$`, `\b`, `\bca`, `\w+`, `\W+`, `\d+`, `\D`, `\s+`, `\S+`,
	`\b\w+\b`, `a\B|\B.`, `é`, `(?i)É`, `(?i)ABC`, `(?i:A)b`, `(?a)\w+`, `(?a:\w)\w*`, `(?a)\bca`, `(?s).+`, `.+`, `(?x) a  b # comment`,
	`(?x)[ ]a\ b`, `[\w-]+`, `[\W_]+`, `[^\W\d]+`, `[]a]+`, `[^]a]+`, `[a\]]`, `[\b]`, `a{2}`, `a{,2}`, `a{1,}b`, `a{,}`, `a{x`, `{`, `a{}`, `}`, `]`,
	`(?P<x>a)(?P<y>b)?`, `(?:ab)+`, `(?:a*)*`, `(?:a*)+`, `(a|b)*?c`, `(?#note)a`, `\x61`, `\u0061b`, `\141`, `\0`, `\n`, `\.`, `\-`, `a.c`, `a\Zb`, `(?i)[a-c]+`,
	`(?i)straße`, `(?i)[^\W_]+`, `(?i)[\Wa]+`, `(?i)\W`, `(?u)é\b`, `(?u:\w)`, `\b\w+\b`, `\Bé`, `\w+$`, `a|$`, `\s*$`, `\s*?$`, `(a$|b)\n?`, `$(?:)`, `$*`, `(?-i)`, `(?i-i:a)`, `(?-a:a)`, `(?a)(?i)a`, `(?#x)(?i)a`, `(?i)[^a]`, `(?-i:a)`, `(?i-s:a.)`, `(?im)^B`, `(a+|b+)*`, `(?:a?){3}`, `()`, `(a)()`, `(a())`, `a|ab`, `\$\d+\.\d{2}`, `[+-]?\d+(\.\d*)?`,
	`[a-]`, `[-a]+`, `[\s\d]+`, `[\d-x]`,
	// What is wrong.
	`(`, `)`, `a**`, `*a`, `+`, `a{2}{3}`, `[a`, `[z-a]`, `\q`, `(?P<1>a)`, `(?P<a>b)(?P<a>c)`, `a(?i)b`, `^*`, `\b+`, `a{3,2}`, `(?P<a`, `(?z)a`, `\xg1`, `(?#`, `(*)`, `|*`,
	`(?`, `(?P`, `\`, `[\`, `(?i`, `(?-i)a`, `(?au:a)`, `[\w-a]`, `[a-\d]`, `\8`,
}

var texts = []string{
	"", "a", "abc", "aab", "abcd", "baac", "ab ab", "a\n", "a\nb\n", "xa\n\n", "x\n", "ca café cafés", "É é", "ABC abc", "a  b_c 12", "a b", "- a-b!_",
	"a]b", "\b", "a{x", "{}", "\x00", "$12.50 +3.", "straße STRASSE", "٣4 ３", "日本語 text", "\u00a0\u2003 \x1c", "ǅ K ſ", "aaaa", "xyz\r\n", "a.c a-c",
}

func TestCPython(t *testing.T) {
	var cases []string
	add := func(parts ...string) { cases = append(cases, strings.Join(parts, "")) }
	for _, p := range patterns {
		q := quote(p)
		for _, text := range texts {
			args := "(" + q + ", " + quote(text) + ")"
			if ascii(text) {
				add("[(m.span(), m.groups(), m.lastindex, m.lastgroup) for m in re.finditer", args, "]")
			}
			add("[re.findall", args, ", re.split", args, ", re.sub(", q, ", r'<\\g<0>>', ", quote(text), ")]")
			add("[m and m.group(0) for m in [re.match", args, ", re.fullmatch", args, ", re.search", args, "]]")
		}
	}
	cases = append(cases, others...)
	cases = append(cases, atRandom()...)
	cpython.Compare(t, "import re", cases, re.Module())
}

// atRandom returns cases that nobody has thought of.
func atRandom() []string {
	r := rand.New(rand.NewPCG(5, 6))
	pick := func(from []string, n int) string {
		var b strings.Builder
		for range r.IntN(n) {
			b.WriteString(from[r.IntN(len(from))])
		}
		return quote(b.String())
	}
	pieces := []string{
		"a", "b", ".", "[ab]", "[^a]", "(", ")", "(?:", ")", "*", "+", "?", "*?", "{1,2}", "|", "^", "$", `\b`, `\B`, `\w`, `\W`, `\s`, "é", "(?i:a)", `\Z`, "_", `\n`, `[^\W_]`, `[\W\d]`, "(?P<n>",
	}
	var cases []string
	for range 1500 {
		p, text := pick(pieces, 8), pick([]string{"a", "b", "A", " ", "\n", "é", "_", "ι", "7"}, 10)
		if possessive(p) || strings.Contains(p, "B") && text == `""` {
			continue // there are none; and Python has changed its mind about \B in an empty text
		}
		call := fmt.Sprintf("re.compile(%s, re.%s)", p, []string{"S", "I", "M", "A", "X"}[r.IntN(5)])
		cases = append(cases, fmt.Sprintf(`[[m.group(0) for m in %[1]s.finditer(%[2]s)], %[1]s.split(%[2]s), [m and m.groups() for m in [%[1]s.fullmatch(%[2]s), %[1]s.match(%[2]s)]]]`, call, text))
	}
	return cases
}

func possessive(p string) bool {
	return strings.Contains(p, "*+") || strings.Contains(p, "++") || strings.Contains(p, "?+") || strings.Contains(p, "}+")
}

var others = []string{
	`re.compile(r"(?P<x>a)(?P<y>b)?").groupindex`, `re.compile(r"(a)(?:b)(c)").groups`, `re.compile("(?i)a", re.M).flags`, `re.compile("a", re.A).flags`,
	`re.compile("a", re.X | re.S).flags`, `re.compile("a b", re.X).pattern`, `re.search("b", "ABC", re.I).span()`, `re.search("b", "ABC", flags=re.IGNORECASE).group()`,
	`re.findall("^a", "a\na", re.M)`, `re.findall("a.b", "a\nb", re.DOTALL)`, `re.sub("a", "b", "aaa", 2)`, `re.sub("a", "b", "aaa", count=1)`,
	`re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world")`, `re.sub(r"(?P<a>\w)", r"[\g<a>]", "xy")`, `re.sub("x*", "-", "abxd")`, `re.sub("a", r"\n\t\\", "a")`,
	`re.sub("a", r"\q", "a")`, `re.sub("a", r"\1", "a")`, `re.sub("a", r"\g<x>", "a")`, `re.sub("a", r"\g<0", "a")`, `re.sub("a", r"\0", "a")`, `re.sub("a", r"\101", "a")`,
	`re.sub("(a)", r"\g<1>0", "a")`, `re.sub("a", r"\.", "a")`, `re.sub("a", "\\", "a")`, `re.sub("(a)|(b)", r"<\1\2>", "ab")`, `re.sub("a", lambda m: m.group() * 2, "banana")`,
	`re.sub("(a)", r"\07", "a")`, `re.sub("a", r"\400", "a")`, `re.sub("a", "é", "aé")`, `re.sub("b*", "x", "")`, `re.sub("", "-", "aé")`,
	`re.split(r"[,;]\s*", "a, b;c")`, `re.split(r"([,;])", "a,b;c", maxsplit=1)`, `re.split("x", "axbxc", 1)`, `re.split("(a)|b", "1a2b3")`, `re.split("", "abc")`, `re.split(",", "")`,
	`re.escape("a.b*c[d]\\ é-#&~\n!\"%',/:;<=>@_` + "`" + `")`, `re.match("(a)(b)?", "a").groups("-")`, `re.match("(?P<x>a)(?P<y>b)?", "a").groupdict()`,
	`re.match("(?P<x>a)(?P<y>b)?", "a").groupdict("?")`, `re.match("(a)(b)", "ab").group(1, 2)`, `re.match("(a)(b)", "ab").group(0, 2, 1)`, `re.match("(?P<x>a)", "a")["x"]`, `re.match("(a)", "a")[1]`,
	`re.match("(a)", "a")[2]`, `re.match("(a)", "a").group("x")`, `re.match("(a)(b)?", "a").span(2)`, `re.match("(a)(b)?", "a").start(2)`, `re.match("(a)(b)?", "a").end("x")`, `re.match("(a)", "xa")`,
	`re.match("a(b)", "abc").expand(r"<\1>")`, `re.match("a(b)", "abc").string`, `re.compile("b").match("ab", 1).span()`, `re.compile("^b").match("ab", 1)`, `re.compile("b$").search("abc", 0, 2).span()`,
	`re.compile("a").findall("aaaa", 1, 3)`, `re.compile("a").search("aaaa", 9)`, `re.compile("").search("abc", 3).span()`, `re.compile("a").search("ba", -5).span()`, `re.compile("").search("abc", 2, 1)`,
	`[m.start() for m in re.compile("a").finditer("banana", 2)]`, `re.search(re.compile("a"), "ba").start()`, `re.compile(re.compile("a")).pattern`, `re.compile(re.compile("a"), re.I)`, `re.compile("a") == re.compile("a")`,
	`re.compile("a") == re.compile("a", re.I)`, `re.compile("a", re.A | re.U) if hasattr(re, "U") else fail()`, `bool(re.match("a", "a"))`, `re.compile(5)`, `re.search("a", 5)`,
	`re.search(r"(\d+)$", "exit 12\n").group(1)`, `re.fullmatch("a|ab", "ab").span()`, `re.fullmatch("a$", "a\n")`, `re.match("a$", "a\n").span()`, `re.findall(r"(?m)(\w+)=(\w*)", "a=1\nb=\n")`,
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 127 }) < 0
}

// quote writes a literal that is the same in both languages.
func quote(s string) string {
	r := strings.NewReplacer("\\", `\\`, "\"", `\"`, "\n", `\n`, "\r", `\r`, "\x00", `\x00`, "\b", `\b`, "\x1c", `\x1c`)
	return `"` + r.Replace(s) + `"`
}

// run runs a script that has some long texts.
func run(ctx context.Context, src string) error {
	vars := map[string]any{"long": strings.Repeat("ab", 1<<22), "many": strings.Repeat("a", 1<<22), "dots": strings.Repeat(".", 1<<22)}
	eng, err := engine.New(engine.Options{Modules: []engine.Module{threadgroup.Module(), startime.Module(), re.Module()}})
	if err != nil {
		return err
	}
	script, err := eng.Compile("test.star", []byte(src), "long", "many", "dots")
	if err != nil {
		return err
	}
	_, err = eng.Run(ctx, script, engine.Input{Vars: vars})
	return err
}

// Whatever is under way, it ends soon after it is told to.
func TestCancel(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it stops long work again and again")
	}
	for _, call := range []string{
		`re.search("(a+b+)+c", long)`, `re.search("c", long)`, `re.search("[cd]", long)`, `re.match("(?:ab)*c", long)`, `re.findall("a", long)`,
		`re.sub("a", "b", long)`, `re.sub("a", lambda m: "b", long)`, `re.split("a", long)`, `[m for m in re.finditer("c|d|b$", long)]`,
		`re.findall("(?:a{0,30}){0,30}b", many)`, `re.fullmatch("(?:a?){1000}b?", many)`, `re.escape(dots)`, `[re.compile("(?:a?){1000}" + str(i)) for i in range(100)]`,
		`re.findall("b*", many)`, `re.search(r"\bc", long + "é")`, `re.search("c$", long + "\n")`, `re.sub("", "-", many)`,
	} {
		t.Run(call, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			err := run(ctx, "while True:\n    "+call)
			late, _ := ctx.Deadline()
			t.Log(time.Since(late))
			require.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
			require.ErrorContains(t, err, "deadline exceeded")
			require.Less(t, time.Since(late), 5*time.Second) // it takes some 5 ms; machines are busy
		})
	}
}
