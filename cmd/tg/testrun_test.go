package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
)

// runTests runs tg test in this process and returns what it prints, and its status.
func runTests(t *testing.T, change func(*testFlags), paths ...string) (string, int) {
	t.Helper()
	var out, said bytes.Buffer
	f := testFlags{atOnce: 4, timeout: duration(guard), grace: duration(time.Second), color: "never", verbose: true, env: envList{}}
	if change != nil {
		change(&f)
	}
	code := newTester(streams{out: &output{w: &out}, err: &said}, f).run(context.Background(), paths)
	return out.String() + said.String(), code
}

// folderOf makes a folder with files of these texts, by name.
func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	return dir
}

// Tests wait for each other here: they pass only if they run side by side, those of
// one file and those of others.
func TestTestsRunSideBySide(t *testing.T) {
	dir := folderOf(t, nil)
	const meet = `
def meet(me, other):
    fs.write_text("%s/" + me, "")
    while not fs.exists("%s/" + other):
        time.sleep(0.005)
`
	helpers := fmt.Sprintf(meet, filepath.ToSlash(dir), filepath.ToSlash(dir))
	for name, text := range map[string]string{
		"a_test.star": helpers + "def test_1(): meet('a1', 'a2')\ndef test_2(): meet('a2', 'b1')\n",
		"b_test.star": helpers + "def test_1(): meet('b1', 'a1')\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	out, code := runTests(t, func(f *testFlags) { f.allow = permit.Set{All: true} }, dir)
	require.Zero(t, code, out)
}

// Whichever test is ready first, results come in the order of the files and of the
// definitions in them, and no more tests run at once than -j allows.
func TestTestsInOrder(t *testing.T) {
	const files, tests = 5, 20
	texts := map[string]string{}
	var want []string
	for i := range files {
		var b strings.Builder
		for j := range tests {
			fmt.Fprintf(&b, "def test_%d():\n    time.sleep(%g)\n    print(%d)\n", (j*7)%tests, float64(tests-j)/4000, i*tests+j)
			want = append(want, fmt.Sprintf("f%d_test.star::test_%d", i, (j*7)%tests), fmt.Sprint(i*tests+j))
		}
		texts[fmt.Sprintf("f%d_test.star", i)] = b.String()
	}
	dir := folderOf(t, texts)
	for _, n := range []workers{1, 3, 100} {
		out, code := runTests(t, func(f *testFlags) { f.atOnce = n }, dir)
		require.Zero(t, code, out)
		var got []string
		for _, m := range regexp.MustCompile(`(?m)(f\d_test\.star::test_\d+) |^    (\d+)$`).FindAllStringSubmatch(out, -1) {
			got = append(got, m[1]+m[2])
		}
		require.Equal(t, want, got)
		require.Contains(t, out, fmt.Sprintf("✓ %d passed, ", files*tests))
	}
}

// With -j 1 tests run one at a time, in the order in which they are defined.
func TestTestsOneAtATime(t *testing.T) {
	dir := folderOf(t, map[string]string{
		"a_test.star": "n = counter()\ndef test_b():\n    assert n.add(1) == 1\n    time.sleep(0.01)\n    assert n.add(0) == 1\ndef test_a():\n    assert n.add(1) == 2\n",
	})
	out, code := runTests(t, func(f *testFlags) { f.atOnce = 1 }, dir)
	require.Zero(t, code, out)
}

// The report is XML, whatever names, messages and output are made of.
func TestJUnitHostile(t *testing.T) {
	dir := folderOf(t, nil)
	names := []string{"a]]>&\"'<b>_test.star", "é\x1b[31m\n_test.star", "bad\xff\xfe_test.star"}
	const text = "def test_1():\n    print('\\x00\\x08\\x1b ]]> & \\ufffe \\U0001f600')\n    fail('<x a=\"1\">\\x00\\u2028 ]]>')\n"
	made := 0
	for _, name := range names {
		if os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666) == nil { // not every system takes every name
			made++
		}
	}
	report := filepath.Join(t.TempDir(), "report.xml")
	out, code := runTests(t, func(f *testFlags) { f.junit = report; f.coverage.on = true }, dir)
	require.Equal(t, exitError, code, out)
	require.NotContains(t, out, "\x1b")
	text2, err := os.ReadFile(report)
	require.NoError(t, err)
	for d := xml.NewDecoder(bytes.NewReader(text2)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else {
			require.NoError(t, err, "%s", text2)
		}
	}
	var got junitReport
	require.NoError(t, xml.Unmarshal(text2, &got))
	require.Equal(t, made, got.Failures)
	require.Len(t, got.Suites, made)
	for _, s := range got.Suites {
		require.Len(t, s.Cases, 1)
		require.Equal(t, "test_1", s.Cases[0].Name)
		require.Equal(t, 1, s.Cases[0].Line)
		require.Contains(t, s.Cases[0].Failure.Message, `fail: <x a="1">`)
		require.Contains(t, *s.Cases[0].Output, `\x00\x08\x1b ]]> & `)
	}
}

