package threadgroup

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
)

// units are the seconds of the units that a rate may have.
var units = map[string]float64{"s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60}

// unitNames are other names that users may give them.
var unitNames = map[string]string{
	"s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
	"m": "m", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
	"h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
	"d": "d", "day": "d", "days": "d",
}

// setRate takes a rate such as "10/s", or a number: so many per second.
func (l *limiter) setRate(v starlark.Value) (err error) {
	if text, ok := starlark.AsString(v); ok {
		l.Rate, err = parseRate(text)
		return err
	}
	f, ok := starlark.AsFloat(v)
	if !ok {
		return fmt.Errorf(`must be such as "10/s" or "100/m", not %s`, v.Type())
	}
	l.Rate, err = positive(f, 1, v.String())
	return err
}

// parseRate returns how many per second a rate such as "10/s" is.
func parseRate(text string) (float64, error) {
	number, unit, _ := strings.Cut(text, "/")
	f, ok := plainNumber(number)
	per := units[unit]
	if ok && per > 0 {
		return positive(f, per, strconv.Quote(text))
	}
	err := fmt.Errorf(`must be such as "10/s" or "100/m", not %s`, shortQuote(text))
	if near := nearRate(text); near != "" {
		err = fmt.Errorf("%w; use %q", err, near)
	}
	return 0, err
}

// plainNumber reads what consists of digits and at most one point.
func plainNumber(s string) (float64, bool) {
	if strings.Trim(s, "0123456789.") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

// positive returns how many per second n in so many seconds are.
func positive(n, seconds float64, text string) (float64, error) {
	switch rate := n / seconds; {
	case !(n > 0): // nan too
		return 0, fmt.Errorf("must be greater than 0, not %s", text)
	case rate == 0 || math.IsInf(rate, 1):
		return 0, errors.New("is out of range")
	default:
		return rate, nil
	}
}

// nearRate returns the rate that the user may have meant, or "".
func nearRate(text string) string {
	text = strings.ToLower(strings.ReplaceAll(text, " ", ""))
	number, unit, ok := strings.Cut(text, "/")
	if !ok {
		if number, unit, ok = strings.Cut(text, "per"); !ok {
			unit = "s" // "10"
		}
	}
	name := strings.TrimLeft(unit, "0123456789.") // of "10/2s"
	n, ok := plainNumber(number)
	if !ok || unitNames[name] == "" {
		return ""
	}
	if every := strings.TrimSuffix(unit, name); every != "" {
		k, ok := plainNumber(every)
		if !ok || k == 0 {
			return ""
		}
		number = strconv.FormatFloat(n/k, 'f', -1, 64)
	}
	near := number + "/" + unitNames[name]
	if _, err := parseRate(near); err != nil || len(near) > 30 {
		return ""
	}
	return near
}

// shortQuote quotes a text of which only the beginning matters.
func shortQuote(s string) string {
	if len(s) > 50 {
		return strconv.Quote(s[:50]) + "…"
	}
	return strconv.Quote(s)
}

// setLimit takes the option limit=: a rate, a limiter(…), or a list of them.
func setLimit(o *options, v starlark.Value) error {
	o.limit = nil
	var list starlark.Indexable
	switch v := v.(type) {
	case *starlark.List:
		list = v
	case starlark.Tuple:
		list = v
	default:
		return o.addLimit(v)
	}
	for i := range list.Len() {
		if err := o.addLimit(list.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func (o *options) addLimit(v starlark.Value) error {
	switch v := v.(type) {
	case *limiter:
		o.limit = append(o.limit, v)
		return nil
	case starlark.String:
		l := &limiter{text: v.String()}
		o.limit = append(o.limit, l)
		return l.setRate(v)
	case starlark.Int, starlark.Float:
		return fmt.Errorf(`must be such as "10/s", or a limiter(…), not %s; how many tasks run at once is max_workers`, v.Type())
	}
	return fmt.Errorf(`must be such as "10/s", a limiter(…), or a list of them, not %s`, v.Type())
}
