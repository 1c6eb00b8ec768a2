package wire_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster/wire"
	"go.starlark.net/starlark"
)

// A function of a script is called by another engine.
func Example() {
	ctx := context.Background()
	here, _ := engine.New(engine.Options{})
	script, _ := here.Compile("price.star", []byte(`
rate = 3
def price(n):
    return n * rate if n > 0 else fail("nothing to sell")
`))
	res, _ := here.Run(ctx, script, engine.Input{})
	_ = res.Get("rate", new(int)) // freezes what is global

	there, _ := engine.New(engine.Options{})
	host, _ := there.NewHost(ctx, "worker")
	store := map[wire.Hash][]byte{}
	dec := wire.NewDecoder(host, wire.DecoderOptions{Fetch: func(h wire.Hash) ([]byte, error) { return store[h], nil }})

	enc := wire.NewEncoder(res.Run(), wire.EncoderOptions{})
	for _, n := range []int{7, 0} {
		m, err := enc.Task(res.Globals["price"].(starlark.Callable), starlark.Tuple{starlark.MakeInt(n)}, nil)
		if err != nil {
			fmt.Println(err)
		}
		for _, b := range m.Blobs {
			store[b.Hash] = b.Data
		}
		task, err := dec.Task(m.Data)
		if err != nil {
			fmt.Println(err)
		}
		call := &engine.Call{Fn: task.Fn, Args: task.Args, Kwargs: task.Kwargs}
		host.Do(ctx, engine.Outputs{}, call)
		if failed := (*engine.Error)(nil); errors.As(call.Err, &failed) {
			fmt.Println(failed.Traceback())
		} else {
			fmt.Println(call.Value)
		}
	}
	// Output:
	// 21
	// Traceback (most recent call last):
	//   price.star:4:39: in price
	// Error: fail: nothing to sell
}
