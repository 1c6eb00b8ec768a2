package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestShort runs it, too short to find a slow leak; a lap of a race detector's takes long.
func TestShort(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("TMP", os.Getenv("TMPDIR"))
	var out bytes.Buffer
	err := run(t.Context(), []string{"-time", "3s", "-warm", "1", "-every", "1s", "-lanes", "2"}, &out)
	t.Log(out.String())
	require.NoError(t, err)
	require.Contains(t, out.String(), "nothing grew")
}

// A leaks is what laps have left, until the end of the test.
type leaks struct {
	end     chan struct{}
	files   []*os.File
	memory  [][]byte
	started []*exec.Cmd
}

func newLeaks(t *testing.T) *leaks {
	l := &leaks{end: make(chan struct{})}
	t.Cleanup(func() {
		close(l.end)
		for _, f := range l.files {
			f.Close()
		}
		for _, c := range l.started {
			_ = c.Process.Kill()
			_ = c.Wait()
		}
	})
	return l
}

// TestNotices has laps leak one kind of thing each.
func TestNotices(t *testing.T) {
	l := newLeaks(t)
	dir := t.TempDir()
	for _, test := range []struct {
		name, says string
		lap        func() error
	}{
		{"nothing", "", func() error { return nil }},
		{"goroutines", "goroutines grew from", func() error { go func() { <-l.end }(); return nil }},
		{"memory", "heap MiB grew from", func() error { l.memory = append(l.memory, bytes.Repeat([]byte{1}, mib)); return nil }},
		{"temporary files", "temporary files grew from 0 to", func() error {
			f, err := os.CreateTemp(dir, "")
			return errors.Join(err, f.Close())
		}},
		{"open files", "open files grew from", func() error {
			f, err := os.Open(dir)
			l.files = append(l.files, f)
			return err
		}},
		{"processes", "processes grew from", func() error { // neither stopped nor waited for
			c := exec.Command("sleep", "60")
			l.started = append(l.started, c)
			return c.Start()
		}},
		{"an error", "lap 2: wrong", func() error { return errors.New("wrong") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := exec.LookPath("sleep"); err != nil && test.name == "processes" {
				if os.Getenv("CI") == "true" {
					t.Fatal(err)
				}
				t.Skip(err)
			}
			if openFiles() == unknown && (test.name == "processes" || test.name == "open files") {
				t.Skip("this system has no /proc")
			}
			laps := 0
			w := &watch{probe: probe{dir: dir}, warm: 1, time: 50 * time.Millisecond, every: time.Hour, out: &bytes.Buffer{}}
			err := w.run(t.Context(), func(context.Context) error {
				if laps++; laps == 1 {
					return nil
				}
				return test.lap()
			})
			t.Logf("%d laps\n%s", laps, w.out)
			if test.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.says)
		})
	}
}

// A floor is compared, not an average: one high sample is no growth, nor is a warm heap.
func TestGrowths(t *testing.T) {
	var list []sample
	for i, v := range []float64{9, 3, 8, 5, 9, 4, 90, 4, 7} {
		s := sample{at: time.Duration(i)}
		for k := range s.values {
			s.values[k] = v * kinds[k].unit
		}
		list = append(list, s)
	}
	for _, g := range growths(list) {
		require.False(t, g.leak(), g.String())
	}
	for i := range list[6:] {
		list[6+i].values[heap] += mib
	}
	require.Equal(t, "heap MiB grew from 4.0 to 5.0 since the second third", growths(list)[heap].String())
	require.True(t, growths(list)[heap].leak())
	list[8].values[descriptors] = unknown
	require.False(t, growths(list)[descriptors].leak())
}

// What laps leave for a moment is no leak.
func TestPatience(t *testing.T) {
	w := &watch{probe: probe{dir: t.TempDir()}, warm: 1, time: 50 * time.Millisecond, patience: time.Second, every: time.Hour, out: &bytes.Buffer{}}
	require.NoError(t, w.run(t.Context(), func(context.Context) error {
		name := filepath.Join(w.dir, time.Now().Format("150405.000000000"))
		time.AfterFunc(20*time.Millisecond, func() { _ = os.Remove(name) })
		return os.WriteFile(name, nil, 0o600)
	}))
}
