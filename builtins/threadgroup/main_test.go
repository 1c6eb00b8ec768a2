package threadgroup_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/enginetest"
	"go.starlark.net/starlark"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScripts(t *testing.T) {
	enginetest.Run(t, "testdata/*.star", append(builtins.Standard(), host())...)
}

// errHost is what host.fail returns.
var errHost = errors.New("the host is down")

// host is what a program that embeds the engine may add.
func host() engine.Module {
	members := starlark.StringDict{"cpus": starlark.MakeInt(runtime.NumCPU())}
	for name, fn := range map[string]func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error){
		"fail": func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return nil, fmt.Errorf("fetch: %w", errHost)
		},
		"panic": func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			panic("nobody expected this")
		},
		"index": func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			var list []starlark.Value
			return list[len(list)], nil
		},
		// stubborn sleeps and heeds no cancel.
		"stubborn": func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			s, _ := starlark.AsFloat(args[0])
			time.Sleep(time.Duration(s * float64(time.Second)))
			return starlark.String("slept"), nil
		},
	} {
		members[name] = starlark.NewBuiltin(name, fn)
	}
	return engine.Module{Name: "host", Globals: starlark.StringDict{"host": engine.NewNamespace("host", members, nil)}}
}
