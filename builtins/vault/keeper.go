package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/wait"
)

// A keeper keeps a vault in its file. Many inserts share one write: the first to come
// leads, writes all that have come meanwhile, and hands the lead on.
//
//	leads | queue     |
//	no    | empty     | nobody inserts
//	yes   | empty     | the leader writes its own
//	yes   | not empty | the leader writes; those in the queue wait, the first will lead
type keeper struct {
	vault *vault
	disk  disk

	mu    sync.Mutex // guards what follows; never held while the disk works
	leads bool
	queue []*pending

	// The rest belongs to who leads. close comes when nobody can.
	held   file        // the file, locked
	perm   fs.FileMode // of the file
	broken error       // why nothing can be written any more
}

// A pending is an insert on its way to the file.
type pending struct {
	*insert
	wait *wait.Wait // of its thread; nil: that leads
	done bool       // err is its end; set before its thread is woken
	err  error
}

// commit puts an insert into the file, then into the vault. It cannot be stopped: it
// ends as soon as the disk lets it.
func (k *keeper) commit(t *engine.Thread, in *insert) error {
	p := &pending{insert: in}
	if k.join(t, p) {
		if err := p.wait.Block(); err != nil {
			return k.leave(p, err)
		}
	}
	if !p.done { // its turn to lead
		k.lead(t)
	}
	return p.err
}

// join puts an insert into the queue, and reports whether its thread has to wait.
func (k *keeper) join(t *engine.Thread, p *pending) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.queue = append(k.queue, p)
	if !k.leads {
		k.leads = true
		return false
	}
	p.wait = t.NewWait("the file of "+k.vault.title, 0, nil)
	p.wait.Ctx = nil // the write that it is part of has begun
	p.wait.Begin()
	return true
}

// leave takes an insert back whose wait has failed, if that is still possible.
func (k *keeper) leave(p *pending, err error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if i := slices.Index(k.queue, p); i >= 0 {
		k.queue = slices.Delete(k.queue, i, i+1)
		return err
	}
	return errors.Join(p.err, err)
}

// lead writes what is in the queue, its own insert among it, and hands the lead on.
func (k *keeper) lead(t *engine.Thread) {
	k.mu.Lock()
	batch := k.queue
	k.queue = nil
	k.mu.Unlock()
	later, due := k.write(batch)
	if due {
		k.vault.launch(t)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.queue = append(later, k.queue...)
	for _, p := range batch {
		if p.done && p.wait != nil {
			p.wait.Wake()
		}
	}
	for len(k.queue) > 0 {
		if k.queue[0].wait.Wake() {
			return
		}
		k.queue = k.queue[1:]
	}
	k.leads = false
}

// write writes a batch. An insert that another one of the batch was faster than has to
// see what becomes of that: it is one of later if that came to nothing.
func (k *keeper) write(batch []*pending) (later []*pending, due bool) {
	var in, beaten []*pending
	items := map[int]item{}
	for _, p := range batch {
		switch err := p.writtenLocked(); { // nobody else changes what is read there
		case err != nil:
			p.done, p.err = true, err
		case p.beaten(items):
			beaten = append(beaten, p)
		default:
			in = append(in, p)
			for _, it := range p.items {
				items[it.key.index] = it
			}
		}
	}
	if len(in) == 0 {
		return beaten, false
	}
	if err := k.save(k.text(items)); err != nil {
		for _, p := range in {
			p.done, p.err = true, p.refuse(fmt.Errorf("%s: file %s: %w", k.vault.title, k.vault.file, err))
		}
		return beaten, false
	}
	k.vault.mu.Lock()
	defer k.vault.mu.Unlock()
	for _, p := range in {
		p.done = true
		due = p.storeLocked() || due
	}
	for _, p := range beaten {
		p.done, p.err = true, p.writtenLocked()
	}
	return nil, due
}

func (p *pending) beaten(items map[int]item) bool {
	if p.vault.permitModifications {
		return false
	}
	for _, it := range p.items {
		if _, ok := items[it.key.index]; ok {
			return true
		}
	}
	return false
}

// close lets go of the file.
func (k *keeper) close() {
	if k.held != nil {
		k.held.Close()
		k.held = nil
	}
	k.disk.Close()
	if k.broken == nil {
		k.broken = errors.New("it is closed: the script that opened it has ended")
	}
}
