package universe

import (
	"math"
	"strconv"
	"strings"
)

const (
	defaultPrecision = 6  // of e, f, g and %
	reprDigits       = 16 // without type and precision, more digits before the point mean an exponent
)

// formatFloat renders x.
func formatFloat(x float64, spec string) (string, error) {
	f, err := parseSpec(spec, '>')
	if err != nil {
		return "", err
	}
	if err := f.checkSep(); err != nil {
		return "", err
	}
	if f.verb != 0 && !strings.ContainsRune("neEfFgG%", f.verb) {
		return "", unknownVerb(f.verb)
	}
	return f.float(x), nil
}

// float lays x out; the verb is one that floats have.
func (f *formatSpec) float(x float64) string {
	suffix := ""
	if f.verb == '%' {
		x, suffix = x*100, "%"
	}
	n := numeral{neg: math.Signbit(x)}
	switch abs := math.Abs(x); {
	case math.IsNaN(x):
		n.neg, n.rest = false, "nan"
	case math.IsInf(x, 0):
		n.rest = "inf"
	default:
		n.digits, n.rest = f.floatDigits(abs)
		if f.noNegZero && isZero(n) {
			n.neg = false
		}
	}
	if f.verb == 'E' || f.verb == 'F' || f.verb == 'G' {
		n.rest = strings.ToUpper(n.rest)
	}
	n.rest += suffix
	return f.number(n)
}

// isZero reports whether all digits written are zero.
func isZero(n numeral) bool {
	fraction, _, _ := strings.Cut(n.rest, "e")
	return !strings.ContainsAny(n.digits+fraction, "123456789")
}

// floatDigits writes abs, which is finite and not negative, as the verb says:
// its whole part and what follows.
func (f *formatSpec) floatDigits(abs float64) (digits, rest string) {
	precision := f.precision
	if precision < 0 {
		precision = defaultPrecision
	}
	switch f.verb {
	case 'f', 'F', '%':
		return f.split(strconv.FormatFloat(abs, 'f', precision, 64))
	case 'e', 'E':
		return f.split(strconv.FormatFloat(abs, 'e', precision, 64))
	}
	switch {
	case f.verb != 0:
		precision = max(precision, 1)
		return f.general(abs, precision, precision, false)
	case f.precision < 0:
		return f.general(abs, 0, reprDigits, true)
	}
	// As type g, but ".0" must find room, too, before an exponent is used.
	precision = max(precision, 1)
	return f.general(abs, precision, precision-1, true)
}

// split divides "12.34e+56" before the point, which '#' demands to be there.
func (f *formatSpec) split(s string) (digits, rest string) {
	i := strings.IndexAny(s, ".e")
	if i < 0 {
		i = len(s)
	}
	digits, rest = s[:i], s[i:]
	if f.alt && !strings.HasPrefix(rest, ".") {
		rest = "." + rest
	}
	return digits, rest
}

// general writes abs with so many significant digits, or with as few as
// identify it when they are 0: with an exponent if the number is below 1e-4 or
// has more than whole digits before the point. Zeros at the end of the fraction
// go unless '#' keeps them; pointZero writes ".0" for a fraction that is gone.
func (f *formatSpec) general(abs float64, significant, whole int, pointZero bool) (digits, rest string) {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(abs, 'e', significant-1, 64), "e")
	all := strings.Replace(mantissa, ".", "", 1)
	if !f.alt {
		all = all[:1] + strings.TrimRight(all[1:], "0")
	}
	exp, _ := strconv.Atoi(exponent) // of a float: within ±324
	point := exp + 1                 // digits of all before the point
	if point <= -4 || point > whole {
		return f.split(withPoint(all[:1], all[1:]) + "e" + exponent)
	}
	if point <= 0 {
		return "0", "." + strings.Repeat("0", -point) + all
	}
	if missing := point - len(all); missing > 0 {
		all += strings.Repeat("0", missing)
	}
	fraction := all[point:]
	if fraction == "" && pointZero {
		fraction = "0"
	}
	return f.split(withPoint(all[:point], fraction))
}

func withPoint(whole, fraction string) string {
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}
