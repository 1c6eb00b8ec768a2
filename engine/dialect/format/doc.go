// Package format lays out the text of .star files as Python people expect it, and changes nothing else.
//
// A file passes through these rooms, a file of this package each:
//
//	tokens ──► cut ──► level ──► blank ──► role ──► indent, space ──► text ──► check
//	           lines   blocks    blank     what a   columns of
//	                             lines     token is lines and tokens
//
// What is laid out: 4 columns for each block; one blank around operators and after commas, none
// inside brackets and around the "=" of a keyword argument; two blanks before a comment behind code
// and one after its "#"; blank lines: at most two, in blocks one, around a top-level def always some;
// no blanks at the ends of lines; "\n" as the only line end, one at the end of the file; no byte order
// mark.
//
// What stays the author's: where lines break, so long lines too; strings, down to their quotes; the
// order of everything; commas and semicolons at ends; a comment's place.
//
// The rejected way is to print the syntax tree: it holds neither comments nor line breaks, and what
// it does not hold yet, a formatter loses.
package format
