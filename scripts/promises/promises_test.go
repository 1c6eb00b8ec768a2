//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleEnv); role != "" {
		os.Exit(play(role))
	}
	goleak.VerifyTestMain(m)
}

// TestShort runs what takes least; .ci/run runs all.
func TestShort(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	t.Setenv("TMPDIR", t.TempDir())
	var out bytes.Buffer
	err := run(t.Context(), []string{"-tasks", "200", "-only", "resume,kill"}, &out)
	t.Log(out.String())
	require.NoError(t, err)
	require.Regexp(t, `(?m)^resume +200 +2 +[\d.]+  kept$`, out.String())
}

func TestFlags(t *testing.T) {
	require.ErrorContains(t, run(t.Context(), []string{"-only", "kil"}, &bytes.Buffer{}), `there is no promise "kil"; there are version, `)
	require.ErrorContains(t, run(t.Context(), []string{"-tasks", "10"}, &bytes.Buffer{}), "at least 100 tasks")
}

// fake returns a trial whose tg is a script of the shell.
func fake(t *testing.T, body string) *trial {
	if gone := missing("sh", "sleep"); gone != "" {
		t.Skip(gone)
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/tg", []byte("#!/bin/sh\n"+body), 0o700))
	l := &lab{dir: dir, tg: dir + "/tg", tasks: 100, out: &bytes.Buffer{}}
	tr, err := l.trial(t.Context(), "x")
	require.NoError(t, err)
	t.Cleanup(tr.close)
	return tr
}

// What ends in another way than it should, or never, is noticed; all is killed in the end.
func TestNoticesEnds(t *testing.T) {
	tr := fake(t, `case "$1" in cluster) exit 0;; hang) sleep 60;; *) echo "begun"; exit 3;; esac`)
	p, err := tr.start("good", "other")
	require.NoError(t, err)
	require.NoError(t, tr.wait(p, "begun", 5*time.Second))
	require.EqualError(t, tr.expect(p, 0, 5*time.Second), "good: exit status 3, not 0")
	require.ErrorContains(t, tr.wait(p, "ended", 5*time.Second), `good ended, with 3, before it printed "ended"`)
	require.Contains(t, tr.tails(), "begun")

	t.Setenv("TMPDIR", t.TempDir()) // of where it hung
	p, err = tr.start("bad", "hang")
	require.NoError(t, err)
	require.ErrorContains(t, tr.expect(p, 0, 50*time.Millisecond), "bad did not end within 50ms")
	p, err = tr.start("left", "hang")
	require.NoError(t, err)
	tr.close()
	require.True(t, p.over())
	_, err = tr.start("late", "hang")
	require.ErrorIs(t, err, context.Canceled)
}

// What was printed and is wrong is noticed.
func TestNoticesLosses(t *testing.T) {
	p := &program{}
	_, _ = p.stdout.Write([]byte("go\na [1, 2, 3]\nb [1]\nb [1]\nc {\n"))
	require.NoError(t, p.printed("a", []int{1, 2, 3}))
	require.EqualError(t, p.printed("a", []int{1, 2, 4}), "a is wrong: …[1,2,3]…, not …[1,2,4]…")
	require.EqualError(t, p.printed("b", []int{1}), `it has printed "b" twice`)
	require.ErrorContains(t, p.printed("c", []int{1}), "c: ")
	require.EqualError(t, p.printed("d", []int{1}), `it has not printed "d"`)

	file := t.TempDir() + "/log.jsonl"
	line := func(n, status string) string {
		return `{"group":"g","task":"f","args":"()","n":` + n + `,"status":"` + status + `"}` + "\n"
	}
	for text, want := range map[string]string{
		`{"joblog":1}` + "\n" + line("1", "ok") + line("2", "ok"): "",
		line("1", "ok"):                         `the joblog has {"g":1} tasks, not {"g":2}`,
		line("1", "ok") + line("1", "ok"):       "the joblog has twice, or as failed",
		line("1", "ok") + line("2", "failed"):   "the joblog has twice, or as failed",
		line("1", "ok") + line("2", "ok") + "{": "the joblog has ",
	} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		err := logged(file, map[string]int{"g": 2})
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, want)
	}
}

// A broken promise is shown with what was printed last, and in the table.
func TestBroken(t *testing.T) {
	tr := fake(t, "echo nothing good >&2")
	p := &promise{name: "odd", run: func(t *trial) error {
		p, err := t.start("tg odd", "x")
		if err == nil {
			<-p.ended
		}
		return errors.Join(err, errors.New("found\nmore"))
	}}
	skipped := &promise{name: "none", needs: func() string { return "no such thing" }}
	require.Equal(t, []string{"odd"}, tr.lab.examine(t.Context(), []*promise{p, skipped}))
	out := tr.lab.out.(*bytes.Buffer)
	report(out, []*promise{p, skipped})
	require.Regexp(t, `^odd is broken: found\n    more\n  tg odd \(\d+\), the end of stderr:\n    nothing good\n`, out.String())
	require.Regexp(t, `(?m)^odd +100 +0 +[\d.]+  BROKEN$`, out.String())
	require.True(t, strings.HasSuffix(out.String(), "  skipped: no such thing\n"))
}
