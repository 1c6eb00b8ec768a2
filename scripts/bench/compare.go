package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
)

// worse is how much of a ratio may be lost before it is called worse: less is the
// machine's.
const worse = 0.9

// readReport reads what -json wrote.
func readReport(file string) (*report, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := &report{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s is not what -json writes: %w", file, err)
	}
	return r, nil
}

// compareTo prints how the ratios of this run stand to those of an earlier one, line by line
// of the same work and peer.
func (r *report) compareTo(out io.Writer, old *report) error {
	before := map[[3]string]line{}
	for _, l := range old.Lines {
		before[[3]string{l.Row, l.What, l.Peer}] = l
	}
	fmt.Fprintf(out, "\ncompared with a run on %d cores, %s, %s\n", old.Cores, old.Go, old.Python)
	if old.Cores != r.Cores || old.Quick || r.Quick {
		fmt.Fprintln(out, "the two were not measured alike: what follows says little")
	}
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "row\twork\tpeer\tbefore\tnow\t\t")
	for _, l := range r.Lines {
		was, ok := before[[3]string{l.Row, l.What, l.Peer}]
		if !ok || l.Ratio == 0 || was.Ratio == 0 {
			continue
		}
		change := l.Ratio / was.Ratio
		mark := ""
		if change < worse {
			mark = "worse"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%+.0f %%\t%s\n", l.Row, l.What, l.Peer, was.ratio(), l.ratio(), 100*(change-1), mark)
	}
	return w.Flush()
}
