package universe

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.starlark.net/starlark"
)

// numeral is a number written down, before sign, grouping and padding.
type numeral struct {
	neg    bool
	prefix string // "0x" and the like, between sign and digits
	digits string // of the whole part, which is grouped and zero-filled; "" for inf and nan
	rest   string // everything after them
}

// number lays a numeral out. Zeros that fill the width are digits like the
// others: they are grouped, and where a separator would come first, one more
// zero does, which makes the field one longer than asked.
func (f *formatSpec) number(n numeral) string {
	prefix := n.prefix
	switch {
	case n.neg:
		prefix = "-" + prefix
	case f.sign == '+' || f.sign == ' ':
		prefix = string(f.sign) + prefix
	}
	if n.digits == "" {
		return f.pad(prefix, n.rest)
	}
	width := 0
	if f.fill == "0" && f.align == '=' {
		width = f.width - len(prefix) - utf8.RuneCountInString(n.rest)
	}
	return f.pad(prefix, f.group(n.digits, width)+n.rest)
}

// group puts separators into digits and zeros before them until the whole is
// at least width long.
func (f *formatSpec) group(digits string, width int) string {
	size := 3
	switch {
	case f.sep == 0:
		return strings.Repeat("0", max(0, width-len(digits))) + digits
	case strings.ContainsRune("boxX", f.verb) && f.verb != 0:
		size = 4
	}
	// The least count of digits that, with its (count-1)/size separators, is
	// at least width long.
	count := max(len(digits), width-(width-1)/(size+1))
	zeros := count - len(digits)
	var b strings.Builder
	for i := range count {
		if i > 0 && (count-i)%size == 0 {
			b.WriteByte(f.sep)
		}
		if i < zeros {
			b.WriteByte('0')
		} else {
			b.WriteByte(digits[i-zeros])
		}
	}
	return b.String()
}

// formatInt renders i. Types e, f, g and % render float(i).
func formatInt(i starlark.Int, spec string) (string, error) {
	f, err := parseSpec(spec, '>')
	if err != nil {
		return "", err
	}
	if err := f.checkSep(); err != nil {
		return "", err
	}
	switch f.verb {
	case 'e', 'E', 'f', 'F', 'g', 'G', '%':
		x := float64(i.Float())
		if math.IsInf(x, 0) {
			return "", errors.New("int too large to convert to float")
		}
		return f.float(x), nil
	}
	base, prefix := 10, ""
	switch f.verb {
	case 0, 'd', 'n', 'c':
	case 'b':
		base, prefix = 2, "0b"
	case 'o':
		base, prefix = 8, "0o"
	case 'x', 'X':
		base, prefix = 16, "0x"
	default:
		return "", unknownVerb(f.verb)
	}
	if f.precision >= 0 {
		return "", errors.New("a precision is not allowed for an int")
	}
	if f.noNegZero {
		return "", errors.New(`"z" is not allowed for an int`)
	}
	if f.verb == 'c' {
		return f.char(i)
	}
	n := numeral{neg: i.Sign() < 0, digits: strings.TrimPrefix(intText(i, base), "-")}
	if f.alt {
		n.prefix = prefix
	}
	if f.verb == 'X' {
		n.prefix, n.digits = strings.ToUpper(n.prefix), strings.ToUpper(n.digits)
	}
	return f.number(n), nil
}

func intText(i starlark.Int, base int) string {
	if n, ok := i.Int64(); ok {
		return strconv.FormatInt(n, base)
	}
	return i.BigInt().Text(base)
}

// char renders the character with code point i.
func (f *formatSpec) char(i starlark.Int) (string, error) {
	if f.sign != 0 {
		return "", errors.New(`a sign is not allowed with type "c"`)
	}
	if f.alt {
		return "", errors.New(`"#" is not allowed with type "c"`)
	}
	n, ok := i.Int64()
	if !ok || n < 0 || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
		return "", fmt.Errorf("%s is not the code point of a character", i)
	}
	return f.pad("", string(rune(n))), nil
}
