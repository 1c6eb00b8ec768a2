// Package os tells scripts about the environment and the machine. Each variable of the
// environment needs a permission, and so has the machine's name.
package os

import (
	"fmt"
	"os"
	"runtime"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// module os
//
// The environment and the machine. Each variable needs --allow-env.
//
//	environ: Environ  variables of the environment

// Module returns the module os.
func Module() engine.Module { return engine.Module{Name: "os", Globals: names(environ{}), Bind: Bind} }

// names returns the module's name, with an environment.
func names(e environ) starlark.StringDict {
	members := starlark.StringDict{
		"environ":   e,
		"getenv":    starlark.NewBuiltin("getenv", getenv),
		"cpu_count": starlark.NewBuiltin("cpu_count", cpuCount),
		"hostname":  starlark.NewBuiltin("hostname", hostname),
	}
	guesses := map[string]string{
		"env": "environ", "putenv": "environ to read: it cannot be changed, but subprocess.run(…, env=…)", "setenv": "environ to read: it cannot be changed, but subprocess.run(…, env=…)",
		"cpus": "cpu_count()", "num_cpu": "cpu_count()", "nproc": "cpu_count()", "uname": "hostname()",
	}
	for _, name := range []string{"path", "listdir", "mkdir", "makedirs", "remove", "unlink", "rename", "stat", "walk", "getcwd", "chdir", "rmdir"} {
		guesses[name] = "environ; files are in the module fs"
	}
	for _, name := range []string{"system", "popen", "exec", "execv", "kill", "fork"} {
		guesses[name] = "environ; programs are run by subprocess.run"
	}
	return starlark.StringDict{"os": engine.NewNamespace("os", members, guesses)}
}

// lookup returns a variable, or otherwise if it is not set.
func lookup(thread *starlark.Thread, name string, otherwise starlark.Value) (starlark.Value, error) {
	v, ok, err := engine.Of(thread).Run().LookupEnv(name)
	if err != nil || !ok {
		return otherwise, err
	}
	return starlark.String(v), nil
}

// def getenv(key: str, default=None) -> Any
//
// getenv returns a variable of the environment, or default if there is none.
func getenv(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	var otherwise starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &name, "default?", &otherwise); err != nil {
		return nil, err
	}
	return lookup(thread, name, otherwise)
}

// def cpu_count() -> int
//
// cpu_count returns how many processors this process may use.
func cpuCount(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return starlark.MakeInt(runtime.GOMAXPROCS(0)), nil
}

// def hostname() -> str
//
// hostname returns the machine's name. It needs the permission for the variable HOSTNAME.
func hostname(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	if err := engine.Of(thread).Run().Grants().Env("HOSTNAME"); err != nil {
		return nil, err
	}
	name, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return starlark.String(name), nil
}
