package differ_test

import (
	"fmt"
	"strings"
)

// special are holes that take one of some texts.
var special = map[kind][]string{
	"J": {"1", "2", "3", "5", "7"},                                                                              // counts, divisors
	"Z": {"1", "2", "3", "7", "-1", "-2", "-3"},                                                                 // steps
	"M": {"0", "1", "2", "3", "-1", "2147483648", "-4611686018427387904", "9223372036854775807", "1.5", "-0.0"}, // factors that make nothing huge
	"H": {"(1 << 511 << 511 << 511)", "(-1 << 511 << 511 << 511)"},                                              // too much for a float
	"C": {`"a"`, `"Z"`, `"é"`, `"日"`, `" "`},                                                                    // one character
	"S": {`"a"`, `","`, `" "`, `"l"`, `"ab"`, `"é"`, `"-"`},                                                     // not empty
	"W": {`"a"`, `"b"`, `"c"`},                                                                                  // names
}

// literals of a kind; "$" holes are filled.
var literals = parseTables(map[kind]string{
	"j": `0 ; 1 ; 2 ; 3 ; 4 ; 5 ; 7 ; -1 ; -2`,
	"i": `0 ; 1 ; 2 ; 3 ; 4 ; 5 ; 7 ; 10 ; 100 ; -1 ; -2 ; -3 ; 0x1f ; 0o17 ; 0b101`,
	"n": `0 ; 1 ; 2 ; 3 ; -1 ; 42 ; @border ; @border`,
	"I": `0 ; 1 ; 2 ; 3 ; -1 ; 42 ; @border ; @border`,
	"f": `0.0 ; 1.5 ; -2.5 ; 3.0 ; 1e10 ; @float ; @float`,
	"F": `0.0 ; 1.5 ; -2.5 ; 3.0 ; 1e10 ; @float ; @float`,
	"b": `True ; False`, "o": `None`,
	"s": `"" ; "a" ; "b" ; "abc" ; "Hello World" ; "héllo" ; "日本語" ; "a,b,,c" ; "  x y " ; "12" ; "-0x1F" ; "1.5" ; "line\nline\r\n"
		'q"uo\'te' ; r"\d" ; "ab\tcd"`,
	"y": `b"" ; b"abc" ; b"\xff\x00" ; b"é" ; b"a"`,
	"l": `[] ; [1, 2, 3] ; [3, 1, 2] ; [$n, $n] ; [$i] ; [0, -1, 5, 2, 2]`,
	"m": `[] ; ["a", "b"] ; [$s, $s] ; ["b", "a", "C", ""]`,
	"L": `[] ; [$x] ; [$x, $x] ; [1, "a", None, 2.5] ; [[1, 2], [3, 4]] ; [(1, "a"), (2, "b")]`,
	"t": `() ; ($x,) ; ($x, $x) ; (1, "a", None) ; ((1, 2), 3)`,
	"d": `{} ; {"a": $n} ; {"a": $n, "b": $n} ; {"b": 1, "a": 2, "c": 3}`,
	"D": `{} ; {$k: $x} ; {1: "a", 2: "b", "c": None} ; {(1, 2): 3, 1.0: 4} ; {$W: $x, 1: $x}`,
	"e": `set() ; set([1, 2, 3]) ; set([$n, $n]) ; set([3, 2.0, 1])`,
	"r": `range(0) ; range(3) ; range(1, 5) ; range(5, 0, -2) ; range(-3, 4, 3) ; range(2147483646, 2147483649) ; range(0, 1 << 62, 1 << 60)
		range(3, -9223372036854775807, -(1 << 62))`,
	"c": `len ; str ; type ; repr ; bool ; list ; abs ; @lambda ; @lambda`,
	"g": `@lambda ; print ; max ; dict`,
	"h": `box($i) ; box(0) ; box(3)`,
	"q": `row($x, $x) ; row(1, 2, 3) ; row()`,
	"w": `table(a = $n) ; table(a = 1, b = 2)`,
	"a": `bag($n, $n) ; bag(3, 1, 2) ; bag()`,
})

// borders of the ways in which ints are kept.
var borders = strings.Fields(`2147483647 -2147483648 2147483648 -2147483649 4294967295 4294967296
	9007199254740991 9007199254740993 4611686018427387904 -4611686018427387904
	9223372036854775807 -9223372036854775808 9223372036854775808 -9223372036854775809
	18446744073709551615 18446744073709551616 100000000000000000000 -100000000000000000000
	3037000500 65535 -7 255 1000000007 0xffffffff 0x8000000000000000`)

var floats = []string{
	"-0.0", `float("nan")`, `float("inf")`, `float("-inf")`, "1e308", "-1e308", "5e-324", "0.1", "9007199254740993.0",
	"9223372036854775807.0", "1e19", ".5", "2147483648.0", "1e100", "123456789.125",
}

func (g *gen) literal(k kind) text {
	switch k {
	case "x", "k", "v", "u", "N":
		return g.literal(string(pick(g.choices, []byte(oneOf[k]))))
	}
	list := literals[k]
	if len(list) == 0 {
		panic(fmt.Sprintf("no literals of kind %q", k))
	}
	return g.expand(pick(g.choices, list), 0)
}

// oneOf are the kinds of which a general kind is one.
var oneOf = map[kind]string{"x": concrete, "k": "nnsssbfy", "v": "lmLtdDerqa", "u": "nif", "N": "IIF"}

func border(g *gen, _ int) text {
	s := pick(g.choices, borders)
	return text{s, s[0] == '-'}
}

func float(g *gen, _ int) text {
	s := pick(g.choices, floats)
	return text{s, s[0] == '-'}
}
