//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// A work is what is known of work.star after some runs of it in one folder.
type work struct {
	*round
	torn bool         // a run was ended without a chance to clean up
	done map[int]bool // tasks that a run has said to be done
	put  map[int]bool // keys that a run has said to be in the vault
}

// ended checks what a run has left behind against what it and those before it have said.
func (w *work) ended(p *program) error {
	if w.done == nil {
		w.done, w.put = map[int]bool{}, map[int]bool{}
	}
	again := 0
	for _, line := range p.out.list() {
		var what string
		var n int
		if _, err := fmt.Sscan(line, &what, &n); err != nil {
			continue
		}
		switch what {
		case "done":
			if w.done[n] {
				again++
			}
			w.done[n] = true
		case "cached":
			w.done[n] = true
		case "inserted":
			w.put[n] = true
		}
	}
	if again > 0 {
		return fmt.Errorf("%d tasks that were said to be done were done again", again)
	}
	return errors.Join(w.logged(), w.inserted(), w.left())
}

// logged: every task that was said to be done is in the joblog, with its value, in a line
// that is whole. What a kill has left of the last line is none.
func (w *work) logged() error {
	text, err := os.ReadFile(w.dir + "/log.jsonl")
	if os.IsNotExist(err) && len(w.done) == 0 {
		return nil
	} else if err != nil {
		return err
	}
	if !w.torn && !bytes.HasSuffix(text, []byte("\n")) {
		return errors.New("the joblog ends in a torn line")
	}
	ok := map[int]bool{}
	for line := range bytes.Lines(text[:bytes.LastIndexByte(text, '\n')+1]) {
		var l struct {
			Args, Status string
			Value        int
		}
		if err := json.Unmarshal(line, &l); err != nil {
			return fmt.Errorf("the joblog has %q: %w", line, err)
		}
		n := 0
		if l.Status != "ok" {
			continue
		}
		if _, err := fmt.Sscanf(l.Args, "(%d,)", &n); err != nil || l.Value != n*n {
			return fmt.Errorf("the joblog has %q (%w)", line, err)
		}
		ok[n] = true
	}
	for n := range w.done {
		if !ok[n] {
			return fmt.Errorf("task %d was said to be done and is not in the joblog", n)
		}
	}
	return nil
}

// inserted: the vault is whole, and has all that was said to be in it.
func (w *work) inserted() error {
	text, err := os.ReadFile(w.dir + "/kept.json")
	if len(w.put) == 0 && (os.IsNotExist(err) || len(text) == 0) {
		return nil // it was only just made
	}
	var all map[string]int
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return fmt.Errorf("the vault: %w", err)
	}
	for n := range w.put {
		if v, there := all[fmt.Sprintf("k%d", n)]; !there || v != n*n {
			return fmt.Errorf("key k%d was inserted, and the vault has %d (%t)", n, v, there)
		}
	}
	return nil
}

// count returns how many lines begin so.
func (w *work) count(p *program, what string) (n int) {
	for _, line := range p.out.list() {
		if strings.HasPrefix(line, what+" ") {
			n++
		}
	}
	return n
}
