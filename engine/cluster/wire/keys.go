package wire

import (
	"go.starlark.net/starlark"
)

const (
	// maxWork is how many values a message may have hashed and compared, beside 16 for each
	// of its bytes: some 100 ms, in which nothing can stop go.starlark.net.
	maxWork = 10_000_000

	// maxDepth bounds the nesting of keys: go.starlark.net hashes recursively.
	maxDepth = 10_000
)

// Keys are those of a dict or set while it is being filled. They may have been chosen to
// collide: how many are in each bucket of go.starlark.net's table says what finding the place
// of the next one takes. The table was made for all of them, so it does not grow.
type keys struct {
	d     *decoding
	used  []int32 // keys by bucket
	small [8]int32
}

// In a bucket of go.starlark.net's tables are 6.5 keys on average, at most.
const loadFactor = 6.5

func (d *decoding) keys(n int) *keys {
	k := &keys{d: d}
	buckets := 1
	for n >= 8 && float64(n) >= loadFactor*float64(buckets) {
		buckets *= 2
	}
	if k.used = k.small[:min(buckets, len(k.small))]; buckets > len(k.small) {
		k.used = make([]int32, buckets)
	}
	return k
}

// next reads a key and says whether it may be put in.
func (k *keys) next() starlark.Value {
	d := k.d
	key, h := d.value()
	if d.err != nil {
		return nil
	}
	if h.depth > maxDepth {
		d.fail("a key is nested more than %d levels deep", maxDepth)
		return nil
	}
	if d.work -= int(h.size); d.work < 0 {
		d.fail("its keys are too large")
		return nil
	}
	hash, err := key.Hash()
	if err != nil {
		d.fail("%s", err)
		return nil
	}
	n := &k.used[max(hash, 1)&uint32(len(k.used)-1)]
	if d.work -= int(*n) + int(*n/4)*int(h.size); d.work < 0 {
		d.fail("its keys collide")
	}
	*n++
	return key
}

func (d *decoding) fillDict(v *starlark.Dict, n int) {
	k := d.keys(n)
	for i := 0; i < n; i++ {
		key := k.next()
		x, _ := d.value()
		if d.err != nil {
			return
		}
		d.inserted(v.SetKey(key, x), v.Len() == i+1)
	}
}

func (d *decoding) fillSet(v *starlark.Set, n int) {
	k := d.keys(n)
	for i := 0; i < n; i++ {
		key := k.next()
		if d.err != nil {
			return
		}
		d.inserted(v.Insert(key), v.Len() == i+1)
	}
}

func (d *decoding) inserted(err error, another bool) {
	if err != nil {
		d.fail("%s", err)
	} else if !another {
		d.fail("a key is there twice")
	}
}
