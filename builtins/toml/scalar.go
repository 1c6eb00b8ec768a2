package toml

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.starlark.net/starlark"
)

// What numbers and moments look like, compiled when the first is read. They never change.
var (
	integerText = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:[+-]?(?:0|[1-9](?:_?[0-9])*)|0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*)$`)
	})
	floatText = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[+-]?(?:inf|nan|(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?)$`)
	})
	momentText = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ]|$))?(?:([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)((?:\.[0-9]+)?)([Zz]|[+-][0-9]{2}:[0-9]{2})?)?$`)
	})
)

// shortened cuts what an error shows.
func shortened(s string) string {
	const long = 40
	if len(s) <= long {
		return s
	}
	return strings.ToValidUTF8(s[:long], "") + "…"
}

func integer(text string) (starlark.Value, error) {
	if !integerText().MatchString(text) {
		return nil, fmt.Errorf("%q is no int", shortened(text))
	}
	i, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 0, 64)
	if err != nil {
		return nil, fmt.Errorf("the int %s has more than 64 bits", shortened(text))
	}
	return starlark.MakeInt64(i), nil
}

func float(text string) (starlark.Value, error) {
	if !floatText().MatchString(text) {
		return nil, fmt.Errorf("%q is no float", shortened(text))
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	if err != nil && !math.IsInf(f, 0) {
		return nil, fmt.Errorf("%q is no float", shortened(text))
	}
	return starlark.Float(f), nil
}

// moment returns a date, a time or both as it is written, if there is such a one.
func moment(text string) (starlark.Value, error) {
	m := momentText().FindStringSubmatch(text)
	ok := m != nil && text != "" && m[1]+m[2] != "" && (m[4] == "" || m[1] != "") && (m[3] == "" || len(m[2]) == len(time.TimeOnly)) && !strings.ContainsAny(text[len(text)-1:], " Tt")
	if ok && m[1] != "" {
		_, err := time.Parse(time.DateOnly, m[1])
		ok = err == nil
	}
	if ok && m[2] != "" {
		_, err := time.Parse(time.TimeOnly[:len(m[2])], m[2]) // TOML 1.1 can do without seconds
		ok = err == nil
	}
	if ok && len(m[4]) > 1 {
		_, err := time.Parse("15:04", m[4][1:])
		ok = err == nil
	}
	if !ok {
		return nil, fmt.Errorf("%q is no date or time", shortened(text))
	}
	return starlark.String(text), nil
}
