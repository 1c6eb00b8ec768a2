package convert_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"

	"github.com/starlark-tg/tg/engine/convert"
)

var errBoom = errors.New("boom")

type codeError int

func (e *codeError) Error() string { return fmt.Sprint("code ", int(*e)) }

type key struct{}

// withContext has functions see the context that the thread keeps.
var withContext = convert.Converter{ContextOf: func(t *starlark.Thread) context.Context {
	return t.Local("ctx").(context.Context)
}}

func call(fn any, args ...starlark.Value) (starlark.Value, error) {
	b, err := withContext.Func("greet", fn)
	if err != nil {
		return nil, err
	}
	thread := &starlark.Thread{}
	thread.SetLocal("ctx", context.WithValue(context.Background(), key{}, "from ctx"))
	return b.CallInternal(thread, args, nil)
}

func TestFunc(t *testing.T) {
	for _, test := range []struct {
		fn   any
		args string
		want string
	}{
		{func() {}, "()", "None"},
		{func() int { return 1 }, "()", "1"},
		{func() error { return nil }, "()", "None"},
		{func() (int, error) { return 1, nil }, "()", "1"},
		{func() any { return nil }, "()", "None"},
		{func() starlark.Value { return nil }, "()", "None"},
		{func() *config { return nil }, "()", "None"},
		{func(a int, b string) string { return strings.Repeat(b, a) }, "(2, 'ab')", `"abab"`},
		{func(a ...int) int { return len(a) }, "()", "0"},
		{func(a ...int) int { return len(a) }, "(1, 2, 3)", "3"},
		{func(f string, a ...any) string { return fmt.Sprintf(f, a...) }, "('%v %v %v', 1, [None], {'a': 2.5})", `"1 [<nil>] map[a:2.5]"`},
		{func(ctx context.Context) any { return ctx.Value(key{}) }, "()", `"from ctx"`},
		{func(ctx context.Context, a ...string) (string, error) { return fmt.Sprint(ctx.Value(key{}), a), nil }, "('x', 'y')", `"from ctx[x y]"`},
		{func(c config) int { return c.Port }, "({'port': 80},)", "80"},
		{func(c *config) any { return c }, "(None,)", "None"},
		{func(d time.Duration) time.Duration { return 2 * d }, "(time.minute,)", "2m0s"},
		{func(v starlark.Value, l *starlark.List) starlark.Value { return starlark.Tuple{v, l} }, "(1, [2])", "(1, [2])"},
		{func(c starlark.Callable) string { return c.Name() }, "(len,)", `"len"`},
		{func() (map[string][]int, error) { return map[string][]int{"a": {1}}, nil }, "()", `{"a": [1]}`},
		{func() func(int) int { return func(i int) int { return i } }, "()", "<built-in function greet()>"},
		{strings.ToUpper, "('x',)", `"X"`},
		{errBoom.Error, "()", `"boom"`},
		{func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return starlark.Tuple{starlark.String(b.Name()), args}, nil
		}, "(1,)", `("greet", (1,))`},
	} {
		got, err := call(test.fn, eval(t, test.args).(starlark.Tuple)...)
		require.NoError(t, err)
		require.Equal(t, test.want, got.String())
	}
}

func TestFuncErrors(t *testing.T) {
	one := func(int) {}
	for _, test := range []struct {
		fn   any
		args string
		want string
	}{
		{one, "()", "greet: takes 1 argument, got 0"},
		{one, "(1, 2)", "greet: takes 1 argument, got 2"},
		{func() {}, "(1,)", "greet: takes 0 arguments, got 1"},
		{func(int, string, ...int) {}, "(1,)", "greet: takes at least 2 arguments, got 1"},
		{func(context.Context) {}, "(1,)", "greet: takes 0 arguments, got 1"},
		{func(int, int) {}, "(1, 'x')", "greet: argument 2: cannot store string in int"},
		{func(context.Context, int8) {}, "(300,)", "greet: argument 1: 300 does not fit in int8"},
		{func(...int) {}, "(1, 2, None)", "greet: argument 3: cannot store None in int"},
		{func(config) {}, "({'port': 'x'},)", `greet: argument 1["port"]: cannot store string in int`},
		{func() any { return []any{make(chan int)} }, "()", "greet: result[0]: cannot convert chan int"},
		{func() any { return map[string]any{"a": (func())(nil)} }, "()", `greet: result["a"]: the function is nil`},
	} {
		_, err := call(test.fn, eval(t, test.args).(starlark.Tuple)...)
		require.EqualError(t, err, test.want)
		at := &convert.PathError{}
		require.ErrorAs(t, err, &at)
	}

	b, err := withContext.Func("greet", one)
	require.NoError(t, err)
	_, err = starlark.Call(&starlark.Thread{}, b, nil, []starlark.Tuple{{starlark.String("name"), starlark.None}})
	require.EqualError(t, err, "greet: takes no keyword arguments, got name")
}

