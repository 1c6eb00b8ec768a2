package main

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"github.com/starlark-tg/tg/engine/dialect"
	"go.starlark.net/starlark"
)

// startRow is a row of processes that do next to nothing, one after the other.
func startRow() row {
	return row{
		name: "start", what: "one-line scripts, each a process of its own", tasks: 40, quick: 2,
		tg: starts("tg", func(b *bench) []string { return []string{b.tg, "exec", "--quiet", "-c", "x = 1"} }),
		peers: []peer{
			{least: 1 / 0.6, side: starts("python3 -c", func(b *bench) []string {
				if b.python == "" {
					return nil
				}
				return []string{b.python, "-c", "x = 1"}
			})},
			{side: starts("bare go.starlark.net", func(b *bench) []string { return []string{b.self, "-line", "x = 1"} })},
		},
		each: 0.010,
	}
}

// starts is a side that starts a program n times.
func starts(name string, command func(b *bench) []string) side {
	return side{name, func(b *bench, n int) (sample, error) {
		args := command(b)
		if args == nil {
			return sample{}, errAbsent
		}
		began := time.Now()
		for range n {
			if out, err := exec.CommandContext(b.ctx, args[0], args[1:]...).CombinedOutput(); err != nil || len(out) > 0 {
				return sample{}, errors.Join(fmt.Errorf("%v says %q", args, out), err)
			}
		}
		return sample{seconds: time.Since(began).Seconds()}, nil
	}}
}

// oneLine runs a script by go.starlark.net alone.
func oneLine(out io.Writer, src string) error {
	thread := &starlark.Thread{Print: func(_ *starlark.Thread, msg string) { fmt.Fprintln(out, msg) }}
	_, err := starlark.ExecFileOptions(dialect.Options(), thread, "line.star", src, nil)
	return err
}
