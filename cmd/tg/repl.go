package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
	"golang.org/x/term"
)

func newREPL(s streams) *cobra.Command {
	var allow permit.Set
	var color string
	env := envList{}
	cmd := &cobra.Command{
		Use:   "repl",
		Short: "Type statements and see what comes of them",
		Long: `Read statements, run each, and print the value of expressions. All of them are one
module: what one sets the next may use and change. An empty line ends a block, _ is the
last value. Each waits for the tasks that it has started, and load finds files in the
current folder. Ctrl-C stops what runs, Ctrl-D ends it all.`,
		Example: `  tg repl
  tg repl --allow-net
  echo 'print(1 + 1)' | tg repl`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r := &repl{streams: s, paint: draw.NewPaint(color, s.err)}
			return status(r.run(cmd.Context(), allow, env))
		},
	}
	addColor(cmd, &color)
	addGrants(cmd.Flags(), &allow)
	addEnv(cmd.Flags(), env)
	return cmd
}

// A repl reads pieces of a session and runs them.
type repl struct {
	streams
	paint   draw.Paint
	session *engine.Session
	lines   lineReader
}

// A lineReader reads what is typed.
type lineReader interface {
	// read returns a line without its end. The error is io.EOF at the end, or
	// errInterrupted if the line is to be forgotten.
	read(prompt string) (string, error)
	close()
}

var errInterrupted = errors.New("interrupted")

func (r *repl) run(ctx context.Context, allow permit.Set, env envList) int {
	eng, err := engine.New(engine.Options{
		Modules: builtins.Standard(), Stdout: r.out, Allow: allow, Env: env, Log: slog.New(slog.NewTextHandler(r.err, nil)),
	})
	if err != nil {
		draw.Report(r.err, r.paint, err)
		return exitError
	}
	defer eng.Close()
	if r.session, err = eng.NewSession(ctx, os.DirFS("."), engine.Input{}); err != nil {
		draw.Report(r.err, r.paint, err)
		return exitError
	}
	defer r.session.Close()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, syscall.SIGINT)
	defer signal.Stop(interrupts)
	r.lines = r.reader()
	defer r.lines.close()
	code := 0
	for {
		src, err := r.piece()
		if strings.TrimSpace(src) != "" {
			failed := r.exec(ctx, src, interrupts)
			if exit := (*engine.ExitError)(nil); errors.As(failed, &exit) {
				return exit.Code
			}
			if _, typed := r.lines.(*editor); failed != nil && !typed {
				code = exitError
			}
		}
		if err != nil || r.out.failure() != nil {
			return code
		}
	}
}

// reader reads from a terminal with an editor, from elsewhere as it is.
func (r *repl) reader() lineReader {
	if f, ok := r.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		fmt.Fprintln(r.err, r.paint.Dim("tg "+version()+": Ctrl-D ends it, Tab completes"))
		return newEditor(f, os.Stdout, r.session)
	}
	return &plainReader{bufio.NewReader(r.in)}
}

// piece reads lines until they are whole. The error is io.EOF.
func (r *repl) piece() (string, error) {
	var src strings.Builder
	for prompt := ">>> "; ; prompt = "... " {
		line, err := r.lines.read(prompt)
		if errors.Is(err, errInterrupted) {
			return "", nil
		}
		src.WriteString(line + "\n")
		if err != nil {
			return src.String(), err
		}
		if whole(src.String()) {
			return src.String(), nil
		}
	}
}

// exec runs a piece. Ctrl-C stops it, and nothing else.
func (r *repl) exec(ctx context.Context, src string, interrupts <-chan os.Signal) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-interrupts:
			cancel(signalError{syscall.SIGINT})
		case <-done:
		}
	}()
	shown, err := r.session.Exec(ctx, src)
	close(done)
	<-watched
	switch exit := (*engine.ExitError)(nil); {
	case errors.As(err, &exit):
	case err != nil:
		if _, typed := r.lines.(*editor); typed && ctx.Err() != nil {
			fmt.Fprintln(r.err) // behind the ^C
		}
		draw.Report(r.err, r.paint, err)
	case shown != "":
		fmt.Fprintln(r.out, draw.Clean(shown))
	}
	return err
}

// A plainReader reads lines from a file or a pipe.
type plainReader struct{ r *bufio.Reader }

func (p *plainReader) read(string) (string, error) {
	line, err := p.r.ReadString('\n')
	if err == nil || errors.Is(err, io.EOF) {
		return strings.TrimRight(line, "\r\n"), err
	}
	return "", io.EOF
}

func (p *plainReader) close() {}
