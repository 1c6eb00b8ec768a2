package differ_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The evaluator and go.starlark.net's interpreter run generated programs, and all
// that can be observed must be the same: what is printed, which includes what host
// functions see of the stack and errors with their stacks; the globals, which of
// them are the same value, and which can be changed; the error that ends the
// program, with its causes and the stack of each.
//
// Different on purpose, and kept out:
//   - calls nested deeper than 10,000, and values too big for a limit: programs that
//     take many steps or make big values are left out (see watch);
//   - a sequence that has too many elements for an assignment can still be changed
//     afterwards, where go.starlark.net forgets to close its iterator (see leaks);
//   - a slice of a range whose step overflows is an error here (see wide);
//   - where a built-in of go.starlark.net panics, as set.difference does without
//     arguments, the program fails with an error here.
//
// DIFFER=n runs n random programs, DIFFER_SEED=s begins with a certain seed:
//
//	DIFFER=1000000 go test -v -run TestDiffer -timeout 2h ./engine/eval/differ
func TestDiffer(t *testing.T) {
	var c campaign
	count, seed := 3000, uint64(1)
	if n, err := strconv.Atoi(os.Getenv("DIFFER")); err == nil {
		count, seed = n, uint64(time.Now().UnixNano())
		c.messages = map[string]int{}
	}
	if n, err := strconv.ParseUint(os.Getenv("DIFFER_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("%d programs from DIFFER_SEED=%d", count, seed)
	c.run(seed, count)
	good, failed := c.good.Load(), c.failed.Load()
	t.Logf("%d ran to the end, %d failed, %d were stopped", good, failed, c.endless.Load())
	if c.messages != nil {
		t.Log(c.histogram())
	}
	require.Empty(t, c.invalid, "programs that are refused")
	require.Less(t, int(c.endless.Load()), count/20+5, "programs that were stopped")
	if count < 500 {
		good, failed = 9, 11 // too few to tell
	}
	require.InDelta(t, 0.55, float64(failed)/float64(good+failed), 0.15, "share of the programs that fail")
	for _, d := range c.sorted() {
		t.Errorf("%d times, the first with seed %d: %s", d.count, d.seed, d.explain())
	}
}

// FuzzDiffer lets Go's fuzzer make the choices of which programs are generated.
func FuzzDiffer(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, []byte{})
	}
	f.Fuzz(func(t *testing.T, seed uint64, script []byte) {
		d, _ := differ(generate(newChoices(seed, script)))
		if d != nil {
			t.Error(d.explain())
		}
	})
}

// A difference between the evaluators.
type difference struct {
	sample
	part      string // of the report
	want, got string // the first lines that differ
	seed      uint64
	count     int
}

// differ runs a sample with both evaluators.
func differ(s sample) (*difference, report) {
	got := tested.run(s) // first: it refuses what would take all memory
	if got.endless || limited(got.printed+got.globals) {
		return nil, report{endless: true}
	}
	want := reference.run(s)
	if want.endless || want.panics || want.invalid != nil || wide(got.msg) {
		return nil, want
	}
	a, b := want.parts(), got.parts()
	for i := range a {
		if a[i][1] != b[i][1] {
			d := &difference{sample: s, part: a[i][0]}
			d.want, d.got = firstDifference(a[i][1], b[i][1])
			return d, want
		}
	}
	return nil, want
}

func firstDifference(a, b string) (string, string) {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range as {
		if i >= len(bs) {
			return as[i], "(no more lines)"
		}
		if as[i] != bs[i] {
			return as[i], bs[i]
		}
	}
	return "(no more lines)", bs[len(as)]
}
