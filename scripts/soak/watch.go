package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// A watch has laps run, one after the other, and looks in between at what they leave.
type watch struct {
	probe
	time     time.Duration // of all laps, without those before the base line
	warm     int           // laps before the base line
	every    time.Duration // a line
	patience time.Duration // for what is on its way out when a lap has ended
	out      io.Writer
}

// samples is about how many are taken in the whole time, and the fewest that say anything.
const (
	samples = 60
	fewest  = 7
)

// run runs laps for the time, and longer until there are enough samples. The error is
// that of a lap, or says what grew. When ctx ends early the samples until then count.
func (w *watch) run(ctx context.Context, lap func(context.Context) error) error {
	w.began = time.Now()
	laps := 0
	one := func() error { laps++; return lap(ctx) }
	for range w.warm {
		if err := one(); err != nil {
			return err
		}
	}
	w.began = time.Now()
	list := []sample{w.sample(laps, nil, w.patience)}
	w.head()
	w.line(list[0])
	next, shown := w.time/samples, w.every
	for ctx.Err() == nil && (time.Since(w.began) < w.time || len(list) < fewest) {
		if err := one(); err != nil {
			return fmt.Errorf("lap %d: %w", laps, err)
		}
		if now := time.Since(w.began); now < next && now < w.time {
			continue
		}
		s := w.sample(laps, &list[0], w.patience)
		list = append(list, s)
		next = s.at + w.time/samples
		if s.at >= shown {
			w.line(s)
			shown = s.at + w.every
		}
	}
	if len(list) < fewest {
		return errors.New("stopped before there were enough samples to say anything")
	}
	return w.verdict(list)
}

func (w *watch) head() {
	fmt.Fprintf(w.out, "%8s %7s", "time", "laps")
	for _, k := range kinds {
		fmt.Fprintf(w.out, " %15s", k.name)
	}
	fmt.Fprintln(w.out)
}

func (w *watch) line(s sample) {
	fmt.Fprintf(w.out, "%8s %7d", s.at.Round(100*time.Millisecond), s.laps)
	for i, k := range kinds {
		fmt.Fprintf(w.out, " %15s", k.show(s.values[i]))
	}
	fmt.Fprintln(w.out)
}

// verdict prints from where to where each kind went, and returns what grew.
func (w *watch) verdict(list []sample) error {
	fmt.Fprintf(w.out, "\n%16s %10s %10s %10s  (of %d samples)\n", "", "from", "to", "noise", len(list))
	var leaks []string
	for _, g := range growths(list) {
		mark := ""
		switch {
		case g.to == unknown:
			mark = "this system does not tell"
		case g.leak():
			mark = "grew"
			leaks = append(leaks, g.String())
		}
		fmt.Fprintf(w.out, "%16s %10s %10s %10s  %s\n", g.name, g.show(g.from), g.show(g.to), g.show(max(g.noise, g.share*g.from)), mark)
	}
	if len(leaks) > 0 {
		return errors.New(strings.Join(leaks, "; "))
	}
	_, err := fmt.Fprintln(w.out, "nothing grew")
	return err
}
