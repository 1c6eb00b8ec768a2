// Package eval runs Starlark. It takes go.starlark.net's scanner, parser, resolver,
// values and universe as they are, and replaces its interpreter: what scripts and Go
// programs see stays the same, values, error texts, tracebacks and positions, but
//
//   - names may be assigned beside running threads: who was handed a function has a
//     snapshot of the names it uses ([Handover]), so there is no race and no lock;
//   - a script cannot take the process down: see package guard;
//   - it is several times as fast.
//
// # Shape
//
// A resolved syntax tree is compiled to Go closures, one for each expression
// ([expr]), statement ([stmt]) and condition ([test]); what a node needs at run time,
// its operands, slots, positions, is in the closure. Running the program is calling
// the outermost one. A function that was compiled ([code]) is immutable and runs on
// any number of threads; what belongs to one call is in its [frame], what belongs to a
// thread in its [machine].
//
// Closures were chosen over register code by a probe of both; RATIONALE.md of package
// engine has the numbers. They also keep one rule of the language in one place: what
// "x += y" means is [compiler.augmented], and all of it.
//
// # Values
//
// Inside, a value is a [val]: a starlark.Value, or an int of 64 bits or a float without
// a place on the heap. It has three words, and needs no unsafe: the tag is a type that
// nobody else sees. Operators look for these first, then for the other types; what is
// left goes to go.starlark.net.
//
// # Failure
//
// An expression that fails returns the zero val, which is no value, and leaves the
// error in the machine. It was given its call stack where it happened, so nothing is
// added on the way out. Loops close their iterators there; after a Go panic
// [machine.unwind] does.
//
// # Calls
//
// Script functions call each other without go.starlark.net: their frames are on the
// thread's stack, which host code can look at, only when host code is called or an
// error is made ([machine.expose]). Variables live on a stack of the machine's own, so
// a call takes no heap.
//
// # Steps
//
// Thread.Steps counts rounds of loops and calls, and one for each 256 bytes that an
// operation makes. It grows with the work done, says little about time, and is the
// same for every run of the same program. Each step looks whether the thread was
// cancelled; each 1024 steps, or when the limit is near, Thread.OnMaxSteps may be called.
//
// # Where to find what
//
//	compile.go   the compiler, functions        stmt.go      statements
//	assign.go    =, +=, unpacking                loop.go      for, while, comprehension.go
//	expr.go      literals, conditions, not       binary.go    + - * …, arith.go, bigint.go, sum.go
//	compare.go   == < in                         index.go     x[i], x[i] = y; slice.go x[i:j]
//	attr.go      x.name                          callexpr.go  f(args), method.go x.f(args)
//	call.go      how a call is made              bind.go      arguments to parameters
//	name.go      variables, def, lambda          machine.go   a thread's state, steps
//	snapshot.go  hand-over                       position.go  where errors are reported, plan.go
//	quick.go     len, min … without a call       sort.go      sorted
//	hooks.go     profile, coverage, debugger     layout.go    what host code sees
//	format.go    "text" % (x, y)                 pairs.go     enumerate and items in a loop
//	carry.go     functions taken apart and put together again
//
// Package differ tests all of it against go.starlark.net's interpreter.
package eval
