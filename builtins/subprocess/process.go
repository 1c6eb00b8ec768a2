package subprocess

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/starlark-tg/tg/builtins/internal/command"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// A process is one program that is run.
type process struct {
	t       *engine.Thread
	argv    []string
	path    string
	env     []string
	dir     string
	input   string
	timeout time.Duration // 0: none
	check   bool
	text    bool
	most    int

	cmd   *exec.Cmd
	pipes []*os.File // this side of them
	stop  context.CancelCauseFunc
}

var errTimeout = errors.New("timeout")

// run starts the program, waits for its end, and returns how it ended.
func (p *process) run() (starlark.Value, error) {
	ctx, stop := context.WithCancelCause(p.t.Context())
	defer stop(nil)
	p.stop = stop
	if p.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, p.timeout, errTimeout)
		defer cancel()
	}
	var stdout, stderr command.Output
	if err := p.talk(ctx, &stdout, &stderr); err != nil {
		return nil, err
	}
	if err := p.t.Cancelled(); err != nil {
		return nil, err
	}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errTimeout):
		return nil, &builtin.Failure{What: "timeout", Msg: fmt.Sprintf("%s did not end within %v", p.name(), p.timeout)}
	case errors.Is(cause, command.ErrTooMuch):
		return nil, fmt.Errorf("%s wrote more than %d bytes: max_output=… allows more", p.name(), p.most)
	}
	return p.completed(stdout.Data, stderr.Data)
}

// talk runs the program while its output is read and its input written.
func (p *process) talk(ctx context.Context, stdout, stderr *command.Output) error {
	p.cmd = &exec.Cmd{Path: p.path, Args: p.argv, Env: p.env, Dir: p.dir, SysProcAttr: ownGroup()}
	theirs, err := p.connect()
	if err == nil {
		err = p.t.Cancelled()
	}
	if err == nil {
		err = p.cmd.Start()
	}
	for _, f := range theirs {
		f.Close()
	}
	if err != nil {
		p.close()
		return p.notStarted(err)
	}
	killed := make(chan struct{}) // closed when what a stop does is done
	release := context.AfterFunc(ctx, func() {
		defer close(killed)
		kill(p.cmd.Process)
		for _, f := range p.pipes {
			_ = f.SetDeadline(time.Unix(1, 0)) // somebody outside of the group may hold the other end
		}
	})
	var wg sync.WaitGroup
	wg.Go(func() { p.read(stdout, p.pipes[0]) })
	wg.Go(func() { p.read(stderr, p.pipes[1]) })
	if len(p.pipes) > 2 {
		wg.Go(func() {
			_, _ = io.WriteString(p.pipes[2], p.input) // who does not want all of it need not read it
			p.pipes[2].Close()
		})
	}
	wg.Wait() // before Wait: so long its number is no other process's
	var failed *exec.ExitError
	err = p.cmd.Wait()
	if !release() {
		<-killed
	}
	p.close()
	if errors.As(err, &failed) {
		err = nil
	}
	return err
}

// connect makes the pipes, and returns the program's ends.
func (p *process) connect() (theirs []*os.File, err error) {
	for i := range 3 {
		if i == 2 && p.input == "" {
			break // it reads from the null device
		}
		r, w, err := os.Pipe()
		if err != nil {
			return theirs, err
		}
		if i == 2 {
			r, w = w, r
		}
		p.pipes, theirs = append(p.pipes, r), append(theirs, w)
	}
	p.cmd.Stdout, p.cmd.Stderr = theirs[0], theirs[1]
	if len(theirs) > 2 {
		p.cmd.Stdin = theirs[2]
	}
	return theirs, nil
}

func (p *process) close() {
	for _, f := range p.pipes {
		f.Close()
	}
}

func (p *process) notStarted(err error) error {
	if stop := p.t.Cancelled(); stop != nil {
		return stop
	}
	var path *os.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	if errors.Is(err, syscall.EBADF) {
		err = syscall.EMFILE // the child could not move its descriptors to where it may have none
	}
	e := &builtin.Failure{What: "error", Msg: fmt.Sprintf("run %s: %v", p.argv[0], err), Cause: err}
	switch {
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.EAGAIN):
		e.Advice = "too many programs run at once for the limits of this process (ulimit -n, ulimit -u): a smaller max_workers"
	case errors.Is(err, syscall.ENOEXEC):
		e.Advice = `it is no program; a script begins with a line such as #!/bin/sh`
	}
	return e
}

func (p *process) read(to *command.Output, from io.Reader) {
	if to.Read(from, p.most) == command.ErrTooMuch {
		p.stop(command.ErrTooMuch)
	}
}

// name names the program in messages.
func (p *process) name() string { return command.Quote(p.argv) }

// completed makes the value that the script gets.
func (p *process) completed(stdout, stderr []byte) (starlark.Value, error) {
	c := &command.Completed{Name: p.name(), Argv: p.argv, Code: p.cmd.ProcessState.ExitCode()}
	if n := signalOf(p.cmd.ProcessState); n != 0 {
		c.Code, c.Signal = -n, signalName(n)
	}
	return c.Finish(p.t, stdout, stderr, p.text, p.check)
}
