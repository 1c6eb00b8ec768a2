package random

import (
	"crypto/rand"
	"crypto/sha512"
	"encoding/binary"
	"math/big"
	"slices"
	"sync"
)

// A twister is the Mersenne Twister MT19937 of Matsumoto and Nishimura, as CPython seeds
// and reads it. It is safe for concurrent use: each draw is one step.
type twister struct {
	mu    sync.Mutex // guards what follows
	state [words]uint32
	next  int      // of state to be used
	spare *float64 // that gauss made on the way
}

const (
	words  = 624
	middle = 397
)

// seedSystem seeds from the system's randomness.
func (m *twister) seedSystem() {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails
	m.seed(new(big.Int).SetBytes(raw[:]))
}

// seedText seeds from a text, as CPython has done since version 3.2.
func (m *twister) seedText(s string) {
	sum := sha512.Sum512([]byte(s))
	m.seed(new(big.Int).SetBytes(append([]byte(s), sum[:]...)))
}

// seed seeds from the absolute value of a number.
func (m *twister) seed(n *big.Int) {
	raw := n.Bytes()
	slices.Reverse(raw)
	for len(raw) == 0 || len(raw)%4 != 0 {
		raw = append(raw, 0)
	}
	key := make([]uint32, len(raw)/4)
	for i := range key {
		key[i] = binary.LittleEndian.Uint32(raw[4*i:])
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.initByArray(key)
	m.spare = nil
}

func (m *twister) initByArray(key []uint32) {
	s := &m.state
	s[0] = 19650218
	for i := uint32(1); i < words; i++ {
		s[i] = 1812433253*(s[i-1]^s[i-1]>>30) + i
	}
	i, j := 1, 0
	wrap := func() {
		if i++; i == words {
			s[0], i = s[words-1], 1
		}
	}
	for range max(words, len(key)) {
		s[i] = (s[i] ^ (s[i-1]^s[i-1]>>30)*1664525) + key[j] + uint32(j)
		wrap()
		if j++; j == len(key) {
			j = 0
		}
	}
	for range words - 1 {
		s[i] = (s[i] ^ (s[i-1]^s[i-1]>>30)*1566083941) - uint32(i)
		wrap()
	}
	s[0] = 1 << 31
	m.next = words
}

// draw returns the next 32 bits. m.mu is held.
func (m *twister) draw() uint32 {
	if m.next >= words {
		m.twist()
	}
	y := m.state[m.next]
	m.next++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

func (m *twister) twist() {
	s := &m.state
	for i := range words {
		y := s[i]&(1<<31) | s[(i+1)%words]&(1<<31-1)
		v := s[(i+middle)%words] ^ y>>1
		if y&1 != 0 {
			v ^= 0x9908b0df
		}
		s[i] = v
	}
	m.next = 0
}

// float returns a number from 0 up to 1, without 1.
func (m *twister) float() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.floatLocked()
}

func (m *twister) floatLocked() float64 {
	a, b := m.draw()>>5, m.draw()>>6
	return (float64(a)*(1<<26) + float64(b)) / (1 << 53)
}

// bits returns up to 64 random bits.
func (m *twister) bits(k int) uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k <= 32 {
		return uint64(m.draw() >> (32 - k))
	}
	low := uint64(m.draw())
	return low | uint64(m.draw()>>(64-k))<<32
}

// fill returns k random bits, the lowest byte first.
func (m *twister) fill(k int, stop func() error) ([]byte, error) {
	raw := make([]byte, (k+31)/32*4)
	for i := 0; i < len(raw); i += 4 {
		if i%(1<<18) == 0 {
			if err := stop(); err != nil {
				return nil, err
			}
		}
		m.mu.Lock()
		w := m.draw()
		m.mu.Unlock()
		if left := k - 8*i; left < 32 {
			w >>= 32 - left
		}
		binary.LittleEndian.PutUint32(raw[i:], w)
	}
	return raw[:(k+7)/8], nil
}

// below returns a number from 0 up to n, without n; n is at least 1.
func (m *twister) below(n uint64) uint64 {
	k := 0
	for v := n; v > 0; v >>= 1 {
		k++
	}
	for {
		if r := m.bits(k); r < n {
			return r
		}
	}
}

// belowBig is below for any number.
func (m *twister) belowBig(n *big.Int, stop func() error) (*big.Int, error) {
	if n.IsUint64() {
		return new(big.Int).SetUint64(m.below(n.Uint64())), nil
	}
	for {
		raw, err := m.fill(n.BitLen(), stop)
		if err != nil {
			return nil, err
		}
		slices.Reverse(raw)
		if r := new(big.Int).SetBytes(raw); r.Cmp(n) < 0 {
			return r, nil
		}
	}
}
