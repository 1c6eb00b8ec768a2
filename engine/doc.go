// Package engine runs Starlark scripts from Go.
//
// An [Engine] is made once with [New] and compiles scripts ([Engine.Compile]);
// a [Script] is run any number of times ([Engine.Run]), from any number of
// goroutines. [Engine.ExecFile] does both for a file.
//
// A script's source goes dialect → resolve → compile → init. The packages around
// this one, with arrows from user to used:
//
//	cmd/tg ──► builtins ──► builtins/{threadgroup,time,…} ──► engine ──► engine/dialect
//	                                   │                        ├──────► engine/universe
//	                                   │                        └──────► engine/event
//	                                   └────► engine/group ────────────► engine/event
//
// This package runs one Starlark thread at a time ([Thread]) and says what may
// cross from one to another ([Thread.Publish]). Package group runs many tasks and
// knows no Starlark; package builtins/threadgroup joins the two. An engine
// without modules has no powers: it cannot even tell the time.
//
// # Threads and values
//
// Starlark values are not safe for concurrent use. What a task's function can
// reach is frozen before the task gets it; what it returns is handed back and
// stays mutable. Values that may be changed by several threads have a lock of
// their own and implement [Shareable]. Nothing else crosses.
package engine