func TestFuncRefused(t *testing.T) {
	const results = " must be none, a value, an error, or a value and an error"
	for _, test := range []struct {
		fn   any
		want string
	}{
		{nil, "cannot make a function of nil"},
		{1, "cannot make a function of int"},
		{(func())(nil), "the function is nil"},
		{func(int, chan int) {}, "parameter 2: cannot store a Starlark value in chan int"},
		{func(context.Context, complex64) {}, "parameter 1: cannot store a Starlark value in complex64"},
		{func(...[]map[string]*chan int) {}, "parameter 1: cannot store a Starlark value in chan int"},
		{func(map[chan int]int) {}, "parameter 1: cannot store a Starlark value in chan int"},
		{func(func()) {}, "parameter 1: cannot store a Starlark value in func()"},
		{func(int, context.Context) {}, "parameter 2: cannot store a Starlark value in context.Context"},
		{func(...context.Context) {}, "parameter 1: cannot store a Starlark value in context.Context"},
		{func(*starlark.Thread) {}, "parameter 1: cannot store a Starlark value in starlark.Thread"},
		{func() (a, b, c int) { return }, "the results of func() (int, int, int)" + results},
		{func() (a, b int) { return }, "the results of func() (int, int)" + results},
		{func() (err error, i int) { return }, "the results of func() (error, int)" + results},
		{func() (a, b error) { return }, "the results of func() (error, error)" + results},
		{func() *codeError { return nil }, "the result *convert_test.codeError is an error: its type must be error"},
		{func() []chan int { return nil }, "result: cannot convert chan int"},
	} {
		_, err := withContext.Func("greet", test.fn)
		require.EqualError(t, err, "greet: "+test.want)
		_, err = withContext.FromGo("v", []any{test.fn})
		if test.fn != nil && test.fn != 1 {
			require.EqualError(t, err, "v[0]: "+test.want)
		}
	}
}

// The error of a function is not wrapped, and wins over its value.
func TestFuncOwnError(t *testing.T) {
	_, err := call(func() error { return errBoom })
	require.Same(t, errBoom, err)
	_, err = call(func() (any, error) { return make(chan int), errBoom })
	require.Same(t, errBoom, err)
	code := codeError(3)
	b, err := withContext.Func("greet", func() error { return &code })
	require.NoError(t, err)
	_, err = starlark.Call(&starlark.Thread{}, b, nil, nil)
	var found *codeError
	require.ErrorAs(t, err, &found)
	require.Same(t, &code, found)
}

func TestFuncWithoutContextOf(t *testing.T) {
	b, err := convert.Converter{}.Func("f", func(ctx context.Context) bool { return ctx == context.Background() })
	require.NoError(t, err)
	v, err := b.CallInternal(&starlark.Thread{}, nil, nil)
	require.NoError(t, err)
	require.Equal(t, starlark.True, v)
}

func TestFuncPanics(t *testing.T) {
	require.PanicsWithValue(t, "mine", func() { _, _ = call(func() { panic("mine") }) })
}

// Many threads call one function and read one frozen value.
func TestConcurrent(t *testing.T) {
	v, err := withContext.FromGo("v", map[string]any{
		"f": func(ctx context.Context, c config, rest ...any) (server, error) {
			return server{Port: port(c.Port)}, nil
		},
		"struct": node{Name: "a", Next: &node{Any: []int{1, 2}}},
	})
	require.NoError(t, err)
	v.Freeze()
	f, _, _ := v.(*starlark.Dict).Get(starlark.String("f"))
	arg := eval(t, "{'port': 80, 'rest': {'a': [1]}}")
	arg.Freeze()
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			thread := &starlark.Thread{}
			thread.SetLocal("ctx", context.Background())
			for range 200 {
				got, err := starlark.Call(thread, f, starlark.Tuple{arg, v}, nil)
				if err != nil || !strings.Contains(got.String(), "port = 80") {
					t.Error(got, err)
					return
				}
				var n struct{ Struct node }
				if err := convert.ToGo("v", v, &n); err != nil || n.Struct.Next.Any.([]any)[1] != int64(2) {
					t.Error(n, err)
					return
				}
			}
		})
	}
	wg.Wait()
}
