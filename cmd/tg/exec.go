package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/cmd/tg/internal/live"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/eval"
	"github.com/starlark-tg/tg/engine/event"
	"github.com/starlark-tg/tg/engine/permit"
)

// execFlags are the flags of tg exec; they mirror the fields of engine.Options.
type execFlags struct {
	code       string
	maxWorkers workers
	serial     bool
	timeout    duration
	grace      duration
	quiet      bool
	dryRun     bool
	joblog     string
	resume     bool
	retry      bool
	json       bool
	profile    string
	timeline   timelineFile
	progress   live.Mode
	output     live.Output
	watch      bool
	color      string
	limits     engine.Limits
	allow      permit.Set
	env        envList
	cluster    execCluster
}

func newExec(s streams) *cobra.Command {
	f := execFlags{grace: duration(engine.DefaultGrace), env: envList{}, progress: "auto", output: "raw"}
	cmd := &cobra.Command{
		Use:   "exec [flags] FILE|- [ARGS...]",
		Short: "Run a script",
		Long: `Run a script from FILE, from standard input (-), or from the text of -c.
All that follows FILE, or the text of -c, is the script's: it finds it in args.
With --cluster the tasks of groups run on workers, here or on other machines: see
tg cluster --help.

Exit status: 0 ok; 1 the script stopped with an error; 2 usage, or FILE cannot be
read; 124 --timeout; 129, 130 and 143 hung up, interrupted and terminated; 141 nobody
reads what the script prints; exit(n) in the script gives n.`,
		Example: `  tg exec sync.star
  tg exec -j 8 --timeout 2m sync.star eu-west
  tg exec --cluster embed://127.0.0.1:4222 sync.star
  tg exec -c 'print(threadgroup().map(lambda x: x * x, range(5)).values())'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			src, err := f.source(cmd, args)
			if err != nil {
				return err
			}
			if err := f.check(cmd.Flags(), src); err != nil {
				return err
			}
			if f.watch {
				return status(watchScript(cmd.Context(), s, f, src))
			}
			return status(execScript(cmd.Context(), s, f, src))
		},
	}
	f.add(cmd)
	return cmd
}

// check reports flags that have no sense together.
func (f *execFlags) check(flags *pflag.FlagSet, src source) error {
	if f.joblog == "" && flags.Changed("joblog") {
		return errors.New("--joblog needs the name of a file")
	}
	if f.watch && src.path == "" {
		return errors.New("--watch needs a FILE")
	}
	if err := f.cluster.check(flags); err != nil {
		return fmt.Errorf("%w; see tg exec --help", err)
	}
	return nil
}

func (f *execFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SetInterspersed(false)
	flags.StringVarP(&f.code, "code", "c", "", "run `CODE` instead of a file")
	flags.VarP(&f.maxWorkers, "max-workers", "j", "run at most `N` tasks at once, over all groups")
	flags.BoolVar(&f.serial, "serial", false, "run one task at a time, in order of registration")
	flags.Var(&f.timeout, "timeout", "stop the script after `TIME`, such as 90, 1.5, 300ms or 2m")
	flags.Var(&f.grace, "grace", "give deferred calls `TIME` after a stop")
	flags.StringVar(&f.joblog, "joblog", "", "append a line of JSON about every task that has ended to `FILE`")
	flags.BoolVar(&f.resume, "resume", false, "take the values of tasks that the joblog has as ok; run the others")
	flags.BoolVar(&f.retry, "retry-failed", false, "run only tasks that the joblog has as not ok; take the values of those that are")
	flags.BoolVar(&f.dryRun, "dry-run", false, "print what groups would run, in order; their tasks are skipped")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print no summary")
	flags.BoolVar(&f.json, "json", false, "print one JSON document about the run; what the script prints goes to standard error")
	flags.StringVar(&f.profile, "profile", "", "write to `FILE` where the script spent its time, for go tool pprof")
	flags.Var(&f.timeline, "timeline", "draw when which task ran into `FILE`: .html to look at, .svg, or .json for Perfetto")
	flags.Var(&f.progress, "progress", "show a bar for each group that runs: auto, on a terminal and after a second; always; or never (`MODE`)")
	flags.Var(&f.output, "output", "write what tasks print as it comes (raw), with their names before it (prefix), or task by task (group) (`MODE`)")
	flags.BoolVar(&f.watch, "watch", false, "run again whenever a .star file in the folder of FILE or below it changes")
	addColor(cmd, &f.color)
	addLimits(flags, &f.limits)
	addGrants(flags, &f.allow)
	addEnv(flags, f.env)
	f.cluster.add(cmd)
}

// status turns an exit status into what cobra's functions return.
func status(code int) error {
	if code == 0 {
		return nil
	}
	return statusError(code)
}

// A job is one run of a script.
type job struct {
	streams
	execFlags
	paint draw.Paint
	sum   *summary
	doc   *collector     // nil without --json
	chart *chart         // nil without --timeline
	bars  *live.Progress // nil where nobody is to see it
	lines *live.Printer  // nil where lines are written as they come
}

// execScript runs a script and returns the exit status.
func execScript(ctx context.Context, s streams, f execFlags, src source) int {
	j := &job{streams: s, execFlags: f, paint: draw.NewPaint(f.color, s.err), sum: newSummary(), chart: newChart(f.timeline)}
	if f.json {
		j.doc = newCollector()
	}
	j.bars = live.NewProgress(f.progress, s.err, j.paint)
	defer s.out.through(j.bars.Over)()
	j.err = j.bars.Over(s.err)
	defer j.bars.Close()
	j.lines = live.NewPrinter(f.output, j.stdout())
	setLimits(&j.limits)
	ctx, signals := watchSignals(ctx)
	defer signals.stop()
	s.out.onLost(signals.cancel)
	if f.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, time.Duration(f.timeout), timeoutError(f.timeout))
		defer cancel()
	}
	go signals.watch(ctx, time.Duration(f.grace), func() int { return j.giveUp(ctx, src) })
	text, err := src.read(ctx, j.limits.MaxSource)
	if err != nil {
		if ctx.Err() != nil {
			draw.Report(s.err, j.paint, context.Cause(ctx))
			return j.document(src, exitStatus(ctx, err), context.Cause(ctx))
		}
		err = fmt.Errorf("cannot read %s: %s", shown(src.name), reason(err))
		fmt.Fprintf(s.err, "%s %v\n", j.paint.Red("error:"), err)
		return j.document(src, exitUsage, err)
	}
	err = j.run(ctx, src, text)
	j.settle()
	err = j.drawn(err)
	err = j.end(err)
	return j.document(src, exitStatus(ctx, err), err)
}

// document prints what --json asks for, and returns the exit status.
func (j *job) document(src source, exit int, err error) int {
	if j.doc == nil {
		return exit
	}
	if err := j.doc.print(j.out, src.name, exit, err); err != nil {
		draw.Report(j.err, j.paint, err)
		exit = max(exit, exitError)
	}
	return exit
}

// sink returns what reads the events of the run.
func (j *job) sink() event.Sink {
	sinks := []event.Sink{
		j.sum.sink(),
		{Only: []event.Kind{event.Noted}, Take: func(e event.Event) { j.note(e.Text) }},
	}
	if j.doc != nil {
		sinks = append(sinks, j.doc.sink())
	}
	if j.bars != nil {
		sinks = append(sinks, j.bars.Sink())
	}
	if j.lines != nil {
		sinks = append(sinks, j.lines.Sink())
	}
	if j.chart != nil {
		sinks = append(sinks, j.chart.rec.Sink())
	}
	return event.Join(sinks...)
}

// settle writes what tasks have printed, and takes the bars away.
func (j *job) settle() {
	j.lines.Close()
	j.bars.Close()
}

// note tells the user something beside errors.
func (j *job) note(text string) {
	fmt.Fprintf(j.err, "%s %s\n", j.paint.Blue("note:"), draw.OneLine(text))
}

// stdout is where the script prints.
func (j *job) stdout() io.Writer {
	if j.doc != nil {
		return j.err
	}
	return j.out
}

func (j *job) run(ctx context.Context, src source, text []byte) (err error) {
	if err := j.chart.check(); err != nil {
		return err
	}
	var hooks *eval.Hooks
	if j.profile != "" {
		p, failed := newProfiler(j.profile)
		if failed != nil {
			return fmt.Errorf("--profile: %w", failed)
		}
		hooks = p.hooks()
		defer func() {
			if late := p.write(); err == nil && late != nil {
				err = fmt.Errorf("--profile: %w", late)
			}
		}()
	}
	folder, closeFolder := src.folder()
	defer closeFolder()
	opts := engine.Options{
		Modules: builtins.Standard(), Stdout: j.stdout(), FS: folder, Events: j.sink(), Allow: j.allow, Env: j.env,
		Log:        slog.New(slog.NewTextHandler(j.err, nil)),
		MaxWorkers: int(j.maxWorkers), Serial: j.serial, DryRun: j.dryRun,
		Joblog: j.joblog, Resume: j.resume, RetryFailed: j.retry, Grace: time.Duration(j.grace),
		Limits: j.limits, Hooks: hooks,
	}
	if j.lines != nil {
		opts.Print = j.lines.Print
	}
	there := &elsewhere{}
	if j.clustered() {
		opts.Remote = there
	}
	eng, err := engine.New(opts)
	if err != nil {
		return err
	}
	defer eng.Close()
	script, err := eng.Compile(src.name, text)
	if err != nil {
		return err
	}
	if j.clustered() { // only now: a script with mistakes needs no cluster
		leave, err := j.join(ctx, there)
		if err != nil {
			return err
		}
		defer leave()
	}
	_, err = eng.Run(ctx, script, engine.Input{Args: src.args})
	return j.planned(err)
}

// planned returns the error of a run, unless the script only needed what a dry run
// cannot give.
func (j *job) planned(err error) error {
	var e *engine.Error
	if !j.dryRun || !errors.Is(err, engine.ErrDryRun) {
		return err
	}
	if errors.As(err, &e) && e.Pos.IsValid() {
		j.note(fmt.Sprintf("the dry run ends at %s, where the script needs a result", e.Pos))
	}
	return nil
}
