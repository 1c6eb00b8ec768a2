package nats

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"sync"
)

// A signature costs more than all else that is done for a small task. So tasks that
// are sent at the same time are signed together: their hashes are the leaves of a
// Merkle tree, the root of it is signed, and each task carries the signature and the
// way from its leaf to the root. A worker checks the signature of a root once.
//
// A sealed message is: signature (64 bytes), depth of the leaf (1), its place (2), one
// hash for each level from the leaf up, then what is sealed.

const maxBatch = 256

type hash = [sha256.Size]byte

// leafOf is what stands for a message: what it says, and where.
func leafOf(subject string, body []byte) (sum hash) {
	h := sha256.New()
	h.Write([]byte{0}) // a leaf is never a node
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(subject))))
	h.Write([]byte(subject))
	h.Write(body)
	h.Sum(sum[:0])
	return sum
}

func nodeOf(left, right hash) hash {
	b := make([]byte, 0, 1+2*sha256.Size)
	b = append(append(append(b, 1), left[:]...), right[:]...)
	return sha256.Sum256(b)
}

func rootText(root hash) []byte { return append([]byte("tg tasks 1:"), root[:]...) }

// A sealer seals the messages of one coordinator. Safe for concurrent use.
type sealer struct {
	private ed25519.PrivateKey

	mu      sync.Mutex // guards the fields below
	signing bool       // somebody is; he takes those that wait
	waiting []*leaf
}

type leaf struct {
	hash  hash
	proof []byte        // signature, depth, place, hashes
	ready chan struct{} // Closed when proof is there.
}

// seal returns the message of a body on a subject.
func (s *sealer) seal(subject string, body []byte) []byte {
	l := &leaf{hash: leafOf(subject, body), ready: make(chan struct{})}
	s.mu.Lock()
	s.waiting = append(s.waiting, l)
	first := !s.signing
	s.signing = true
	s.mu.Unlock()
	if first {
		s.sign()
	}
	<-l.ready
	return append(l.proof, body...)
}

// sign signs until nobody waits.
func (s *sealer) sign() {
	for {
		runtime.Gosched() // those who are about to come, come along
		s.mu.Lock()
		n := min(len(s.waiting), maxBatch)
		batch := s.waiting[:n:n]
		s.waiting = s.waiting[n:]
		s.signing = n > 0
		s.mu.Unlock()
		if n == 0 {
			return
		}
		prove(s.private, batch)
	}
}

// prove gives each leaf of a batch its proof. Where a level has an odd number of
// hashes the last one goes up as it is paired with itself.
func prove(key ed25519.PrivateKey, batch []*leaf) {
	level := make([]hash, len(batch))
	for i, l := range batch {
		level[i] = l.hash
	}
	levels := [][]hash{level}
	for len(level) > 1 {
		up := make([]hash, 0, (len(level)+1)/2)
		for i := 0; i < len(level); i += 2 {
			up = append(up, nodeOf(level[i], level[min(i+1, len(level)-1)]))
		}
		level = up
		levels = append(levels, level)
	}
	signature := ed25519.Sign(key, rootText(level[0]))
	for i, l := range batch {
		depth := len(levels) - 1
		p := make([]byte, 0, len(signature)+3+depth*sha256.Size+len(l.hash)*8)
		p = append(append(p, signature...), byte(depth))
		p = binary.BigEndian.AppendUint16(p, uint16(i))
		for d, at := 0, i; d < depth; d, at = d+1, at/2 {
			other := levels[d][min(at^1, len(levels[d])-1)]
			p = append(p, other[:]...)
		}
		l.proof = p
		close(l.ready)
	}
}

// A checker checks the messages that a worker gets. Safe for concurrent use.
type checker struct {
	trust map[string]ed25519.PublicKey // by public nkey; not changed

	mu       sync.Mutex          // guards the fields below
	now, old map[rootOf]struct{} // roots that were signed, the latest and those before
}

type rootOf struct {
	key  string
	root hash
}

// errForged says that a task is not signed by whom the worker trusts.
var errForged = errors.New("the task is not signed by a coordinator that this worker trusts")

// split takes a message apart: the root that its proof leads to, the signature and
// the body.
func split(subject string, b []byte) (root hash, signature, body []byte, err error) {
	if len(b) < ed25519.SignatureSize+3 {
		return root, nil, nil, errForged
	}
	signature, b = b[:ed25519.SignatureSize], b[ed25519.SignatureSize:]
	depth, place := int(b[0]), binary.BigEndian.Uint16(b[1:])
	b = b[3:]
	if depth > 16 || len(b) < depth*sha256.Size {
		return root, nil, nil, errForged
	}
	body = b[depth*sha256.Size:]
	root = leafOf(subject, body)
	for ; depth > 0; depth, place = depth-1, place/2 {
		other := hash(b[:sha256.Size])
		b = b[sha256.Size:]
		if place%2 == 0 {
			root = nodeOf(root, other)
		} else {
			root = nodeOf(other, root)
		}
	}
	return root, signature, body, nil
}

// signed says whether a trusted key has signed a root.
func (c *checker) signed(key string, root hash, signature []byte) bool {
	public, ok := c.trust[key]
	if !ok {
		return false
	}
	r := rootOf{key, root}
	c.mu.Lock()
	_, now := c.now[r]
	_, old := c.old[r]
	c.mu.Unlock()
	if now || old {
		return true
	}
	if !ed25519.Verify(public, rootText(root), signature) {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now == nil || len(c.now) >= 512 {
		c.now, c.old = map[rootOf]struct{}{}, c.now
	}
	c.now[r] = struct{}{}
	return true
}

// open checks a message against the keys that are trusted and against the subject
// that it came on.
func (c *checker) open(subject string, b []byte) (taskHead, []byte, error) {
	var head taskHead
	root, signature, body, err := split(subject, b)
	if err != nil {
		return head, nil, err
	}
	data, err := unpack(body, &head)
	if err != nil {
		return head, nil, fmt.Errorf("%w: %w", errForged, err)
	}
	t := head.task
	if !c.signed(head.key, root, signature) || taskSubject(t.ABI, t.Queue, t.Run, t.ID) != subject {
		return head, nil, errForged
	}
	return head, data, nil
}
