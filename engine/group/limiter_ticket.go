package group

import (
	"slices"
	"time"
)

// A Ticket is what one task, or one call, needs to pass gates. It is not safe for
// concurrent use.
//
// Who is let through by one gate but not by another holds nothing back at the first:
// it would stand still for everybody while one waits for a rarer token elsewhere.
type Ticket struct {
	wake     func()
	places   []place
	limiters []*Limiter // of the gates, each once
	inside   bool       // has passed, and not left
}

// A place is where a ticket stands in the line of a gate. Guarded by the limiter's lock.
type place struct {
	gate   *Gate
	wake   func()
	seq    int64 // lower ones come first; 0: there is no place
	index  int   // in Gate.line
	called bool
	round  int // of the gate, when called
}

func (p *place) rank() int64 { return p.seq }
func (p *place) place() *int { return &p.index }

// NewTicket returns a ticket for all of the gates, which are the ticket's from now
// on. It calls wake on any goroutine, with no locks held.
func NewTicket(wake func(), gates ...*Gate) *Ticket {
	t := &Ticket{wake: wake, places: make([]place, 0, len(gates))}
	for _, g := range gates {
		if slices.ContainsFunc(t.places, func(p place) bool { return p.gate == g }) {
			giveBack(g) // given twice: it counts once
			continue
		}
		t.places = append(t.places, place{gate: g, wake: wake, index: -1})
		if !slices.Contains(t.limiters, g.l) {
			t.limiters = append(t.limiters, g.l)
		}
	}
	return t
}

func giveBack(g *Gate) {
	g.l.mu.Lock()
	defer g.l.mu.Unlock()
	g.l.release(g, time.Now())
}

// Pass takes a token and a slot of every gate, or nothing: then the ticket stands in
// line at a gate that refused, first come first served, and is woken when it is worth
// trying again, once; that may be before Pass has returned. Who tries again has kept
// its place. Pass does not block.
func (t *Ticket) Pass() bool {
	if t.inside || len(t.places) == 0 {
		return true
	}
	var wakes []func()
	t.lock()
	now := time.Now() // behind the locks, so that the time of the buckets never goes back
	refused := t.refused(now)
	for i := range t.places {
		p := &t.places[i]
		p.come(now)
		if p != refused {
			p.gate.line.remove(p)
		}
	}
	if refused == nil {
		t.enter(now)
	} else {
		refused.stand()
	}
	for i := range t.places {
		t.places[i].gate.serve(now, &wakes)
	}
	t.unlock()
	for _, wake := range wakes {
		wake()
	}
	return refused == nil
}

// refused returns the first place whose gate does not let the ticket pass, or nil.
func (t *Ticket) refused(now time.Time) *place {
	for i := range t.places {
		if p := &t.places[i]; !p.may(now) {
			return p
		}
	}
	return nil
}

// enter takes what the gates have.
func (t *Ticket) enter(now time.Time) {
	for i := range t.places {
		p := &t.places[i]
		p.gate.take(now)
		p.seq = 0
	}
	t.inside = true
}

// Leave gives the slots back, if the ticket has passed. It may pass again.
func (t *Ticket) Leave() {
	if !t.inside {
		return
	}
	t.inside = false
	t.each(func(p *place, _ time.Time) { p.gate.used-- })
}

// Close gives back what the ticket has, and leaves the line. Then wake is not called
// any more, but for a call that is on its way. The ticket must not be used again.
func (t *Ticket) Close() {
	t.Leave()
	t.each(func(p *place, now time.Time) {
		p.gate.line.remove(p)
		p.drop()
		p.gate.l.release(p.gate, now)
	})
	t.places, t.limiters = nil, nil
}

// each changes the places one after the other, and serves those who gain by it.
func (t *Ticket) each(change func(p *place, now time.Time)) {
	var wakes []func()
	for i := range t.places {
		p := &t.places[i]
		p.gate.l.mu.Lock()
		now := time.Now()
		change(p, now)
		p.gate.serve(now, &wakes)
		p.gate.l.mu.Unlock()
	}
	for _, wake := range wakes {
		wake()
	}
}

// lock locks all limiters. Tickets name them in any order: who cannot have one gives
// up the others, and waits for that one first.
func (t *Ticket) lock() {
	for first := 0; ; {
		t.limiters[first].mu.Lock()
		taken := slices.IndexFunc(t.limiters, func(l *Limiter) bool {
			return l != t.limiters[first] && !l.mu.TryLock()
		})
		if taken < 0 {
			return
		}
		for i, l := range t.limiters {
			if i < taken || i == first {
				l.mu.Unlock()
			}
		}
		first = taken
	}
}

func (t *Ticket) unlock() {
	for _, l := range t.limiters {
		l.mu.Unlock()
	}
}

// may reports whether the gate lets the place pass: there is room that is not kept for
// those who were called, and nobody before it waits for it.
func (p *place) may(now time.Time) bool {
	g := p.gate
	room := g.room(now)
	if p.called || room == 0 {
		return room > 0
	}
	g.lose(now)
	return room > g.expected && (len(g.line) == 0 || p.seq > 0 && p.seq <= g.line[0].seq)
}

// stand puts the place in line, where it was before if it had been there.
func (p *place) stand() {
	if p.seq == 0 {
		p.gate.l.seq++
		p.seq = p.gate.l.seq
	}
	if p.index < 0 {
		p.gate.line.add(p)
	}
}

// call takes the place out of the line; its ticket is to be woken.
func (p *place) call(now time.Time) {
	g := p.gate
	g.line.remove(p)
	p.called, p.round = true, g.round
	g.expected++
	g.moved = now
}

// come notes that the ticket has come, if it was called.
func (p *place) come(now time.Time) {
	if p.called {
		p.drop()
		p.gate.moved, p.gate.larger = now, 0
	}
}

// drop notes that nobody needs to expect the ticket.
func (p *place) drop() {
	if p.called && p.round == p.gate.round {
		p.gate.expected--
	}
	p.called = false
}