// Of much output the end is kept.
func TestCapture(t *testing.T) {
	var c capture
	line := []byte(strings.Repeat("x", 1023) + "\n")
	for range 5 * maxCapture / len(line) {
		_, _ = c.Write(line)
	}
	_, _ = c.Write([]byte("last\n"))
	require.LessOrEqual(t, len(c.String()), 2*maxCapture+100)
	require.True(t, strings.HasSuffix(c.String(), "x\nlast\n"))
	require.Regexp(t, `^… \d+ bytes before this are not kept\n`, c.String())
}

// Lines are counted while files are compiled for other tests beside.
func TestCoverageBeside(t *testing.T) {
	texts := map[string]string{"lib.star": "def f(x):\n    if x:\n        return 1\n    return 2\n"}
	for i := range 20 {
		texts[fmt.Sprintf("f%02d_test.star", i)] = "load('lib.star', 'f')\ndef test_1():\n    f(1)\ndef test_2():\n    f(1)\n"
	}
	dir := folderOf(t, texts)
	lcov := filepath.Join(t.TempDir(), "lcov.info")
	out, code := runTests(t, func(f *testFlags) { f.coverage = coverageFlag{on: true, file: lcov} }, dir)
	require.Zero(t, code, out)
	text, err := os.ReadFile(lcov)
	require.NoError(t, err)
	require.Contains(t, string(text), "DA:1,20\nDA:2,40\nDA:3,40\nDA:4,0\nLF:4\nLH:3\n")
}

// A test that ignores its end is left alone after the time that deferred calls may take.
func TestBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, never := time.Now(), make(chan struct{})
		defer close(never)
		_, err := bounded(t.Context(), testFlags{timeout: duration(time.Minute), grace: duration(5 * time.Second)}, func(context.Context) (int, error) {
			<-never
			return 0, nil
		})
		require.EqualError(t, err, "--timeout of 60s passed, and a built-in function did not stop within the grace period of 5s")
		require.Equal(t, time.Minute+2*5*time.Second+slack, time.Since(began))
	})
}

// A run that is given up names what still runs, and reports the rest.
func TestTestsGiveUp(t *testing.T) {
	var out, said bytes.Buffer
	report := filepath.Join(t.TempDir(), "report.xml")
	tester := newTester(streams{out: &output{w: &out}, err: &said}, testFlags{atOnce: 1, junit: report, grace: duration(time.Second)})
	f := &testFile{source: source{name: "a_test.star"}, ready: make(chan struct{}), done: make(chan struct{})}
	over, stuck := &testCase{name: "test_over", done: make(chan struct{})}, &testCase{name: "test_stuck", done: make(chan struct{})}
	f.cases = []*testCase{over, stuck}
	over.end(false, nil)
	close(f.ready)
	tester.files = []*testFile{f, {source: source{name: "b_test.star"}, ready: make(chan struct{})}}
	tester.started(f.title(stuck))
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(signalError{syscall.SIGINT})
	require.Equal(t, 130, tester.giveUp(ctx))
	require.Regexp(t, `^✗ 1 passed, 1 cancelled, 0.\ds\n$`, out.String())
	require.Equal(t, "error: a built-in function did not stop within the grace period of 1s in a_test.star::test_stuck\nerror: interrupted\n", said.String())
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	require.Contains(t, string(text), `<skipped message="cancelled">`)
}

func TestWithRun(t *testing.T) {
	root := newRoot(standard())
	require.Equal(t, []string{"test", "--run", "x", "--run=y", "--", "-run"}, withExec(root, []string{"test", "-run", "x", "-run=y", "--", "-run"}))
	require.Equal(t, []string{"exec", "x.star", "-run"}, withExec(root, []string{"x.star", "-run"}))
}
