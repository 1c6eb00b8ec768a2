package wire_test

import (
	"strings"
	"testing"

	"github.com/starlark-tg/tg/engine/cluster/wire"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

const paths = `
conn = {"list": [1, socket()]}
def bad(): return conn
def user(): return bad()
def default(x=[socket()]): return x
table = {"f": [lambda: conn], (1, 2): socket, "s": struct(a=(socket(),)), "k": {(1, "x"): socket()}}
def tabled(): return table["f"]
def structured(): return {"s": [struct(x=1, a=(conn,))]}
holder = struct(x=1, deep=[struct(a=(socket(),))])
def held(): return holder
def captured():
    s = socket()
    def inner(): return s
    return inner
inner = captured()
other = inner
def renamed(): return other()
keyed = {(1, "x"): socket()}
def by_key(): return keyed
group = threadgroup(name="g")
def uses_group(): return group
add = group.register
def uses_method(): return add
def ok(*args, **kwargs): return args
deep = [socket()]
for i in range(100):
    deep = [deep]
def far(): return deep
numbers = {1: {None: {2.5: socket()}}}
def numbered(): return numbers
`

// What cannot be sent is named together with what it was found in.
func TestPaths(t *testing.T) {
	w := newWorld(t, paths).worker(options())
	const is = `: a value of type "socket" cannot be sent to a worker`
	for name, want := range map[string]string{
		"bad":         `function bad → variable conn → ["list"] → [1]` + is,
		"user":        `function user → function bad → variable conn → ["list"] → [1]` + is,
		"default":     `function default → default of x → [0]` + is,
		"tabled":      `function tabled → variable table → ["s"] → .a → [0]` + is,
		"held":        `function held → variable holder → .deep → [0] → .a → [0]` + is,
		"inner":       `function inner → variable s` + is,
		"renamed":     `function renamed → variable other → function inner → variable s` + is,
		"by_key":      `function by_key → variable keyed → [(tuple)]` + is,
		"uses_group":  `function uses_group → variable group: a value of type "threadgroup" cannot be sent to a worker`,
		"uses_method": `function uses_method → variable add: a value of type "builtin_function_or_method" cannot be sent to a worker`,
		"far":         `function far → variable deep` + strings.Repeat(" → [0]", 18) + " → …" + strings.Repeat(" → [0]", 20) + is,
		"numbered":    `function numbered → variable numbers → [1] → [None] → [2.5]` + is,
	} {
		_, err := w.enc.Task(w.function(name), nil, nil)
		require.EqualError(t, err, want)
		require.ErrorAs(t, err, new(*wire.Unsendable))
	}
	args := starlark.Tuple{starlark.None, starlark.Tuple{&socket{}}}
	_, err := w.enc.Task(w.function("ok"), args, nil)
	require.EqualError(t, err, `argument 2 → [0]`+is)
	_, err = w.enc.Task(w.function("ok"), nil, []starlark.Tuple{{starlark.String("k"), starlark.NewList(args)}})
	require.EqualError(t, err, `argument k → [1] → [0]`+is)
	_, err = w.enc.Task(w.function("ok"), starlark.Tuple{w.function("bad")}, nil)
	require.EqualError(t, err, `argument 1 → function bad → variable conn → ["list"] → [1]`+is)
	_, err = w.back.Value(args)
	require.EqualError(t, err, `result → [1] → [0]: a value of type "socket" cannot be sent by a worker`)

	own := starlark.NewBuiltin("own", nil)
	_, err = w.enc.Task(own, nil, nil)
	require.EqualError(t, err, `function own: a value of type "builtin_function_or_method" cannot be sent to a worker`)
}
