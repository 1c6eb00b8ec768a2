package wire

import (
	"math"
	"unsafe"

	"go.starlark.net/starlark"
)

// version is the first byte of everything that is encoded. It changes whenever something
// is encoded differently, and whenever the language of scripts does.
const version = 1

// What follows the version.
const (
	kindSource   = iota + 1 // of a module
	kindFunction            // a graph whose only root is a function
	kindTask
	kindValue   // a graph with one root
	kindFailure // how a task failed
)

// Where the function of a task is.
const (
	fnHere   = iota // the first root of the task's own graph
	fnInline        // a kindFunction follows
	fnBlob          // the hash of one does
)

// A graph is values that may hold each other. In it come, one after the other,
//
//	the numbers of shells, nodes, modules and scopes
//	modules   the hash of each
//	scopes    the module of each
//	shells    what is to be filled: lists, dicts, sets and functions; what and how large
//	nodes     what holds others and cannot be changed, each after the nodes in it
//	contents  of each shell
//	roots
//
// A cycle always goes through a shell. So who decodes can make all shells, then each node,
// whole, and then fill the shells: when a key is hashed it is complete, nothing is looked at
// twice, and nothing recurses. What a shell, a node or the graph holds is written in slots:
// a tag, then what it says.
const (
	tagNone     = iota
	tagFalse    //
	tagTrue     //
	tagInt      // a varint
	tagBig      // 1 if negative, the length, the magnitude, highest byte first
	tagFloat    // 8 bytes
	tagString   // the length, bytes
	tagBytes    // the same
	tagEmpty    // the tuple without elements
	tagUnset    // no value: of a variable
	tagShell    // its number
	tagNode     // its number
	tagOldShell // the same of the task's function
	tagOldNode  //
	tagDuration // a varint of nanoseconds
	tagTime     // seconds, nanoseconds, the zone
	tagRange    // start, stop, step
)

// Shells.
const (
	shellList     = iota // the number of elements
	shellDict            // 8 bytes: the number of entries
	shellSet             // the same of elements
	shellFunction        // its scope, line and column, and the shell that it equals
)

// Nodes.
const (
	nodeTuple     = iota // the number of elements, elements
	nodeStruct           // the constructor, the number of fields, names and values, by name
	nodeString           // a long one, which may be there many times
	nodeBytes            // the same
	nodeMethod           // the name, the receiver
	nodeNamed            // the name of a value that every run has
	nodeReference        // kind and name of a value that stays where it is
	nodePortable         // the kind, the state
	nodeFailed           // a kindFailure within a state
	nodeElems            // the method that made it of a string or bytes, and that
	nodeModule           // what module(…) makes: the name, the number of members, names and values, by name
)

// inline is how long a string may be to be written wherever it is.
const inline = 32

// A place is what makes a value the same value: the address of a list, or the first element
// of a tuple and how many there are.
type place struct {
	at unsafe.Pointer
	n  int
}

// float returns the bits of a float.
func float(f starlark.Float) uint64 { return math.Float64bits(float64(f)) }
