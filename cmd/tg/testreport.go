package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine/event"
)

// show prints how the tests of a file end, in their order, as they do.
func (t *tester) show(f *testFile) {
	<-f.ready
	if t.verbose && f.output != "" {
		t.print(t.paint.Dim(draw.OneLine(f.name)) + "\n" + printed(f.output))
	}
	for _, c := range f.cases {
		<-c.done
		if c.verdict == wrong || t.verbose {
			t.print(t.drawn(f, c))
		}
	}
	<-f.done
	if n := f.counts(); !t.verbose && n.Skipped < n.Tasks {
		t.print(t.row(f))
	}
}

func (t *tester) print(text string) { _, _ = io.WriteString(t.out, text) }

// topLevel stands for the name of a test where a file's top level has failed.
const topLevel = "<toplevel>"

// title is a test's name in full.
func (f *testFile) title(c *testCase) string {
	return f.name + "::" + cmp.Or(c.name, topLevel)
}

// drawn is how a test has ended, and if it is of interest why.
func (t *tester) drawn(f *testFile, c *testCase) string {
	var b strings.Builder
	marks := map[verdict]string{passed: t.paint.Green("✓"), wrong: t.paint.Red("✗"), cancelled: t.paint.Red("-"), notRun: t.paint.Dim("-")}
	fmt.Fprintf(&b, "%s %s", marks[c.verdict], t.paint.Bold(draw.OneLine(f.title(c))))
	switch c.verdict {
	case cancelled:
		b.WriteString("   cancelled")
	case notRun:
		b.WriteString("   skipped")
	default:
		fmt.Fprintf(&b, "   %.1fs", c.took.Seconds())
	}
	b.WriteString("\n")
	if c.err != nil {
		draw.Report(&b, t.paint, c.err)
	}
	if c.output != "" {
		b.WriteString(t.paint.Dim("printed:") + "\n" + printed(c.output))
	}
	return b.String()
}

// printed is the output of a test as it is shown.
func printed(output string) string {
	var b strings.Builder
	for line := range strings.Lines(output) {
		b.WriteString("    " + draw.OneLine(strings.TrimSuffix(line, "\n")) + "\n")
	}
	return b.String()
}

// row is the line that sums a file up.
func (t *tester) row(f *testFile) string {
	var b strings.Builder
	r := row{name: draw.OneLine(f.name), counts: f.counts(), duration: f.took}
	r.print(&b, t.paint, t.width, len(r.done()))
	return b.String()
}

// counts counts the tests of a file that have ended, or will not be run.
func (f *testFile) counts() (n event.Counts) {
	for _, c := range f.known() {
		n.Tasks++
		if !c.ended() {
			n.Cancelled++
			continue
		}
		switch c.verdict {
		case passed:
			n.OK++
		case wrong:
			n.Failed++
		case cancelled:
			n.Cancelled++
		case notRun:
			n.Skipped++
		}
	}
	return n
}

// known returns the cases of a file, if they can be known by now.
func (f *testFile) known() []*testCase {
	if closed(f.ready) {
		return f.cases
	}
	return nil
}

// end writes and prints what is due at the end, once, and returns the exit status.
func (t *tester) end(ctx context.Context) int {
	t.once.Do(func() { t.exit = t.summarize(ctx) })
	return t.exit
}

// giveUp says what has not stopped, and ends without it.
func (t *tester) giveUp(ctx context.Context) int {
	if t.out.busy.Load() {
		t.complain(fmt.Errorf("what tg prints is not read: a write did not return within the grace period of %s", &t.grace))
		return exitStatus(ctx, nil)
	}
	t.running.Range(func(title, _ any) bool {
		t.complain(fmt.Errorf("a built-in function did not stop within the grace period of %s in %s", &t.grace, draw.OneLine(title.(string))))
		return true
	})
	return t.end(ctx)
}

func (t *tester) summarize(ctx context.Context) int {
	var total event.Counts
	all := 0
	for _, f := range t.files {
		if closed(f.ready) {
			all += f.all
		}
		total.Add(f.counts())
	}
	exit := exitStatus(ctx, t.outcome(ctx, total, all))
	for _, err := range t.write() {
		t.complain(err)
		exit = max(exit, exitError)
	}
	return exit
}

// outcome prints the last lines, and returns why the exit status is not 0.
func (t *tester) outcome(ctx context.Context, total event.Counts, all int) error {
	var lost outputError
	t.print(t.cover.table(t.paint))
	if total.Tasks > 0 {
		t.print(t.total(total))
	}
	err := context.Cause(ctx)
	switch {
	case errors.As(err, &lost) && lost.quiet():
		return err
	case err != nil:
	case total.Tasks == 0 && all > 0:
		fmt.Fprintf(t.err, "%s none of %s matches --run\n", draw.NewPaint(t.color, t.err).Blue("note:"), draw.Plural(all, "test"))
		return nil
	case total.Tasks == 0:
		err = errors.New("no tests found: tests are functions named test_*, in the files that are named, or in files named *_test.star of folders")
	case total.OK < total.Tasks:
		return errors.New("tests failed")
	}
	if err != nil {
		t.complain(err)
	}
	return err
}

// total is the last line of all.
func (t *tester) total(n event.Counts) string {
	mark := t.paint.Green("✓")
	if n.OK < n.Tasks {
		mark = t.paint.Red("✗")
	}
	parts := append([]string{fmt.Sprintf("%d passed", n.OK)}, endings(n)...)
	parts = append(parts, fmt.Sprintf("%.1fs", time.Since(t.began).Seconds()))
	return mark + " " + strings.Join(parts, ", ") + "\n"
}

// write writes the files that flags ask for.
func (t *tester) write() (errs []error) {
	for _, target := range t.targets {
		write := t.cover.lcov
		if target.flag == "--junit" {
			write = t.writeJUnit
		}
		if err := target.replace(write); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}
