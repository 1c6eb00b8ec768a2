// Package subprocess gives scripts Python's subprocess.run: programs by a list of
// arguments, never by a shell. Each program needs a permission, and who has it for every
// program, or for a shell, can do what the user can.
//
// A program gets a small environment: PATH, HOME, LANG and their like, what the script has
// been granted of the environment, and what env= gives. LD_* and DYLD_* are left out.
package subprocess

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/starlark-tg/tg/builtins/internal/command"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// module subprocess
//
// Programs, with the names of Python's subprocess; never a shell. Each needs --allow-run.

// Module returns the module subprocess.
func Module() engine.Module {
	members := starlark.StringDict{"run": starlark.NewBuiltin("run", run)}
	guesses := map[string]string{}
	for _, name := range []string{"call", "check_call", "check_output", "Popen", "exec", "system", "spawn", "getoutput", "getstatusoutput"} {
		guesses[name] = "run(args)"
	}
	return engine.Module{Name: "subprocess", Globals: starlark.StringDict{
		"subprocess": engine.NewNamespace("subprocess", members, guesses),
	}, Restore: command.Restore()}
}

// maxOutput is how many bytes of each stream are kept by default.
const maxOutput = 64 << 20

// def run(args: list | tuple, input: str | bytes | None = None, cwd: str | None = None, env: dict[str, str] | None = None, timeout: float | Duration | None = None, check: bool = True, text: bool = True, max_output: int = 64 << 20) -> CompletedProcess
//
// run runs a program and returns how it ended, once it has and nobody holds its output any
// more. args is the program and its arguments. input is what it reads, text or bytes;
// without, it reads nothing. env is set beside the small environment. An exit status other
// than 0 is an error of kind exit, unless check is False; more than timeout seconds one of
// kind timeout. stdout and stderr are text, in
// which every line ends in "\n", or bytes with text=False; more than max_output
// bytes of one is an error.
//
// When its task is cancelled, and at a timeout, the program is killed at once with all that
// it has started in its process group.
func run(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := builtin.Misnamed(b.Name(), kwargs, keywords); err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	p := &process{t: t, text: true, check: true, most: maxOutput}
	var argv, input, env, timeout starlark.Value
	var cwd string
	err := starlark.UnpackArgs(b.Name(), args, kwargs, "args", &argv, "input??", &input, "cwd??", &cwd, "env??", &env,
		"timeout??", &timeout, "check?", &p.check, "text?", &p.text, "max_output?", &p.most)
	if err != nil {
		return nil, err
	}
	if p.argv, err = arguments(thread, argv); err == nil {
		p.input, err = command.Input(input)
	}
	if err == nil && timeout != nil {
		if p.timeout, err = builtin.Wait(timeout); err != nil {
			err = fmt.Errorf("timeout %w", err)
		} else if p.timeout == 0 {
			p.timeout = time.Nanosecond
		}
	}
	if err == nil && p.most < 0 {
		err = fmt.Errorf("max_output must not be negative")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	if err := p.prepare(cwd, env); err != nil {
		return nil, err
	}
	return p.run()
}

// keywords answers those of Python's function.
var keywords = map[string]string{
	"shell": `run(["sh", "-c", command]), if that is granted: there is no shell in between`, "capture_output": "no option: it is always captured",
	"stdout": "no option: it is always captured", "stderr": `no option: it is always captured; run(["sh", "-c", "exec 2>&1; …"]) mixes the two`, "stdin": "input",
	"universal_newlines": "text", "encoding": "text=False for what is not UTF-8", "errors": "text=False for what is not UTF-8",
	"cmd": "args", "command": "args", "environ": "env", "dir": "cwd", "max_bytes": "max_output",
}

// arguments takes a list of strings.
func arguments(thread *starlark.Thread, v starlark.Value) ([]string, error) {
	if s, ok := starlark.AsString(v); ok {
		return nil, fmt.Errorf(`args must be a list, as in ["ls", "-l"], not %s: there is no shell that takes %q apart`, v.Type(), s)
	}
	return command.Arguments(thread, v)
}

// prepare asks for permission.
func (p *process) prepare(cwd string, env starlark.Value) (err error) {
	grants := p.t.Run().Grants()
	if p.path, err = grants.Program(p.argv[0]); err != nil {
		return err
	}
	extra := map[string]string{}
	for name, value := range p.t.Run().Options().Env {
		extra[name] = value
	}
	if env != nil {
		m, ok := env.(starlark.IterableMapping)
		if !ok {
			return fmt.Errorf("run: env must be a dict, not %s", env.Type())
		}
		for _, kv := range m.Items() {
			name, ok := starlark.AsString(kv[0])
			value, also := starlark.AsString(kv[1])
			if !ok || !also {
				return fmt.Errorf("run: env must have strings, not %s: %s", kv[0].Type(), kv[1].Type())
			}
			extra[name] = value
		}
	}
	if p.env, err = grants.Environ(extra); err != nil {
		return err
	}
	if cwd == "" {
		return nil
	}
	info, err := grants.Stat(cwd)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("run: cwd %s is not a folder", cwd)
	}
	p.dir, err = filepath.Abs(cwd)
	return err
}
