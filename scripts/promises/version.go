//go:build unix

package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nkeys"
	"github.com/starlark-tg/tg/engine/cluster/nats"
)

// patient is how long tg exec waits for workers.
const patient = 30 * time.Second

// version: a worker of another version sees no task; where there are no others the run ends
// with an error that names it.
func (t *trial) version() error {
	k, err := t.keys()
	if err != nil {
		return err
	}
	pair, err := nkeys.FromSeed([]byte(k.Coordinator))
	if err != nil {
		return err
	}
	public, err := pair.PublicKey()
	if err != nil {
		return err
	}
	other, err := t.role("another worker", role{URL: "nats://" + t.at, Worker: "strange", Options: nats.Options{Seed: k.Workers, Trust: []string{public}, Wait: true}})
	if err != nil {
		return err
	}
	if err := t.alone(other); err != nil {
		return err
	}
	c, err := t.crew(2)
	if err != nil {
		return err
	}
	w, err := t.work("embed://"+t.at, 2)
	if err != nil {
		return err
	}
	t.harms.Add(1)
	if err := t.ended(c, w); err != nil {
		return err
	}
	return strange(other)
}

// alone runs a script with that worker only.
func (t *trial) alone(other *program) error {
	began := time.Now()
	p, err := t.exec(nil, "resume.star", t.tasks)
	if err != nil {
		return err
	}
	if err := t.expect(p, 1, patient+40*time.Second); err != nil {
		return err
	}
	t.harms.Add(1)
	t.say("the run has failed after %v", time.Since(began).Round(time.Second))
	said := p.stderr.String()
	switch {
	case time.Since(began) < patient:
		return errors.New("it did not wait for workers")
	case !strings.Contains(said, `no workers for queue "default"`), !strings.Contains(said, "strange there, but of another version"):
		return fmt.Errorf("it does not name the worker of another version")
	}
	return strange(other)
}

func strange(other *program) error {
	if strings.Contains(other.stdout.String(), "task") || other.over() {
		return errors.New("a worker of another version has seen a task, or has ended")
	}
	return nil
}
