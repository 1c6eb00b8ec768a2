package cluster

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// A Roster knows which workers there are from what they say of themselves. One that
// has said nothing for Silence is gone. The zero value is empty. Safe for
// concurrent use.
type Roster struct {
	Silence time.Duration // not changed once the roster is in use

	mu   sync.Mutex       // guards seen
	seen map[string]entry // by Presence.ID
}

type entry struct {
	presence Presence
	at       time.Time
}

// Hear takes in what a worker says.
func (r *Roster) Hear(p Presence, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p.Left {
		delete(r.seen, p.ID)
		return
	}
	if r.seen == nil {
		r.seen = map[string]entry{}
	}
	r.seen[p.ID] = entry{p, now}
}

// Workers returns those that are there, by name, and forgets the others.
func (r *Roster) Workers(now time.Time) []Presence {
	r.mu.Lock()
	defer r.mu.Unlock()
	var there []Presence
	for id, e := range r.seen {
		if now.Sub(e.at) > r.Silence {
			delete(r.seen, id)
		} else {
			there = append(there, e.presence)
		}
	}
	slices.SortFunc(there, func(a, b Presence) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return there
}

// Slots counts the slots of a queue, and lists its workers of another ABI.
func (r *Roster) Slots(queue, abi string, now time.Time) (slots int, others []Presence) {
	for _, p := range r.Workers(now) {
		switch {
		case p.Queue != queue:
		case p.ABI == abi:
			slots += p.Slots
		default:
			others = append(others, p)
		}
	}
	return slots, others
}
