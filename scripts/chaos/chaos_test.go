//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestShort runs each kind once or twice. The small disk is left out: the tests of vaults, which may
// run at the same time, do not like it to be full.
func TestShort(t *testing.T) {
	if gone := missing("go", "sh", "sleep"); gone != "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(gone)
		}
		t.Log("less is done: " + gone)
	}
	t.Setenv("TMPDIR", t.TempDir())
	var out bytes.Buffer
	err := run(t.Context(), []string{"-full", "", "-time", "5s", "-rounds", "12"}, &out)
	t.Log(out.String())
	require.NoError(t, err)
	require.Regexp(t, `panics +[1-9]\d* rounds +0 findings\n`, out.String())
	require.Contains(t, out.String(), "skipped: no small disk")
}

func TestUnknownKind(t *testing.T) {
	require.ErrorContains(t, run(t.Context(), []string{"-only", "signal"}, &bytes.Buffer{}), `there is no kind "signal"; there are signals, `)
}

// fake returns a round whose tg is a script of the shell.
func fake(t *testing.T, body string) *round {
	if gone := missing("sh", "sleep"); gone != "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(gone)
		}
		t.Skip(gone)
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/tg", []byte("#!/bin/sh\n"+body), 0o700))
	return &round{&chaos{dir: dir, tg: dir + "/tg"}, t.Context(), rand.New(rand.NewPCG(1, 1)), t.TempDir(), "TG_CHAOS=" + dir}
}

// What does not end, crashes, or leaves programs is noticed.
func TestNoticesPrograms(t *testing.T) {
	p, err := fake(t, "exec sleep 60").start("x.star", nil)
	require.NoError(t, err)
	_, err = p.end(50 * time.Millisecond)
	require.ErrorContains(t, err, "did not end within 50ms")

	p, err = fake(t, "echo 'panic: oh' >&2; exit 2").start("x.star", nil)
	require.NoError(t, err)
	require.ErrorContains(t, p.expect(2, ""), "crashed:\npanic: oh")

	p, err = fake(t, "echo 'error: x' >&2; exit 3").start("x.star", nil)
	require.NoError(t, err)
	require.EqualError(t, p.expect(1, "y"), `status 3, not 1; says "error: x\n", not "y"`)

	r := fake(t, "shift 4; env \"$3\" sleep 60 >/dev/null 2>&1 &")
	p, err = r.start("x.star", nil)
	require.NoError(t, err)
	require.NoError(t, p.expect(0, ""))
	if _, err := os.Stat("/proc/self/environ"); err == nil {
		require.ErrorContains(t, r.orphans(), `1 programs have outlived the script, one is "sleep`)
	}
	r.sweep()
	require.NoError(t, r.orphans())
}

// What was said and is not there is noticed.
func TestNoticesLosses(t *testing.T) {
	const whole = `{"joblog":1}` + "\n" + `{"args":"(3,)","status":"ok","value":9}` + "\n"
	for _, test := range []struct{ said, log, vault, other, want string }{
		{"done 3\ninserted 3\n", whole, `{"k3": 9}`, "", ""},
		{"done 3\ninserted 3\ndone 4", whole, `{"k3": 9}`, "", ""}, // the last line has no end
		{"done 4\n", whole, "", "", "task 4 was said to be done and is not in the joblog"},
		{"done 3\n", whole + `{"args`, "", "", "the joblog ends in a torn line"},
		{"", `{"args":"(3,)","status":"ok","value":8}` + "\n", "", "", "the joblog has"},
		{"inserted 3\n", whole, `{"k3": 9`, "", "the vault: unexpected end"},
		{"inserted 3\n", whole, `{}`, "", "key k3 was inserted, and the vault has 0 (false)"},
		{"", whole, "", "tg-X", "tg-X was left behind"},
	} {
		w := &work{round: &round{dir: t.TempDir()}}
		for name, text := range map[string]string{"log.jsonl": test.log, "kept.json": test.vault, test.other: ""} {
			if name != "" {
				require.NoError(t, os.WriteFile(w.dir+"/"+name, []byte(text), 0o600))
			}
		}
		p := &program{}
		_, _ = p.out.Write([]byte(test.said))
		err := w.ended(p)
		if test.want == "" {
			require.NoError(t, err)
			require.ErrorContains(t, w.ended(p), "done again")
			continue
		}
		require.ErrorContains(t, err, test.want)
	}
}

func TestNoticesOutcomes(t *testing.T) {
	at := outcome{Status: "failed", Kind: "panic", Message: "panic in built-in call: chaos 1", Traceback: "panics.star:10:1: in call"}
	require.NoError(t, at.fits(1, "call"))
	require.NoError(t, outcome{Status: "ok", Value: "[1]"}.fits(1, ""))
	require.ErrorContains(t, outcome{Status: "ok", Value: "[2]"}.fits(1, ""), "has lost its value")
	require.ErrorContains(t, at.fits(1, ""), "has lost its value")
	at.Traceback = ""
	require.ErrorContains(t, at.fits(1, "call"), "does not say where")
	at.Kind = "error"
	require.ErrorContains(t, at.fits(1, "call"), "is not of kind panic")
}

// A finding is printed with what repeats it.
func TestFinding(t *testing.T) {
	var out bytes.Buffer
	c := &chaos{dir: t.TempDir()}
	k := &kind{name: "odd", run: func(r *round) error {
		if r.rng.IntN(2) == 0 {
			return errors.New("found\nmore")
		}
		return nil
	}}
	var seed uint64
	for ; k.findings == 0; seed++ {
		c.rounds(t.Context(), &out, []*kind{k}, seed, 1, time.Now().Add(time.Hour))
	}
	require.Regexp(t, `^odd: found\n    more\n  again: go run ./scripts/chaos -only odd -seed \d+ -rounds 1\n$`, out.String())
	require.Error(t, c.round(context.Background(), k, seed-1), "it comes again")
}
