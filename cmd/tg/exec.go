package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
)

// execFlags are the flags of tg exec; they mirror the fields of engine.Options.
type execFlags struct {
	code       string
	maxWorkers int
	serial     bool
	timeout    duration
	grace      duration
	quiet      bool
	color      string
}

func newExec(s streams) *cobra.Command {
	f := execFlags{grace: duration(engine.DefaultGrace)}
	cmd := &cobra.Command{
		Use:   "exec [flags] FILE|- [ARGS...]",
		Short: "Run a script",
		Long: `Run a script from FILE, from standard input (-), or from the text of -c.
All that follows FILE is the script's: it finds it in args.

Exit status: 0 ok; 1 the script stopped with an error; 2 usage, or FILE cannot be
read; 124 --timeout; 130 and 143 interrupted; exit(n) in the script gives n.`,
		Example: `  tg exec sync.star
  tg exec -j 8 --timeout 2m sync.star eu-west
  tg exec -c 'print(threadgroup().map(lambda x: x * x, range(5)).values())'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			src, err := f.source(cmd, args)
			if err != nil {
				return err
			}
			return status(execScript(cmd.Context(), s, f, src))
		},
	}
	flags := cmd.Flags()
	flags.SetInterspersed(false)
	flags.StringVarP(&f.code, "code", "c", "", "run `CODE` instead of a file")
	flags.IntVarP(&f.maxWorkers, "max-workers", "j", 0, "run at most `N` tasks at once, over all groups")
	flags.BoolVar(&f.serial, "serial", false, "run one task at a time, in order of registration")
	flags.Var(&f.timeout, "timeout", "stop the script after `TIME`, such as 90, 1.5, 300ms or 2m")
	flags.Var(&f.grace, "grace", "give deferred calls `TIME` after a stop")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print no summary")
	addColor(cmd, &f.color)
	return cmd
}

// status turns an exit status into what cobra's functions return.
func status(code int) error {
	if code == 0 {
		return nil
	}
	return statusError(code)
}

// A source says where a script comes from.
type source struct {
	name string   // shown in messages
	path string   // of a file; "": stdin or code
	code string   // of -c
	in   bool     // read standard input
	args []string // for the script
}

func (f *execFlags) source(cmd *cobra.Command, args []string) (source, error) {
	switch {
	case f.maxWorkers < 0 || f.maxWorkers == 0 && cmd.Flags().Changed("max-workers"):
		return source{}, errors.New("--max-workers must be greater than 0")
	case cmd.Flags().Changed("code"):
		return source{name: "<command>", code: f.code, args: args}, nil
	case len(args) == 0:
		return source{}, errors.New("no script given: tg exec FILE, or - for standard input; see tg exec --help")
	case args[0] == "-":
		return source{name: "<stdin>", in: true, args: args[1:]}, nil
	default:
		return source{name: args[0], path: args[0], args: args[1:]}, nil
	}
}

// read returns the text. Reading ends when ctx does: standard input may be a
// terminal at which nobody types.
func (src *source) read(ctx context.Context, in io.Reader) ([]byte, error) {
	switch {
	case src.in:
		type result struct {
			text []byte
			err  error
		}
		done := make(chan result, 1)
		go func() {
			text, err := io.ReadAll(in)
			done <- result{text, err}
		}()
		select {
		case r := <-done:
			return r.text, r.err
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	case src.path == "":
		return []byte(src.code), nil
	default:
		return os.ReadFile(src.path)
	}
}

// execScript runs a script and returns the exit status.
func execScript(ctx context.Context, s streams, f execFlags, src source) int {
	paint := painter(f.color, s.err)
	ctx, signals := watchSignals(ctx, time.Duration(f.grace), s.err)
	defer signals.stop()
	if f.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, time.Duration(f.timeout), timeoutError(f.timeout))
		defer cancel()
	}
	text, err := src.read(ctx, s.in)
	if err != nil {
		if ctx.Err() != nil {
			return exitStatus(ctx, err)
		}
		fmt.Fprintf(s.err, "%s cannot read %s: %s\n", paint.red("error:"), src.name, reason(err))
		return exitUsage
	}
	root, err := os.OpenRoot(filepath.Dir(src.path))
	if err != nil {
		fmt.Fprintf(s.err, "%s cannot open the folder of %s: %s\n", paint.red("error:"), src.name, reason(err))
		return exitUsage
	}
	defer root.Close()

	sum := newSummary()
	eng, err := engine.New(engine.Options{
		Modules: builtins.Standard(), Stdout: s.out, FS: root.FS(), Events: sum.sink(),
		MaxWorkers: f.maxWorkers, Serial: f.serial, Grace: time.Duration(f.grace),
	})
	if err == nil {
		var script *engine.Script
		if script, err = eng.Compile(src.name, text); err == nil {
			_, err = eng.Run(ctx, script, engine.Input{Args: src.args})
		}
	}
	var exit *engine.ExitError
	if err != nil && !errors.As(err, &exit) {
		report(s.err, paint, err)
	}
	if !f.quiet {
		sum.print(s.err, paint)
	}
	return exitStatus(ctx, err)
}

// exitStatus maps how a run ended to the exit status.
func exitStatus(ctx context.Context, err error) int {
	var exit *engine.ExitError
	var sig signalError
	var late timeoutError
	cause := context.Cause(ctx)
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.Code
	case errors.As(cause, &sig):
		return sig.status()
	case errors.As(cause, &late):
		return exitTimeout
	}
	return exitError
}

// reason is what went wrong with a file, without its name.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "no such file"
	}
	return err.Error()
}

// A timeoutError is the cause of a run that took longer than --timeout.
type timeoutError duration

func (e timeoutError) Error() string {
	d := duration(e)
	return fmt.Sprintf("--timeout of %s passed", &d)
}
