// Package reference tells what scripts can call, for tg doc, for the stubs of Python
// editors, and for the README. The one source is the comments that open each built-in:
//
//	// def run(args: list, check: bool = True) -> CompletedProcess
//	//
//	// run runs a program and returns how it ended.
//
// A def is a global, or a member of the module that its folder has; "def Result.check" is
// a method. "class Result" and "module fs" open the comment of a value and of a module,
// with a line for each attribute: its name, its type, two spaces, what it is. "names" opens
// the lines of names that nothing owns. "…" among parameters stands for those of the
// comment's first def, where this one says nothing else.
//
// generate reads these comments and writes reference.json, which the program carries.
package reference

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"strings"
)

//go:generate go run ./generate

//go:embed reference.json
var text []byte

// The kinds of entries.
const (
	Module    = "module"
	Class     = "class" // a type of values
	Function  = "function"
	Method    = "method"
	Attribute = "attribute" // also of a module
)

// An Entry is one name that scripts can use.
type Entry struct {
	Name       string   `json:"name"` // such as fs.copy, Result.check
	Kind       string   `json:"kind"`
	Room       string   `json:"room"`                 // folder of the source
	Signatures []string `json:"signatures,omitempty"` // what follows the name: "(x: int) -> str", of an attribute its type
	Together   []string `json:"together,omitempty"`   // whom the doc means by a "They" at its beginning
	Doc        string   `json:"doc,omitempty"`        // paragraphs, with an empty line between
}

// Entries returns all entries, sorted by their owners. The caller may change them.
func Entries() ([]Entry, error) {
	var list []Entry
	err := json.Unmarshal(text, &list)
	return list, err
}

// Owner returns the module or class that the entry belongs to; "" if there is none.
func (e Entry) Owner() string {
	owner, _, found := strings.Cut(e.Name, ".")
	if !found {
		return ""
	}
	return owner
}

// Short returns the name without its owner.
func (e Entry) Short() string { return e.Name[strings.Index(e.Name, ".")+1:] }

// Special reports whether the name stands for an operator, such as __len__.
func (e Entry) Special() bool { return strings.HasPrefix(e.Short(), "__") }

// Summary returns the first sentence, without the name that it begins with; of an attribute
// all of its words.
func (e Entry) Summary() string {
	if e.Kind == Attribute {
		return e.Doc
	}
	s, _, _ := strings.Cut(e.Doc, "\n")
	if end := regexp.MustCompile(`[.:;] |\.$`).FindStringIndex(s); end != nil {
		s = s[:end[0]]
	}
	name := regexp.QuoteMeta(e.Short())
	return regexp.MustCompile(`^((An? )?`+name+` (is |are )?|They )`).ReplaceAllString(s, "")
}
