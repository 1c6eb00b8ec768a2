// Package engine runs Starlark scripts from Go.
//
// # A tour
//
// An [Engine] is made once with [New]; its [Options] are a plain struct whose zero
// value is ready and allows nothing. It compiles scripts ([Engine.Compile]), and a
// [Script] is run any number of times ([Engine.Run]), from any number of
// goroutines; [Engine.ExecFile] does both for a file. Run returns when every
// thread of the script has ended. What the script left behind is a [Result]:
// [Result.Get] reads a global variable as json.Unmarshal would, [Result.Call]
// calls a function. [Script.Warnings] says what is most likely not meant, and a
// [Session] is a script that comes in pieces, as in a REPL.
//
//	eng, err := engine.New(engine.Options{Modules: builtins.Standard()})
//	res, err := eng.ExecFile(ctx, "deploy.star", engine.Input{Args: os.Args[1:]})
//	err = res.Get("totals", &totals)
//
// Go values and Go functions of the form func([ctx,] args…) ([T,] [error]) go in
// by [Input], and as arguments of Call; package convert says what becomes what.
// Functions are called from the goroutines of the tasks, many at once.
//
// # Ending
//
// When the context given to Run ends, by its deadline or because it was
// cancelled, every task is stopped: Starlark code at its next step, built-ins as
// soon as they heed [Thread.Context].
//
// A script that cannot be read is a [SyntaxError] with every problem. One that
// stops with an error is an [Error]: position, message, hint, stack. Failed tasks
// of a group are a [GroupError] in its chain, and below that each task's own
// Error and whatever a Go function returned: errors.Is and errors.As find all of
// them. A script that calls exit(code) ends with an [ExitError], whatever the
// code; a limit that was reached is a [LimitError], a Go panic in a built-in a
// [PanicError] with the Starlark stack of the moment.
//
// # Watching, bounding, allowing
//
// Options.Events is told what happens, as package event describes; package timeline
// draws it. [Limits] bound what a script may use up; only depth and the size of a
// source have a default.
// Options.Allow says which files, hosts, programs and variables built-ins may
// touch, as package permit describes. An engine without modules has no powers at
// all: it cannot even tell the time.
//
// # How to add a module
//
// A [Module] is a name and a dict of values, most often one [Namespace] of
// built-in functions:
//
//	func shout(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
//		var text string
//		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "text", &text); err != nil {
//			return nil, err
//		}
//		return starlark.String(strings.ToUpper(text) + "!"), nil
//	}
//
//	func Module() engine.Module {
//		return engine.Module{Name: "text", Globals: starlark.StringDict{
//			"text": engine.NewNamespace("text", starlark.StringDict{
//				"shout": starlark.NewBuiltin("shout", shout),
//			}, nil),
//		}}
//	}
//
// and then engine.Options{Modules: append(builtins.Standard(), text.Module())}.
//
// What its functions have to heed:
//
//   - They are called by many threads at once. Values of the module are shared by
//     all runs: immutable, or with a lock of their own. What belongs to one run
//     goes into [Run.State], what must happen at its end into [Run.AtEnd].
//   - A call that blocks ends when [Thread.Context] does, and returns its error.
//   - What touches the world asks [Run.Grants] first and returns its error as it is.
//   - A value that another process can make again of its state implements [Portable].
//   - A value that must stay where it is, and can be used from afar, implements [Resident].
//   - A value that several threads may change implements [Shareable]. What it takes
//     in from one thread it freezes with [Thread.Publish] before another sees it.
//   - An error may have methods Kind() string and Hint() string: scripts see the
//     kind as Error.kind, users see the hint below the report.
//   - A panic is the error of the task that called the function, of kind panic.
//     It costs nothing else, but it is a bug all the same.
//
// # Rooms
//
// A script's source goes dialect → resolve → compile → init. The packages, with
// arrows from user to used:
//
//	cmd/tg ──► builtins ──► builtins/{threadgroup,sync,…} ──► engine ──► engine/dialect
//	                                   │                        ├──────► engine/eval ──► engine/eval/guard
//	                                   │                        ├──────► engine/universe
//	                                   │                        ├──────► engine/convert
//	                                   │                        ├──────► engine/permit
//	                                   │                        ├──────► engine/wait
//	                                   │                        └──────► engine/event
//	                                   ├────► engine/timeline ─────────► engine/event
//	                                   └────► engine/group ────────────► engine/wait
//	cmd/tg ──► engine/cluster/nats ──► engine/cluster
//	       └─► engine/cluster/remote ──► engine/cluster
//	                                 ├─► engine/cluster/wire ──► engine, engine/eval
//	                                 └─► engine
//
// This package runs one Starlark thread at a time ([Thread]) and says what may
// cross from one to another ([Thread.Publish]). Package group runs many tasks and
// knows no Starlark; package builtins/threadgroup joins the two. Package cluster
// says how tasks run on other machines, cluster/nats carries them there, and cluster/remote
// is the [Remote] that groups give them to.
//
// # Threads and values
//
// Starlark values are not safe for concurrent use. What a task's function can
// reach is frozen before the task gets it; what it returns is handed back and
// stays mutable. Names are not shared at all: the function comes with a snapshot of
// those that it uses ([Thread.HandOver]), so the script may go on to assign them. Values
// that may be changed by several threads have a lock of their own and implement
// [Shareable]. Nothing else crosses.
package engine
