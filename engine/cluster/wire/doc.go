// Package wire writes calls of functions, and what comes of them, for other processes. It
// knows no network.
//
// A function travels by value: the source of its module, by hash; where in it its def or
// lambda is; and what it carries, the values of its defaults and of every name from outside
// it that its code uses, and so on for the functions in these. No top level runs again. What
// a worker compiles is what was compiled here, so results, errors, tracebacks and positions
// are the same ones.
//
//	enc := wire.NewEncoder(thread.Run(), wire.EncoderOptions{Reference: …})
//	m, err := enc.Task(fn, args, kwargs)     // m.Data, and m.Blobs for those who lack them
//
//	host, err := eng.NewHost(ctx, "worker")  // on the worker, one for each script
//	dec := wire.NewDecoder(host, wire.DecoderOptions{Fetch: …, Resolve: …})
//	task, err := dec.Task(m.Data)
//	host.Do(ctx, outputs, &engine.Call{Fn: task.Fn, Args: task.Args, Kwargs: task.Kwargs})
//
// and back: Encoder.Value and Decoder.Value for v, [Failure] and [ReadFailure] for err.
//
// # What travels
//
// All plain data, bit by bit, with its structure: what is one list here is one list there,
// and what holds itself does there. That is so within a message; what comes back is another
// thing than what was sent. Functions of scripts; built-in functions, methods and modules by
// name, or with what they are methods of; times, durations, ranges; values of modules that
// are [engine.Portable]. What stays where it is, such as a vault, travels as a name if the
// caller has one for it. Everything else is an [Unsendable] error with the path to it.
//
// A function that was handed over is written once, and read once: with it comes a snapshot,
// which never changes. Its tasks say which it is, and their arguments. They may share things
// with the function; these are one there too.
//
// # Both ends
//
// They must have the same [ABI]. The format is that of one version; there is no other.
//
// # Where to find what
//
//	tags.go     the format                  hash.go      hashes, sources
//	encoder.go  tasks, values               decoder.go   the same; modules.go compiled modules
//	walk.go     a graph of values           graph.go     the same
//	nodes.go    what cannot be changed      read_nodes.go, slots.go, keys.go
//	atoms.go    what has no identity        reader.go    bytes that nobody has checked
//	path.go     where something was found   failure.go   errors; read_failure.go
package wire
