package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
)

func newCheck(s streams) *cobra.Command {
	var color string
	cmd := &cobra.Command{
		Use:   "check FILE|-...",
		Short: "Report every problem of scripts without running them",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("no script given: tg check FILE...")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Limits: engine.Limits{MaxSource: maxSource}})
			if err != nil {
				return err
			}
			code := 0
			for _, name := range args {
				code = max(code, checkFile(cmd, s, painter(color, s.err), eng, name))
			}
			return status(code)
		},
	}
	addColor(cmd, &color)
	return cmd
}

// checkFile checks one script and returns the exit status.
func checkFile(cmd *cobra.Command, s streams, p paint, eng *engine.Engine, name string) int {
	src := fileSource(name, s.in)
	text, err := src.read(cmd.Context(), maxSource)
	if err != nil {
		fmt.Fprintf(s.err, "%s cannot read %s: %s\n", p.red("error:"), shown(src.name), reason(err))
		return exitUsage
	}
	if _, err := eng.Compile(src.name, text); err != nil {
		report(s.err, p, err)
		return exitError
	}
	return 0
}
