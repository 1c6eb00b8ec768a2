// Package dialect says what a .star file means: Starlark with decorators, f-strings and assert.
//
// Parse turns source into the syntax tree that go.starlark.net/resolve takes, or lists every problem
// it can find, each with its position and, where one helps, a hint of what to write instead.
//
// A file passes through three rooms:
//
//	source ──► mask ──► go.starlark.net/syntax ──► rewrite ──► tree
//
// The mask replaces what Starlark cannot read by something it can, of the same width in runes:
// "@d" becomes "(d)", f"…" becomes "(0 )", assert becomes return. So one ordinary parser reads the
// file and every position in its tree is one that the user sees. The rewrite then finds the masked
// places again by their position and puts the meant nodes there.
//
// The rejected way is to generate other source: its positions would have to be mapped back in every
// syntax error, resolve error and traceback.
package dialect
