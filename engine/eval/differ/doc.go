// Package differ has no code, only tests: generated programs run in package eval and in
// go.starlark.net's interpreter, and whatever can be seen of the two must be the same.
package differ
