//go:build unix

package main

import (
	"fmt"
	"time"
)

// exits ends a script from one of its tasks: with that status, after all that was deferred.
func (r *round) exits() error {
	status, after := r.rng.IntN(256), time.Duration(r.rng.IntN(50))*time.Millisecond
	which := 2 + 3*r.rng.IntN(2) // the others wait for programs and tasks first
	p, err := r.start("exits.star", []string{"-j", "10"}, fmt.Sprint(status), fmt.Sprint(which), fmt.Sprint(after.Seconds()))
	if err != nil {
		return err
	}
	got, err := p.end(grace + slack)
	if err != nil || got != status {
		return fmt.Errorf("status %d, not %d (%w)\n%s", got, status, err, p.stderr.String())
	}
	begun, ended := p.numbers("begun"), p.numbers("deferred")
	for n := range begun {
		if !ended[n] {
			return fmt.Errorf("what task %d deferred has not run: %q", n, p.out.list())
		}
	}
	if list := p.out.list(); list[len(list)-1] != "the script's" {
		return fmt.Errorf("ends with %q", list)
	}
	return r.orphans()
}
