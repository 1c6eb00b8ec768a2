// Package convert turns Go values into Starlark values and back.
//
// [Converter.FromGo] makes Starlark values, [ToGo] stores them in Go variables as
// json.Unmarshal does, and [Converter.Func] lets a script call a Go function:
//
//	Go                              Starlark                    back into any
//	nil, nil pointer                None                        nil
//	bool                            bool                        bool
//	int…, uint…, big.Int            int                         int64, or *big.Int if too large
//	float32, float64                float                       float64
//	string                          string                      string
//	[]byte                          bytes                       []byte
//	slice, array                    list                        []any
//	map                             dict, keys sorted           map[string]any, or map[any]any
//	struct                          struct, read-only           map[string]any
//	time.Time, time.Duration        time.time, time.duration    the same
//	encoding.TextMarshaler, error   string                      string
//	func                            built-in function           itself, a starlark.Value
//	starlark.Value                  itself                      by its type
//
// Fields of structs have the names that encoding/json gives them, with its rules
// for tags, embedding and upper and lower case; the options omitempty, omitzero
// and string have no effect.
//
// # Errors
//
// Every error is a [*PathError] that says where in the value it happened, such as
// hosts[3]["port"]: cannot store string in int.
//
// # Concurrency
//
// What is converted is copied, in both directions, so that Go code and threads
// share no memory; a starlark.Value is the exception. The new lists and dicts are
// mutable and belong to the caller. A conversion reads the value it is given, so
// nobody may change that value meanwhile.
package convert
