package ssh

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/permit"
	"golang.org/x/crypto/ssh"
)

// explain makes the error of a connection one that says what to do.
func explain(t target, err error) error {
	var denied *permit.Denied
	var known *builtin.Failure
	var unlike *ssh.AlgorithmNegotiationError
	switch {
	case errors.As(err, &denied):
		return denied
	case errors.As(err, &known):
		return known
	}
	e := &builtin.Failure{What: "connection", Msg: fmt.Sprintf("%s: %v", t, err), Cause: err}
	text := strings.TrimPrefix(err.Error(), "ssh: handshake failed: ")
	switch {
	case errors.As(err, &unlike):
		e.Msg = fmt.Sprintf("%s: no %s that both sides know: the host offers %s", t, unlike.What, strings.Join(unlike.RequestedAlgorithms, ", "))
		e.Advice = "legacy=True offers the old ones that some devices need"
	case strings.Contains(text, "unable to authenticate"):
		e.Msg = fmt.Sprintf("%s: the host refuses the login of %s (%s)", t, t.user, methodsOf(text))
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		e.Msg = fmt.Sprintf("%s: the host closed the connection before the command could be run", t)
		e.Advice = "some do where many log in at once (MaxStartups of sshd): a smaller max_workers, or retry="
	case strings.Contains(text, "overflow reading version string"):
		e.Msg = fmt.Sprintf("%s: what listens there does not speak SSH", t)
	default:
		e.Msg = fmt.Sprintf("%s: %s", t, text)
	}
	return e
}

// methodsOf takes the names of what was tried out of the library's text.
func methodsOf(text string) string {
	_, rest, _ := strings.Cut(text, "attempted methods [")
	names, _, _ := strings.Cut(rest, "]")
	names = strings.TrimPrefix(strings.TrimPrefix(names, "none"), " ")
	if names == "" {
		return "it takes none of what it was offered"
	}
	return "tried " + strings.ReplaceAll(names, " ", ", ")
}
