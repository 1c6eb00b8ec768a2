package main

import (
	"errors"
	"fmt"
	"slices"
)

// measure runs the sides of a row in turn, several times, and compares them.
func (b *bench) measure(r row) ([]line, error) {
	if r.own != nil {
		return r.own(b, r)
	}
	n := r.number(b)
	sides := []side{r.tg}
	shares := []int{1}
	for _, p := range r.peers {
		sides, shares = append(sides, p.side), append(shares, max(p.share, 1))
	}
	samples, err := b.turns(sides, shares, n)
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("%s %s", thousands(n), r.what)
	lines := []line{}
	for i, p := range r.peers {
		l := line{Row: r.name, What: what, Unit: "s", TG: median(samples[0], seconds), Peer: p.name}
		if peers := samples[i+1]; peers != nil {
			l.compare(samples[0], peers, p)
		} else {
			l.Peer += ": not on this machine"
		}
		if r.most > 0 {
			l.Aim, l.Met = fmt.Sprintf("≤ %g s", r.most), l.TG <= r.most
		}
		if r.each > 0 && l.Aim == "" {
			l.Aim, l.Met = fmt.Sprintf("≤ %g ms each", 1000*r.each), l.TG <= r.each*float64(n)
		}
		if r.rate {
			l.perSecond(n, r.fast)
		}
		lines = append(lines, l)
	}
	if r.flat > 0 && samples[1] != nil {
		lines = append(lines, r.flatness(what, samples))
	}
	if r.bytes > 0 {
		l, err := b.memory(r, n, what, samples)
		return append(lines, l), err
	}
	return lines, nil
}

// number returns how many tasks there are.
func (r row) number(b *bench) int {
	if b.quick {
		return r.quick
	}
	return r.tasks
}

// turns returns the samples of each side; nil for one that is absent. All give the
// same answer: a side that computes something else is not compared.
func (b *bench) turns(sides []side, shares []int, n int) ([][]sample, error) {
	samples := make([][]sample, len(sides))
	for range b.runs {
		for i, s := range sides {
			one, err := s.run(b, n/shares[i])
			if errors.Is(err, errAbsent) {
				continue
			}
			if err != nil {
				return nil, err
			}
			one.seconds *= float64(shares[i])
			samples[i] = append(samples[i], one)
			if first := samples[0][0]; one.answer != first.answer {
				return nil, fmt.Errorf("%s answers %q, %s %q", s.name, one.answer, sides[0].name, first.answer)
			}
		}
	}
	return samples, nil
}

// compare fills in the peer's part. The ratio is the median of the turns' own:
// what slows the machine for a while slows both sides.
func (l *line) compare(tg, peers []sample, p peer) {
	if p.share > 1 {
		l.Peer += fmt.Sprintf(" (1/%d of them, scaled)", p.share)
	}
	l.PeerValue = median(peers, seconds)
	ratios := make([]float64, len(tg))
	for i := range tg {
		ratios[i] = peers[i].seconds / tg[i].seconds
	}
	l.Ratio = middle(ratios)
	l.mean = p.mean
	if p.least > 0 {
		l.aim(p.least)
	}
}

// perSecond shows how many of n tasks are done in a second, which are to be so many.
func (l *line) perSecond(n int, least float64) {
	l.Unit, l.TG = "/s", float64(n)/l.TG
	if l.PeerValue > 0 {
		l.PeerValue = float64(n) / l.PeerValue
	}
	if least > 0 {
		l.Aim, l.Met = fmt.Sprintf("≥ %s /s", thousands(int(least))), l.TG >= least
	}
}

// aim sets the aim of a ratio.
func (l *line) aim(least float64) {
	l.Aim, l.Met = fmt.Sprintf("≥ %.3g×", least), l.Ratio >= least
}

// flatness compares the memory of much work and little.
func (r row) flatness(what string, samples [][]sample) line {
	const mega = 1 << 20
	l := line{Row: r.name, What: what, Unit: "MB", TG: median(samples[0], peakBytes) / mega, Peer: r.peers[0].name, PeerValue: median(samples[1], peakBytes) / mega}
	if l.TG > 0 {
		l.Ratio = l.PeerValue / l.TG
	}
	l.Aim, l.Met = fmt.Sprintf("≤ %g of it", r.flat), l.TG <= r.flat*l.PeerValue
	return l
}

// memory compares the memory for a task: that of the process, less what it has
// for a single task.
func (b *bench) memory(r row, n int, what string, samples [][]sample) (line, error) {
	l := line{Row: r.name, What: what, Unit: "KB a task", Aim: fmt.Sprintf("≤ %g KB a task", r.bytes/1024)}
	kilobytes := make([]float64, 2)
	for i, s := range []side{r.tg, r.peers[0].side} {
		if samples[i] == nil {
			continue
		}
		least, err := s.run(b, 1)
		if err != nil {
			return l, err
		}
		kilobytes[i] = (median(samples[i], peakBytes) - least.peak) / float64(n) / 1024
	}
	l.TG, l.Met = kilobytes[0], kilobytes[0] <= r.bytes/1024
	if l.Peer, l.PeerValue = r.peers[0].name, kilobytes[1]; l.PeerValue > 0 {
		l.Ratio = l.PeerValue / l.TG
	}
	return l, nil
}

func seconds(s sample) float64   { return s.seconds }
func peakBytes(s sample) float64 { return s.peak }
func tail(s sample) float64      { return s.tail }

func median(samples []sample, of func(sample) float64) float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	return middle(values)
}

// middle returns the median of at least one value.
func middle(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
