package main

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/spf13/cobra"
)

// A duration is a flag value: seconds, or a number with a unit.
type duration time.Duration

func (d *duration) String() string {
	if *d == 0 {
		return "" // no default to speak of
	}
	return strconv.FormatFloat(time.Duration(*d).Seconds(), 'f', -1, 64) + "s"
}
func (d *duration) Type() string { return "time" }

// Set takes 5, 1.5, 300ms, 2m, 1h30m.
func (d *duration) Set(s string) error {
	t, err := time.ParseDuration(s)
	if err != nil {
		f, ferr := strconv.ParseFloat(s, 64)
		if ferr != nil || math.IsNaN(f) {
			return fmt.Errorf("%q is not a time such as 5, 1.5, 300ms or 2m", s)
		}
		if f *= float64(time.Second); f >= math.MaxInt64 {
			return fmt.Errorf("%q is too long", s)
		}
		t = time.Duration(f)
	}
	if t <= 0 {
		return fmt.Errorf("%q is not greater than 0", s)
	}
	*d = duration(t)
	return nil
}

// workers is a flag value: a number of tasks.
type workers int

func (n *workers) String() string {
	if *n == 0 {
		return ""
	}
	return strconv.Itoa(int(*n))
}
func (n *workers) Type() string { return "number" }

func (n *workers) Set(s string) error {
	v, err := strconv.Atoi(s)
	if err != nil || v <= 0 {
		return fmt.Errorf("%q is not a whole number greater than 0", s)
	}
	*n = workers(v)
	return nil
}

func addColor(cmd *cobra.Command, to *string) {
	*to = "auto"
	cmd.Flags().Var((*colorMode)(to), "color", "colour messages: `WHEN` is auto, always or never")
}

type colorMode string

func (c *colorMode) String() string { return string(*c) }
func (c *colorMode) Type() string   { return "when" }

func (c *colorMode) Set(s string) error {
	if s != "auto" && s != "always" && s != "never" {
		return fmt.Errorf("%q is not auto, always or never", s)
	}
	*c = colorMode(s)
	return nil
}
