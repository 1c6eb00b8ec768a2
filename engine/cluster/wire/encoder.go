package wire

import (
	"encoding/binary"
	"errors"
	"strconv"
	"sync"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/starlark"
)

// EncoderOptions configure an Encoder. The zero value is ready.
type EncoderOptions struct {
	// Reference says what stands for a value that stays where it is, such as a vault: a kind
	// and a name, of which the other side's Resolve makes a value. It is asked about every
	// value that is not plain data or a script's function. ok is false if nothing does. It
	// must be safe for concurrent use.
	Reference func(v starlark.Value) (kind, name string, ok bool)
}

// An Encoder writes tasks and values for other processes. It is safe for concurrent use.
//
// What it is given must not change while it is being written: it was published
// ([engine.Thread.Publish]), or nobody else uses it.
type Encoder struct {
	run  *engine.Run
	opts EncoderOptions

	mu       sync.Mutex // guards what follows
	modules  map[*eval.Program]Blob
	sources  map[Hash][]byte
	prepared map[*eval.Function]*prepared
	kept     int // bytes of prepared
}

// NewEncoder returns an encoder of a run's functions and values.
func NewEncoder(run *engine.Run, opts EncoderOptions) *Encoder {
	return &Encoder{
		run: run, opts: opts,
		modules: map[*eval.Program]Blob{}, sources: map[Hash][]byte{}, prepared: map[*eval.Function]*prepared{},
	}
}

// A Message is something to be sent.
type Message struct {
	Data  []byte
	Blobs []Blob // what Data refers to: who decodes asks for those it has not seen. Not to be changed
}

// A prepared function is one that was written, for tasks that differ in their arguments.
type prepared struct {
	graphTable
	blob   Blob   // of the graph
	blobs  []Blob // of messages
	header []byte // of messages, up to the arguments
}

const (
	// maxPrepared is how many functions are kept.
	maxPrepared = 256

	// maxKeptBytes is how many bytes they may be, about; then all are forgotten.
	maxKeptBytes = 64 << 20

	// maxInline is how large a function may be to be in each message, in bytes.
	maxInline = 2 << 10
)

// Task writes a call of a function. The parts of it that its arguments have in common, with
// each other or with what the function can reach, are one thing on the other side too. The
// error is an *Unsendable.
//
// A script's function that was handed over ([engine.Thread.HandOver]) is written once, and
// kept; after that, tasks of it take time in proportion to their arguments.
func (e *Encoder) Task(fn starlark.Callable, args starlark.Tuple, kwargs []starlark.Tuple) (Message, error) {
	var b []byte
	w := walk{enc: e, action: "sent to a worker"}
	roots := 0
	if script, ok := fn.(*eval.Function); ok {
		script = script.As(nil)
		w.owner = script
		if script.Settled() {
			p, err := e.prepare(script)
			if err != nil {
				return Message{}, err
			}
			if m, ok := p.plain(args, kwargs); ok {
				return m, nil
			}
			w.base, b = p, append(make([]byte, 0, len(p.header)+64), p.header...)
		}
	}
	w.label = taskLabel(fn, len(args), kwargs)
	if w.base == nil {
		b = []byte{version, kindTask, fnHere}
		if err := w.root(fn, roots); err != nil {
			return Message{}, err
		}
	}
	b = binary.AppendUvarint(b, uint64(len(args)))
	b = binary.AppendUvarint(b, uint64(len(kwargs)))
	for _, v := range args {
		roots++
		if err := w.root(v, roots); err != nil {
			return Message{}, err
		}
	}
	for _, kv := range kwargs {
		for _, v := range kv[:2] {
			roots++
			if err := w.root(v, roots); err != nil {
				return Message{}, err
			}
		}
	}
	if err := w.drain(); err != nil {
		return Message{}, err
	}
	return Message{w.appendGraph(b), w.blobs()}, nil
}

