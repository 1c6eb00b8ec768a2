// Package draw writes for people: errors with the lines of source that they are about, in
// colour or without, and text of scripts so that it gives no orders to a terminal.
package draw

import (
	"io"
	"os"

	"golang.org/x/term"
)

// A Paint colours text, or leaves it as it is.
type Paint bool

// NewPaint decides: --color > NO_COLOR > FORCE_COLOR > terminal and TERM≠dumb.
func NewPaint(mode string, w io.Writer) Paint {
	switch {
	case mode == "always":
		return true
	case mode == "never", os.Getenv("NO_COLOR") != "":
		return false
	case os.Getenv("FORCE_COLOR") != "":
		return true
	}
	f, ok := w.(*os.File)
	return Paint(ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb")
}

func (p Paint) in(code, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p Paint) Red(s string) string    { return p.in("1;31", s) }
func (p Paint) Green(s string) string  { return p.in("32", s) }
func (p Paint) Blue(s string) string   { return p.in("1;34", s) }
func (p Paint) Yellow(s string) string { return p.in("1;33", s) }
func (p Paint) Bold(s string) string   { return p.in("1", s) }
func (p Paint) Dim(s string) string    { return p.in("2", s) }
