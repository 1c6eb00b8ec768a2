package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/starlark-tg/tg/builtins/internal/command"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
	"golang.org/x/crypto/ssh"
)

// A call is one command on another machine.
type call struct {
	t       *engine.Thread
	hops    []target // the last one runs it
	argv    []string // nil: a text
	line    string   // what the shell there reads
	input   string
	login   login
	files   []string // known_hosts; nil: the usual one
	at      target   // that is being connected to
	known   *known
	timeout time.Duration // of all; 0: none
	bound   time.Duration // of connecting
	check   bool
	text    bool
	legacy  bool
	most    int
}

func (c *call) host() target { return c.hops[len(c.hops)-1] }

// name names the command in messages.
func (c *call) name() string {
	if c.argv != nil {
		return c.host().String() + ": " + command.Quote(c.argv)
	}
	quoted := command.Quote([]string{c.line})
	return c.host().String() + ": " + quoted[1:len(quoted)-1]
}

func (c *call) setCommand(thread *starlark.Thread, v starlark.Value) (err error) {
	if s, ok := starlark.AsString(v); ok {
		c.line = s
	} else if c.argv, err = command.Arguments(thread, v); err != nil {
		return fmt.Errorf("command: %w", err)
	} else {
		c.line = command.Shell(c.argv)
	}
	if strings.TrimSpace(c.line) == "" {
		return errors.New("command is empty")
	}
	return nil
}

// run connects, runs the command, and returns how it ended.
func (c *call) run() (starlark.Value, error) {
	if err := c.permitted(); err != nil {
		return nil, err
	}
	ctx, cancel := withTimeout(c.t.Context(), c.timeout, errTimeout)
	defer cancel()
	connecting, connected := withTimeout(ctx, c.bound, errConnect)
	defer connected()
	defer c.login.close()
	l, err := c.connect(connecting)
	if err != nil {
		return nil, c.stopped(connecting, err)
	}
	defer l.close()
	connected()
	return c.talk(ctx, l)
}

// read reads a file of keys.
func (c *call) read(name string) ([]byte, error) {
	f, err := c.t.Run().Grants().Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return c.t.ReadAll(f, 0)
}

// permitted asks for all hosts before anything is read or sent.
func (c *call) permitted() error {
	for i, t := range c.hops {
		check := c.t.Run().Grants().CheckRemote
		if i == 0 {
			check = c.t.Run().Grants().CheckHost
		}
		if err := check(t.host, t.port); err != nil {
			return err
		}
	}
	return nil
}

// talk runs the command while its output is read and its input written.
func (c *call) talk(ctx context.Context, l *link) (starlark.Value, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	hangUp := context.AfterFunc(ctx, func() { l.raw.Close() })
	s, err := l.client().NewSession()
	if hangUp(); err != nil {
		return nil, c.stopped(ctx, explain(c.host(), err))
	}
	killed := make(chan struct{}) // closed when what a stop does is done
	release := context.AfterFunc(ctx, func() {
		defer close(killed)
		_ = l.raw.SetWriteDeadline(time.Now().Add(killTime))
		_ = s.Signal(ssh.SIGKILL)
		l.raw.Close()
	})
	stdout, stderr, err := c.exchange(s, stop)
	if !release() {
		<-killed
	}
	if why := c.stopped(ctx, nil); why != nil {
		return nil, why
	}
	return c.completed(err, stdout, stderr)
}

// killTime is how long a stop tries to tell the other machine.
const killTime = 5 * time.Millisecond

// exchange starts the command and returns when it has ended and nobody holds its output.
func (c *call) exchange(s *ssh.Session, stop context.CancelCauseFunc) (stdout, stderr command.Output, err error) {
	out, err := s.StdoutPipe()
	if err != nil {
		return stdout, stderr, err
	}
	errs, err := s.StderrPipe()
	if err != nil {
		return stdout, stderr, err
	}
	in, err := s.StdinPipe()
	if err != nil {
		return stdout, stderr, err
	}
	if err = s.Start(c.line); err != nil {
		return stdout, stderr, err
	}
	var wg sync.WaitGroup
	read := func(to *command.Output, from io.Reader) func() {
		return func() {
			if to.Read(from, c.most) == command.ErrTooMuch {
				stop(command.ErrTooMuch)
			}
		}
	}
	wg.Go(read(&stdout, out))
	wg.Go(read(&stderr, errs))
	wg.Go(func() {
		_, _ = io.WriteString(in, c.input) // who does not want all of it need not read it
		in.Close()
	})
	err = s.Wait()
	wg.Wait()
	return stdout, stderr, err
}

// completed makes the value that the script gets.
func (c *call) completed(err error, stdout, stderr command.Output) (starlark.Value, error) {
	done := &command.Completed{Name: c.name(), Argv: c.argv, Line: c.line, Host: c.host().String()}
	var exit *ssh.ExitError
	switch {
	case err == nil:
	case errors.As(err, &exit) && exit.Signal() != "":
		done.Signal = "SIG" + exit.Signal()
		done.Code = -1
		if n, ok := signals[exit.Signal()]; ok {
			done.Code = -n
		}
	case errors.As(err, &exit):
		done.Code = exit.ExitStatus()
	default:
		return nil, &builtin.Failure{What: "connection", Msg: fmt.Sprintf("%s: the connection ended before the command did: %v", c.name(), err), Cause: err}
	}
	return done.Finish(c.t, stdout.Data, stderr.Data, c.text, c.check)
}

// signals are those that RFC 4254 names, with the numbers that POSIX systems agree on.
var signals = map[string]int{"HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "ABRT": 6, "FPE": 8, "KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15}
