package nats

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/cluster"
)

func keys(t testing.TB) (signer, *checker) {
	k, err := newSigner(nil)
	require.NoError(t, err)
	public, err := publicKey(k.public)
	require.NoError(t, err)
	return k, &checker{trust: map[string]ed25519.PublicKey{k.public: public}}
}

// What is sealed together is opened one by one, and nothing else is.
func TestSeal(t *testing.T) {
	k, check := keys(t)
	stranger, _ := keys(t)
	for _, n := range []int{1, 2, 3, 5, 64, 200} {
		batch := make([]*leaf, n)
		heads := make([]taskHead, n)
		bodies := make([][]byte, n)
		for i := range batch {
			heads[i] = taskHead{key: k.public, task: cluster.Task{Run: "r", ID: fmt.Sprint(i), Queue: "q", ABI: "v1", Tries: 2, Timeout: time.Second, Code: []cluster.Hash{{1}}}, apart: &cluster.Hash{byte(i)}}
			bodies[i] = pack(&heads[i], fmt.Append(nil, "data", i))
			batch[i] = &leaf{hash: leafOf("tg.t.v1.q.r."+fmt.Sprint(i), bodies[i]), ready: make(chan struct{})}
		}
		prove(k.private, batch)
		for i, l := range batch {
			subject, message := "tg.t.v1.q.r."+fmt.Sprint(i), append(bytes.Clone(l.proof), bodies[i]...)
			head, data, err := check.open(subject, message)
			require.NoError(t, err)
			require.Equal(t, heads[i], head)
			require.Equal(t, fmt.Sprint("data", i), string(data))
			_, _, err = check.open(subject+"x", message)
			require.ErrorIs(t, err, errForged)
			_, fresh := keys(t)
			_, _, err = fresh.open(subject, message)
			require.ErrorIs(t, err, errForged, "of a key that is not trusted")
			message[len(message)-1]++
			_, _, err = check.open(subject, message)
			require.ErrorIs(t, err, errForged)
		}
	}
	l := &leaf{hash: leafOf("tg.t.v1.q.r.1", []byte("x")), ready: make(chan struct{})}
	prove(stranger.private, []*leaf{l})
	_, _, err := check.open("tg.t.v1.q.r.1", append(l.proof, 'x'))
	require.ErrorIs(t, err, errForged)
}

func TestSealAtOnce(t *testing.T) {
	k, check := keys(t)
	s := sealer{private: k.private}
	var wg sync.WaitGroup
	for i := range 500 {
		wg.Go(func() {
			head := taskHead{key: k.public, task: cluster.Task{Run: "r", ID: fmt.Sprint(i), Queue: "q", ABI: "v1"}}
			subject := taskSubject("v1", "q", "r", head.task.ID)
			if _, _, err := check.open(subject, s.seal(subject, pack(&head, nil))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// No bytes make a panic, and none are taken for a task.
func FuzzOpen(f *testing.F) {
	k, check := keys(f)
	head := taskHead{key: k.public, task: cluster.Task{Run: "r", ID: "1", Queue: "q", ABI: "v1", Code: []cluster.Hash{{1}}}}
	s := sealer{private: k.private}
	good := s.seal("tg.t.v1.q.r.1", pack(&head, []byte("data")))
	f.Add(good)
	f.Add(good[:70])
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, _, err := check.open("tg.t.v1.q.r.1", b); err == nil && !bytes.Equal(b, good) {
			// A root that was checked is not checked again: its signature may be any.
			require.Equal(t, good[ed25519.SignatureSize:], b[ed25519.SignatureSize:])
		}
		var out outcomeHead
		var log logHead
		if payload, err := unpack(b, &out); err == nil {
			_, _ = unpackFrames(payload)
		}
		_, _ = unpack(b, &log)
		_, _ = unpack(b, &questionHead{})
		_, _ = unpack(b, &answerHead{})
	})
}

func TestNames(t *testing.T) {
	require.Equal(t, "tg.t.v1.gpu_1.r.t", taskSubject("v1", "gpu_1", "r", "t"))
	require.Equal(t, "=Z3B1IGZhcm0", token("gpu farm"))
	require.NotEqual(t, token("a.b"), token("a*b"))
	require.Error(t, checkWord("x", "", 5))
	require.Error(t, checkWord("x", "a.b", 5))
	require.NoError(t, checkWord("x", "a-b_1", 5))
	require.Equal(t, "nats://h:1,tls://i:2", redact("nats://user:word@h:1,tls://i:2"))
}
