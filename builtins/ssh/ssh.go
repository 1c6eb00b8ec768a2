// Package ssh gives scripts commands on other machines, over SSH. Each host needs a
// permission, and so has each file that is read for it: keys and known_hosts. The key that a
// host shows must be one that is known of it; there is no way around.
package ssh

import (
	"errors"
	"fmt"
	"time"

	"github.com/starlark-tg/tg/builtins/internal/command"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// module ssh
//
// Commands on other machines, over SSH. Every host needs --allow-net.

// Module returns the module ssh.
func Module() engine.Module {
	members := starlark.StringDict{"run": starlark.NewBuiltin("run", run)}
	guesses := map[string]string{}
	for _, name := range []string{"exec", "exec_command", "connect", "Client", "SSHClient", "Connection", "execute", "command", "call"} {
		guesses[name] = "run(host, command)"
	}
	for _, name := range []string{"put", "get", "copy", "scp", "sftp", "upload", "download"} {
		guesses[name] = `run(host, "cat > file", input=…), or run(host, "cat file").stdout`
	}
	return engine.Module{Name: "ssh", Globals: starlark.StringDict{"ssh": engine.NewNamespace("ssh", members, guesses)}, Restore: command.Restore()}
}

const (
	connectTimeout = 30 * time.Second
	maxOutput      = 64 << 20 // bytes of each stream that are kept by default
)

// def run(host: str, command: str | list, user: str | None = None, port: int | None = 22, key: str | list[str] | None = None, password: str | None = None, passphrase: str | None = None, agent: bool | None = None, known_hosts: str | list[str] | None = None, jump: str | list[str] | None = None, timeout: float | Duration | None = None, connect_timeout: float | Duration | None = 30, check: bool = True, input: str | bytes | None = None, text: bool = True, legacy: bool = False, max_output: int = 64 << 20) -> CompletedProcess
//
// run runs a command on another machine and returns how it ended, as subprocess.run does,
// with host beside. host is a name or an address, or user@host:port. command is a text that
// the other machine's shell reads, or a list of arguments, which are quoted for it.
//
// The login is key: a file, or the key itself, or a list of these, with passphrase if they
// are protected; and password. Without either it is the agent of SSH_AUTH_SOCK and the usual
// files of ~/.ssh, as far as they are granted; agent says whether the agent is asked
// otherwise. known_hosts is a file, or a list of them, in place of ~/.ssh/known_hosts. jump
// is a host, or a list of hosts, that the connection goes through, with the same login.
//
// No connection, a key of the host that is not the known one, or a login that is refused is an
// error of kind connection; one that takes more than connect_timeout seconds, or a
// command that takes more than timeout seconds with all that, one of kind timeout; an exit
// status other than 0 one of kind exit, unless check is False. legacy=True also offers the
// old algorithms that some devices need.
//
// When its task is cancelled, and at a timeout, the command is told to die, as far as the
// other machine knows how to, and the connection is closed at once.
func run(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := builtin.Misnamed(b.Name(), kwargs, keywords); err != nil {
		return nil, err
	}
	c := &call{t: engine.Of(thread), text: true, check: true, most: maxOutput, bound: connectTimeout}
	var host, user string
	var cmd, input, key, agent, known, jump, timeout, bound starlark.Value
	port := unset
	err := starlark.UnpackArgs(b.Name(), args, kwargs, "host", &host, "command", &cmd, "user??", &user, "port??", &port,
		"key??", &key, "password??", &c.login.password, "passphrase??", &c.login.passphrase, "agent??", &agent, "known_hosts??", &known, "jump??", &jump,
		"timeout??", &timeout, "connect_timeout??", &bound, "check?", &c.check, "input??", &input, "text?", &c.text, "legacy?", &c.legacy, "max_output?", &c.most)
	if err != nil {
		return nil, err
	}
	steps := []func() error{
		func() (err error) { c.hops, err = hops(thread, host, user, port, jump); return err },
		func() error { return c.setCommand(thread, cmd) },
		func() (err error) { c.input, err = command.Input(input); return err },
		func() error { return duration(&c.timeout, "timeout", timeout) },
		func() error { return duration(&c.bound, "connect_timeout", bound) },
		func() (err error) { c.login.keys, err = texts(thread, "key", key); return err },
		func() (err error) { c.files, err = texts(thread, "known_hosts", known); return err },
		func() error { return c.login.setAgent(agent) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
	}
	if c.most < 0 {
		return nil, fmt.Errorf("%s: max_output must not be negative", b.Name())
	}
	return c.run()
}

// keywords answers those of other libraries.
var keywords = map[string]string{
	"hostname": "host", "username": "user", "login": "user", "cmd": "command", "args": "command", "key_filename": "key", "identity_file": "key", "pkey": "key",
	"identity": "key", "private_key": "key", "keyfile": "key", "use_agent": "agent", "allow_agent": "agent", "proxy_jump": "jump", "gateway": "jump", "stdin": "input",
	"bastion": "jump", "strict_host_key_checking": "no option: ssh-keyscan HOST >> FILE, once somebody has compared the fingerprint, and known_hosts=FILE",
	"host_key_checking": "no option: ssh-keyscan HOST >> FILE, once somebody has compared the fingerprint, and known_hosts=FILE",
	"env":               `command="NAME=value …": few servers take variables`, "cwd": `command="cd folder && …"`, "shell": "no option: a text is read by a shell, a list is quoted for it",
	"capture_output": "no option: it is always captured", "pty": "no option: there is no terminal", "get_pty": "no option: there is no terminal", "encoding": "text=False for what is not UTF-8",
}

// duration takes seconds, if they are given.
func duration(to *time.Duration, name string, v starlark.Value) (err error) {
	if v == nil {
		return nil
	}
	if *to, err = builtin.Wait(v); err == nil && *to == 0 {
		err = errors.New("must be greater than 0")
	}
	if err != nil {
		return fmt.Errorf("%s %w", name, err)
	}
	return nil
}

// texts takes a string or a list of them.
func texts(thread *starlark.Thread, name string, v starlark.Value) ([]string, error) {
	if v == nil {
		return nil, nil
	}
	if s, ok := starlark.AsString(v); ok {
		return []string{s}, nil
	}
	if _, ok := v.(starlark.Iterable); !ok {
		return nil, fmt.Errorf("%s must be a string or a list of them, not %s", name, v.Type())
	}
	list := []string{}
	err := engine.Each(thread, v, func(x starlark.Value) error {
		s, ok := starlark.AsString(x)
		if !ok {
			return fmt.Errorf("%s must be a string or a list of them: there is %s in it", name, x.Type())
		}
		list = append(list, s)
		return nil
	})
	return list, err
}
