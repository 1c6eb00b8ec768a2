package main

import (
	"io"
	"os"
	"testing"
	"time"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/stretchr/testify/require"
)

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"5": 5 * time.Second, "1.5": 1500 * time.Millisecond, ".5": 500 * time.Millisecond, "1e3": 1000 * time.Second,
		"300ms": 300 * time.Millisecond, "2m": 2 * time.Minute, "1h30m": 90 * time.Minute, "0.001": time.Millisecond,
		"1ns": 1, "+5": 5 * time.Second,
	} {
		var d duration
		require.NoError(t, d.Set(text), text)
		require.Equal(t, want, time.Duration(d), text)
	}
	for text, want := range map[string]string{
		"": "is not a time", "x": "is not a time", "5y": "is not a time", "5 s": "is not a time", "nan": "is not a time", "--": "is not a time",
		"0": "is not greater than 0", "-1": "is not greater than 0", "-1s": "is not greater than 0", "0s": "is not greater than 0",
		"1e-30": "is not greater than 0", "-inf": "is not greater than 0", "1e30": "is too long", "inf": "is too long",
	} {
		d := duration(7)
		require.ErrorContains(t, d.Set(text), want, text)
		require.EqualValues(t, 7, d, "a wrong value changes nothing")
	}
	for d, want := range map[time.Duration]string{5 * time.Second: "5s", 90 * time.Minute: "5400s", 300 * time.Millisecond: "0.3s"} {
		require.Equal(t, want, (*duration)(&d).String())
	}
}

func TestWorkers(t *testing.T) {
	var n workers
	require.Empty(t, n.String())
	require.NoError(t, n.Set("12"))
	require.Equal(t, "12", n.String())
	for _, text := range []string{"", "0", "-1", "1.5", "x", "0x10", "1_0", "99999999999999999999"} {
		require.Error(t, n.Set(text), text)
	}
	require.EqualValues(t, 12, n)
}

// TestPainter: --color > NO_COLOR > FORCE_COLOR > terminal and TERM≠dumb.
func TestPainter(t *testing.T) {
	for _, test := range []struct {
		mode, no, force string
		want            bool
	}{
		{"auto", "", "", false}, // no terminal
		{"always", "", "", true},
		{"never", "", "", false},
		{"always", "1", "", true},
		{"never", "", "1", false},
		{"auto", "1", "", false},
		{"auto", "", "1", true},
		{"auto", "1", "1", false},
		{"always", "1", "1", true},
		{"auto", "0", "1", false}, // any text counts
	} {
		t.Setenv("NO_COLOR", test.no)
		t.Setenv("FORCE_COLOR", test.force)
		require.EqualValues(t, test.want, draw.NewPaint(test.mode, io.Discard), "%+v", test)
	}
	t.Setenv("NO_COLOR", "")
	t.Setenv("FORCE_COLOR", "")
	null, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer null.Close()
	require.False(t, bool(draw.NewPaint("auto", null)), "a file that is no terminal")
}

func TestPaint(t *testing.T) {
	require.Equal(t, "x", draw.Paint(false).Red("x"))
	require.Equal(t, "\x1b[1;31mx\x1b[0m", draw.Paint(true).Red("x"))
	require.Empty(t, draw.Paint(true).Red(""))
}
