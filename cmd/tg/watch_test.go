//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// --watch runs a script again when it or what it loads has changed, also one that hangs or
// does not compile, until a signal.
func TestWatch(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "a.star")
	put := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	put("a.star", "print('one')\n")
	c := start(t, nil, "tg", "exec", "--watch", script)
	c.until("one")
	put("a.star", "print('two')\nwhile True: pass\n")
	c.until("two")
	put("a.star", "print(\n")
	put("a.star", "load('lib/b.star', 'b')\nprint(b)\n")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "lib"), 0o755))
	put("lib/b.star", "b = 'three'\n")
	c.until("three")
	put("lib/b.star", "b = 'four'; print('loaded')\n")
	c.until("loaded")
	c.until("four")
	c.signal(syscall.SIGINT)
	c.ends(130)
	require.Contains(t, c.stderr.String(), "waiting for a change of")
	require.NotContains(t, c.stderr.String(), "error: a file has changed")
}
