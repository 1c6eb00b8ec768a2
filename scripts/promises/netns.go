//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A subnet is a network namespace of its own, and a cable from there to here.
type subnet struct {
	space string // its name
	cable string // the end here; the other one is called so with an x behind
	here  string // the address of the end here
	there string
}

// newSubnet makes one; it is to be closed.
func newSubnet() (*subnet, error) {
	n := os.Getpid()%16000 + int(time.Now().UnixNano()%4)*16000
	net := fmt.Sprintf("10.%d.%d", 200+n/256%50, n%256)
	s := &subnet{fmt.Sprintf("tgp%d", n), fmt.Sprintf("tgp%d", n), net + ".1", net + ".2"}
	for _, args := range []string{
		"netns add " + s.space,
		"link add " + s.cable + " type veth peer name " + s.cable + "x netns " + s.space,
		"addr add " + s.here + "/24 dev " + s.cable,
		"link set " + s.cable + " up",
		"-n " + s.space + " addr add " + s.there + "/24 dev " + s.cable + "x",
		"-n " + s.space + " link set " + s.cable + "x up",
		"-n " + s.space + " link set lo up",
	} {
		if err := ip(args); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

// ip runs the program ip.
func ip(args string) error {
	text, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %s: %w: %s", args, err, strings.TrimSpace(string(text)))
	}
	return nil
}

func (s *subnet) close() {
	_ = ip("link del " + s.cable) // what is not there need not go
	_ = ip("netns del " + s.space)
}

// cut pulls the cable, and mend puts it back.
func (s *subnet) cut() error  { return ip("link set " + s.cable + " down") }
func (s *subnet) mend() error { return ip("link set " + s.cable + " up") }

// inside is a command that runs there.
func (s *subnet) inside(program string, args ...string) *exec.Cmd {
	return exec.Command("ip", append([]string{"netns", "exec", s.space, program}, args...)...)
}

// network says what is missing for a network that can be cut, or "".
func network() string {
	if os.Getuid() != 0 {
		return "a network that can be cut is made by root only"
	}
	if gone := missing("ip"); gone != "" {
		return gone
	}
	s, err := newSubnet()
	if err != nil {
		return "no network that can be cut: " + err.Error()
	}
	s.close()
	return ""
}
