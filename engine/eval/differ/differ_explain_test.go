package differ_test

import (
	"fmt"
	"regexp"
)

func (d *difference) explain() string {
	small := minimise(d.sample, func(s sample) bool {
		e, _ := differ(s)
		return e != nil && e.part == d.part && (d.part != "error" || e.key() == d.key())
	})
	e, _ := differ(small)
	if e == nil {
		e = d // it is different only sometimes
	}
	return fmt.Sprintf("%s\n%s--- %s\nwant %s\ngot  %s\n", d.key(), small, e.part, e.want, e.got)
}

var particular = regexp.MustCompile(`[0-9]+|"[^"]*"|\[[^\]]*\]; `)

// key is the same for differences that may have the same cause.
func (d *difference) key() string {
	want, got := particular.ReplaceAllString(d.want, "_"), particular.ReplaceAllString(d.got, "_")
	if want == got {
		return d.part + ": details of " + cut(want)
	}
	if i := common(want, got); i > 12 {
		want, got = want[i-12:], got[i-12:]
	}
	return d.part + ": want " + cut(want) + " got " + cut(got)
}

func common(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return i
}

func cut(s string) string { return s[:min(len(s), 40)] }
