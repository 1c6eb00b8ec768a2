// Package command holds what modules share that run commands: how one ended, as scripts see
// it.
package command

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// A Completed is how a command ended. It is immutable.
type Completed struct {
	Name   string   // of the command in messages
	Argv   []string // nil: Line
	Line   string   // as one text, for a shell
	Host   string   // where it ran; "": here
	Code   int
	Signal string // that it died of; ""

	stdout, stderr starlark.Value
}

var _ starlark.HasAttrs = (*Completed)(nil)

// class CompletedProcess
//
// A CompletedProcess is how a program ended that subprocess.run or ssh.run has run.
//
//	args: list[str] | str  what was run
//	returncode: int        exit status; negative for a signal
//	stdout: str | bytes    what it wrote
//	stderr: str | bytes    what it wrote to standard error
//	host: str              where it ran; of ssh.run only
var completedAttrs = builtin.Attrs[*Completed]{
	"args":             (*Completed).args,
	"returncode":       func(c *Completed) (starlark.Value, error) { return starlark.MakeInt(c.Code), nil },
	"stdout":           func(c *Completed) (starlark.Value, error) { return c.stdout, nil },
	"stderr":           func(c *Completed) (starlark.Value, error) { return c.stderr, nil },
	"check_returncode": builtin.Method("check_returncode", (*Completed).checkMethod),
}

var remoteAttrs = func() builtin.Attrs[*Completed] {
	attrs := maps.Clone(completedAttrs)
	attrs["host"] = func(c *Completed) (starlark.Value, error) { return starlark.String(c.Host), nil }
	return attrs
}()

func (c *Completed) attrs() builtin.Attrs[*Completed] {
	if c.Host != "" {
		return remoteAttrs
	}
	return completedAttrs
}

var completedGuesses = map[string]string{
	"code": "returncode", "exit_code": "returncode", "status": "returncode", "output": "stdout", "out": "stdout", "err": "stderr", "text": "stdout",
	"check": "check_returncode()", "ok": "returncode == 0",
}

func (c *Completed) Attr(name string) (starlark.Value, error) {
	return c.attrs().Get(c, name, completedGuesses)
}
func (c *Completed) AttrNames() []string { return c.attrs().Names() }

func (c *Completed) String() string {
	args, _ := c.args()
	where := ""
	if c.Host != "" {
		where = "host=" + starlark.String(c.Host).String() + ", "
	}
	return fmt.Sprintf("CompletedProcess(%sargs=%s, returncode=%d)", where, args, c.Code)
}
func (c *Completed) Type() string          { return "CompletedProcess" }
func (c *Completed) Freeze()               {} // immutable
func (c *Completed) Truth() starlark.Bool  { return true }
func (c *Completed) Hash() (uint32, error) { return 0, errors.New("unhashable type: CompletedProcess") }

// args returns the text or a fresh list.
func (c *Completed) args() (starlark.Value, error) {
	if c.Argv == nil {
		return starlark.String(c.Line), nil
	}
	list := make([]starlark.Value, len(c.Argv))
	for i, a := range c.Argv {
		list[i] = starlark.String(a)
	}
	return starlark.NewList(list), nil
}

// def CompletedProcess.check_returncode() -> None
//
// check_returncode is an error of kind exit if the status is not 0.
func (c *Completed) checkMethod(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("check_returncode", args, kwargs); err != nil {
		return nil, err
	}
	return starlark.None, c.failure()
}

func (c *Completed) failure() error {
	if c.Code == 0 {
		return nil
	}
	how := fmt.Sprintf("returned exit status %d", c.Code)
	if c.Signal != "" {
		how = "died of " + c.Signal
	}
	msg := c.Name + " " + how
	stderr, _ := builtin.Bytes(c.stderr)
	if said := lastLines(strings.ToValidUTF8(stderr, "\uFFFD")); said != "" {
		msg += ": " + said
	}
	return &builtin.StatusError{Failure: builtin.Failure{What: "exit", Msg: msg}, Code: c.Code}
}

// lastLines returns the end of what a program said.
func lastLines(s string) string {
	const lines, bytes = 5, 1000
	s = strings.TrimSpace(s)
	if len(s) > bytes {
		s = "…" + strings.ToValidUTF8(s[len(s)-bytes:], "")
	}
	all := strings.Split(s, "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// Finish gives c what the command wrote, as text or as bytes. If check is set, a status
// other than 0 is an error.
func (c *Completed) Finish(t *engine.Thread, stdout, stderr []byte, asText, check bool) (*Completed, error) {
	var bad error
	for _, s := range []struct {
		name string
		data []byte
		to   *starlark.Value
	}{{"stdout", stdout, &c.stdout}, {"stderr", stderr, &c.stderr}} {
		if err := t.Room(int64(len(s.data))); err != nil {
			return nil, err
		}
		switch {
		case !asText:
			*s.to = starlark.Bytes(s.data)
		case utf8.Valid(s.data):
			*s.to = starlark.String(newlines.Replace(string(s.data)))
		default:
			*s.to = starlark.Bytes(s.data)
			bad = fmt.Errorf("%s of %s is not UTF-8: text=False gives bytes", s.name, c.Name)
		}
	}
	if check {
		if err := c.failure(); err != nil {
			return nil, err
		}
	}
	if bad != nil {
		return nil, bad
	}
	return c, nil
}

// newlines makes the ends of lines of other systems "\n", as Python does in text.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// Quote writes arguments for a message.
func Quote(argv []string) string {
	const longest = 80
	list := make([]string, len(argv))
	for i, a := range argv {
		list[i] = strconv.Quote(a)
	}
	text := strings.Join(list, ", ")
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return "[" + text + "]"
}

// An Output is what a command wrote to one of its streams.
type Output struct{ Data []byte }

// Read reads until the end or an error; more than most bytes is ErrTooMuch.
func (o *Output) Read(from io.Reader, most int) error {
	piece := make([]byte, 32<<10)
	for {
		n, err := from.Read(piece)
		if len(o.Data)+n > most {
			return ErrTooMuch
		}
		o.Data = append(o.Data, piece[:n]...)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// ErrTooMuch is what Read returns for too much.
var ErrTooMuch = errors.New("too much output")

// Arguments takes a list of strings.
func Arguments(thread *starlark.Thread, v starlark.Value) ([]string, error) {
	if _, ok := v.(starlark.Iterable); !ok {
		return nil, fmt.Errorf("args must be a list of strings, not %s", v.Type())
	}
	var list []string
	err := engine.Each(thread, v, func(x starlark.Value) error {
		s, ok := x.(starlark.String)
		if !ok {
			return fmt.Errorf("args must be strings, not %s: str(…)", x.Type())
		}
		list = append(list, string(s))
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 || list[0] == "" {
		return nil, fmt.Errorf("args has no program in it")
	}
	return list, nil
}

// Input takes what a command reads.
func Input(v starlark.Value) (string, error) {
	if v == nil {
		return "", nil
	}
	s, ok := builtin.Bytes(v)
	if !ok {
		return "", fmt.Errorf("input must be text or bytes, not %s", v.Type())
	}
	return s, nil
}

// Shell writes arguments as a POSIX shell reads them.
func Shell(argv []string) string {
	list := make([]string, len(argv))
	for i, a := range argv {
		odd := func(r rune) bool {
			return !(r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_@%+=:,./-", r)))
		}
		if list[i] = a; a == "" || strings.ContainsFunc(a, odd) {
			list[i] = "'" + strings.ReplaceAll(a, "'", `'"'"'`) + "'"
		}
	}
	return strings.Join(list, " ")
}
