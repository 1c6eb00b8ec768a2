//go:build !tg_noserver

package remote_test

import (
	"context"
	"log"
	"os"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
	"github.com/starlark-tg/tg/engine/cluster/remote"
)

// A program runs a script whose tasks go to the workers of a cluster. Here all of it is in one
// process; a worker is in another one, most often on another machine.
func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	// At home: a server, and what sends tasks.
	home, err := nats.Connect(ctx, "embed://127.0.0.1:0", nats.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer home.Close()
	dispatcher, err := home.Dispatcher(ctx)
	if err != nil {
		log.Fatal(err)
	}
	defer dispatcher.Close(ctx)
	caller := remote.NewCaller(dispatcher)
	defer caller.Close()

	// On a worker, which was told where to go and whom to trust.
	address, invitation := home.Invitation()
	worked := make(chan error)
	go func() { worked <- work(ctx, address, invitation) }()

	eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Stdout: os.Stdout, Remote: caller})
	if err != nil {
		log.Fatal(err)
	}
	script, err := eng.Compile("squares.star", []byte(`
factor = 10
def square(n):
    return n * n * factor
print(threadgroup().map(square, range(5)).values())
`))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := eng.Run(ctx, script, engine.Input{}); err != nil {
		log.Fatal(err)
	}
	cancel()
	if err := <-worked; err != nil {
		log.Fatal(err)
	}
	// Output:
	// [0, 10, 40, 90, 160]
}

func work(ctx context.Context, address string, o nats.Options) error {
	conn, err := nats.Connect(ctx, address, o)
	if err != nil {
		return err
	}
	defer conn.Close()
	worker, err := conn.Worker()
	if err != nil {
		return err
	}
	const slots = 2
	eng, err := engine.New(engine.Options{Modules: builtins.Standard(), MaxWorkers: slots}) // it grants nothing
	if err != nil {
		return err
	}
	defer eng.Close()
	handler := remote.NewHandler(eng, worker.Blob, "worker-1")
	defer handler.Close()
	return worker.Work(ctx, cluster.WorkerConfig{Name: "worker-1", Slots: slots, ABI: remote.ABI(eng)}, handler.Handle)
}
