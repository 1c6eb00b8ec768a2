//go:build unix

package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTornJoblog cuts a joblog off anywhere in its last line: that one task runs again.
func TestTornJoblog(t *testing.T) {
	t.Parallel()
	script := write(t, "x.star", "def f(n):\n    return 'é' * n\n"+
		"print([r.cached for r in threadgroup('g', max_workers=1).map(f, range(3))])\n")
	log := strings.TrimSuffix(script, "x.star") + "log.jsonl"
	run := func(want, note string) {
		t.Helper()
		c := start(t, nil, "tg", "-q", "--joblog", log, "--resume", script)
		require.Equal(t, want+"\n", c.ends(0))
		require.Equal(t, note, c.stderr.String())
	}
	run("[False, False, False]", "")
	whole, err := os.ReadFile(log)
	require.NoError(t, err)
	last := strings.LastIndex(strings.TrimSuffix(string(whole), "\n"), "\n") + 1
	note := "note: joblog " + log + ": the last line was torn and has been cut off\n"
	for _, end := range []int{last + 1, (last + len(whole)) / 2, strings.LastIndex(string(whole), "é") + 1, len(whole) - 1} {
		require.NoError(t, os.WriteFile(log, whole[:end], 0o666))
		run("[True, True, False]", note)
		run("[True, True, True]", "")
	}
	require.NoError(t, os.WriteFile(log, whole[:5], 0o666)) // of its header
	run("[False, False, False]", note)
}

// TestBatch does what scripts/batch.star says one should.
func TestBatch(t *testing.T) {
	t.Parallel()
	log := t.TempDir() + "/batch.log"
	run := func(flag, want string) {
		t.Helper()
		c := start(t, nil, "tg", "-q", "--joblog", log, flag, "../../scripts/batch.star")
		require.Contains(t, c.ends(0), want+"\n")
		require.Empty(t, c.stderr.String())
	}
	run("--resume", `ran now: ["boat", "cat", "rain", "silent", "street"]`)
	run("--resume", `ran now: ["silent"]`)
	run("--retry-failed", `ran now: ["silent"]`)
	run("--retry-failed", "boat    ok      cached=True (1280, 720)")
}

// TestJoblogInUse starts a second tg on the joblog of one that runs: it says so, and leaves
// the file alone.
func TestJoblogInUse(t *testing.T) {
	t.Parallel()
	script := write(t, "x.star", "def f(n):\n    print('runs', n)\n    time.sleep(n)\nthreadgroup('g').map(f, [int(a) for a in args])\n")
	log := strings.TrimSuffix(script, "x.star") + "log.jsonl"
	first := start(t, nil, "tg", "-q", "--joblog", log, script, "60")
	first.until("runs 60")
	before, err := os.ReadFile(log)
	require.NoError(t, err)
	second := start(t, nil, "tg", "-q", "--joblog", log, script, "0")
	second.ends(1)
	require.Contains(t, second.stderr.String(), "joblog "+log+": another run writes it, in this program or in another one")
	after, err := os.ReadFile(log)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
	first.signal(os.Interrupt)
	first.ends(130)
	third := start(t, nil, "tg", "-q", "--joblog", log, script, "0")
	third.ends(0)
}