// plain writes a call with arguments that need no graph, as most have; ok is false if some do.
func (p *prepared) plain(args starlark.Tuple, kwargs []starlark.Tuple) (m Message, ok bool) {
	b := append(make([]byte, 0, len(p.header)+16+8*len(args)+24*len(kwargs)), p.header...)
	b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(len(args))), uint64(len(kwargs)))
	b = append(b, 0, 0, 0, 0) // a graph of nothing
	for _, v := range args {
		if b, ok = appendAtom(b, v); !ok {
			return m, false
		}
	}
	for _, kv := range kwargs {
		for _, v := range kv[:2] {
			if b, ok = appendAtom(b, v); !ok {
				return m, false
			}
		}
	}
	return Message{b, p.blobs[:len(p.blobs):len(p.blobs)]}, true
}

// taskLabel names the roots of a task: the function, the arguments, and names and values of
// those by name.
func taskLabel(fn starlark.Callable, args int, kwargs []starlark.Tuple) func(int) string {
	return func(root int) string {
		switch {
		case root == 0:
			if _, script := fn.(*eval.Function); script {
				return "" // path names it
			}
			return "function " + fn.Name()
		case root <= args:
			return "argument " + strconv.Itoa(root)
		}
		name, _ := starlark.AsString(kwargs[(root-args-1)/2][0])
		return "argument " + name
	}
}

// Value writes a value, such as what a task returned. The error is an *Unsendable.
func (e *Encoder) Value(v starlark.Value) (Message, error) {
	b := append(make([]byte, 0, 24), version, kindValue, 0, 0, 0, 0) // a graph of nothing
	if b, atom := appendAtom(b, v); atom {
		return Message{Data: b}, nil
	}
	w := walk{enc: e, action: "sent by a worker", label: func(int) string { return "result" }}
	if err := w.run([]starlark.Value{v}); err != nil {
		return Message{}, err
	}
	return Message{w.appendGraph([]byte{version, kindValue}), w.blobs()}, nil
}

// blobs returns what the graph refers to.
func (w *walk) blobs() []Blob {
	if w.base == nil {
		return w.modules
	}
	list := w.base.blobs[:len(w.base.blobs):len(w.base.blobs)]
	for _, m := range w.modules {
		if !hasBlob(w.base.blobs, m) {
			list = append(list, m)
		}
	}
	return list
}

func hasBlob(list []Blob, b Blob) bool {
	for _, x := range list {
		if x.Hash == b.Hash {
			return true
		}
	}
	return false
}

// prepare writes a function, unless it was written lately.
func (e *Encoder) prepare(fn *eval.Function) (*prepared, error) {
	e.mu.Lock()
	p := e.prepared[fn]
	e.mu.Unlock()
	if p != nil {
		return p, nil
	}
	w := walk{enc: e, action: "sent to a worker", label: func(int) string { return "" }, owner: fn}
	if err := w.run([]starlark.Value{fn}); err != nil {
		return nil, err
	}
	p = &prepared{graphTable: w.graphTable, blobs: w.modules, header: []byte{version, kindTask}}
	if graph := w.appendGraph([]byte{version, kindFunction}); len(graph) <= maxInline {
		p.header = appendText(append(p.header, fnInline), string(graph))
	} else {
		p.blob = newBlob(graph)
		p.header = append(append(p.header, fnBlob), p.blob.Hash[:]...)
		p.blobs = append(p.blobs, p.blob)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	size := len(p.header) + len(p.blob.Data)
	if e.kept += size; len(e.prepared) >= maxPrepared || e.kept > maxKeptBytes {
		clear(e.prepared)
		e.kept = size
	}
	e.prepared[fn] = p
	return p, nil
}

var errNoSource = errors.New("a function whose source is not known cannot be sent")

// module returns the source of the module of a function.
func (e *Encoder) module(fn *eval.Function) (Blob, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	blob, ok := e.modules[fn.Program()]
	if ok {
		return blob, nil
	}
	src, ok := engine.SourceOf(fn)
	if !ok {
		return Blob{}, errNoSource
	}
	blob = newBlob(appendSource(nil, src))
	e.modules[fn.Program()], e.sources[blob.Hash] = blob, blob.Data
	return blob, nil
}

// Source returns the data of a Blob that is the source of a module which the encoder has
// written: what a worker sends back is of the same modules.
func (e *Encoder) Source(h Hash) ([]byte, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	data, ok := e.sources[h]
	return data, ok
}
