package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/starlark-tg/tg/builtins/reference"
	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
)

func newDoc(s streams) *cobra.Command {
	var color string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doc [NAME...]",
		Short: "Say what scripts can call",
		Long: `Say what scripts can call: all of it in short, or what NAME is. A value's attributes
and methods stand under the name of its class.`,
		Example: `  tg doc
  tg doc http
  tg doc http.get Response`,
		RunE: func(_ *cobra.Command, names []string) error {
			entries, err := reference.Entries()
			if err != nil {
				return err
			}
			d := &docPage{paint: draw.NewPaint(color, s.out.w), width: widthOf(s.out.w), entries: entries}
			if asJSON {
				d.show = d.json
			} else {
				d.show = d.text
			}
			code := d.all(names, func(name string) {
				fmt.Fprintf(s.err, "%s %s\n", draw.NewPaint(color, s.err).Red("error:"), d.missing(name))
			})
			_, _ = s.out.Write([]byte(d.String())) // run sees what the output has lost
			return status(code)
		},
	}
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		entries, _ := reference.Entries()
		var names []cobra.Completion
		for _, e := range entries {
			if !e.Special() {
				names = append(names, e.Name)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print entries as JSON, one a line")
	addColor(cmd, &color)
	return cmd
}

// A docPage is one run of tg doc.
type docPage struct {
	strings.Builder
	paint   draw.Paint
	width   int
	entries []reference.Entry
	show    func(name string, list []reference.Entry) // an entry and its members; "": everything
}

// all shows the names, calls lost with those that are not there, and returns the exit status.
func (d *docPage) all(names []string, lost func(string)) int {
	if len(names) == 0 {
		d.show("", d.entries)
		return 0
	}
	code := 0
	for _, name := range names {
		if e, ok := d.find(name); ok {
			d.show(e.Name, append([]reference.Entry{e}, d.members(e.Name)...))
		} else {
			lost(name)
			code = exitError
		}
	}
	return code
}

// members returns what belongs to a name.
func (d *docPage) members(owner string) []reference.Entry {
	var list []reference.Entry
	for _, e := range d.entries {
		if e.Owner() == owner {
			list = append(list, e)
		}
	}
	return list
}

func (d *docPage) json(_ string, list []reference.Entry) {
	enc := json.NewEncoder(d)
	enc.SetEscapeHTML(false)
	for _, e := range list {
		_ = enc.Encode(e) // texts, to a builder: cannot fail
	}
}
