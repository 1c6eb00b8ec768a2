package wire

import (
	"crypto/sha256"
	"fmt"
	"sync"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/starlark"
)

// DecoderOptions configure a Decoder.
type DecoderOptions struct {
	// Fetch returns the data of a Blob. What it returns is checked, and kept: it is asked
	// for each hash about once. It must be safe for concurrent use, and may block.
	Fetch func(Hash) ([]byte, error)

	// Resolve makes the value that a kind and a name stand for: the reverse of
	// EncoderOptions.Reference. Nil: there are none. It must be safe for concurrent use.
	Resolve func(kind, name string) (starlark.Value, error)

	// Modules keeps compiled modules; nil: the decoder has its own. Decoders of runs of one
	// engine may share it.
	Modules *Modules
}

// A Decoder reads what an Encoder wrote, for one run: on a worker a host
// ([engine.Engine.NewHost]). It is safe for concurrent use.
//
// It believes nothing: bytes that no encoder wrote are an error, a *Flaw. Beside the modules
// and what Restore and Resolve make, it takes memory of at most 72 times the length of a
// message (empty dicts come to that) and a few megabytes, and time in proportion.
type Decoder struct {
	run  *engine.Run
	opts DecoderOptions

	mu       sync.Mutex // guards what follows
	programs map[Hash]*program
	prepared map[string]*graph // functions, by their graph or its hash
	kept     int               // bytes that prepared was made of
}

// maxKept is how many bytes of functions are kept decoded, about; then all are forgotten.
const maxKept = 16 << 20

// NewDecoder returns a decoder for a run.
func NewDecoder(run *engine.Run, opts DecoderOptions) *Decoder {
	if opts.Modules == nil {
		opts.Modules = NewModules()
	}
	return &Decoder{run: run, opts: opts, programs: map[Hash]*program{}, prepared: map[string]*graph{}}
}

// A Task is a call that another process wants to be made. All of it is frozen.
type Task struct {
	Fn     starlark.Callable
	Args   starlark.Tuple
	Kwargs []starlark.Tuple
}

// Task reads what Encoder.Task wrote.
func (d *Decoder) Task(data []byte) (*Task, error) {
	c := decoding{d: d, reader: open(data, kindTask), frozen: true, claim: claim{room: allowance(len(data))}}
	t := &Task{}
	switch c.byte() {
	case fnHere:
	case fnInline:
		c.base = c.inline()
	case fnBlob:
		c.base = c.blob()
	default:
		c.fail("there is no function")
	}
	nargs, nkwargs := c.count(1), c.count(2)
	if c.err != nil {
		return nil, c.err
	}
	c.graph.read(&c)
	fn := c.function()
	if nargs > 0 {
		t.Args = c.tuple(c.fits(uint64(nargs), 1))
	}
	if nkwargs > 0 {
		t.Kwargs = c.kwargs(c.fits(uint64(nkwargs), 2))
	}
	if err := c.end(); err != nil {
		return nil, err
	}
	t.Fn = fn
	return t, nil
}

// Value reads what Encoder.Value wrote. Unless it is to be frozen, it belongs to the caller
// as a value that a function has returned.
func (d *Decoder) Value(data []byte, frozen bool) (starlark.Value, error) {
	c := decoding{d: d, reader: open(data, kindValue), frozen: frozen, claim: claim{room: allowance(len(data))}}
	c.graph.read(&c)
	v, _ := c.slot()
	if v == nil {
		c.stop(errUnset)
	}
	if err := c.end(); err != nil {
		return nil, err
	}
	return v, nil
}

// function returns the function of a task.
func (c *decoding) function() starlark.Callable {
	v := starlark.Value(nil)
	if c.base != nil {
		v = c.base.root
	} else {
		v, _ = c.slot()
	}
	fn, ok := v.(starlark.Callable)
	if !ok {
		c.fail("what is to be called is no function")
	}
	return fn
}

func (c *decoding) kwargs(n int) []starlark.Tuple {
	list := make([]starlark.Tuple, n)
	for i := range list {
		list[i] = c.tuple(2)
		if c.err != nil {
			return nil
		}
		if _, ok := list[i][0].(starlark.String); !ok {
			c.fail("the name of an argument is no string")
		}
	}
	return list
}

// inline returns the function that is in the message.
func (c *decoding) inline() *graph {
	data := c.bytes(c.uvarint())
	d := c.d
	d.mu.Lock()
	g := d.prepared[string(data)]
	d.mu.Unlock()
	if g != nil || c.err != nil {
		return g
	}
	return c.keep(string(data), data)
}

// blob returns the function whose hash is in the message.
func (c *decoding) blob() *graph {
	var h Hash
	copy(h[:], c.bytes(uint64(len(h))))
	d := c.d
	d.mu.Lock()
	g := d.prepared[string(h[:])]
	d.mu.Unlock()
	if g != nil || c.err != nil {
		return g
	}
	data, err := d.fetch(h)
	if err != nil {
		c.stop(err)
		return nil
	}
	return c.keep(string(h[:]), data)
}

// keep decodes a function and keeps it.
func (c *decoding) keep(key string, data []byte) *graph {
	d := c.d
	own := decoding{d: d, reader: open(data, kindFunction), frozen: true, claim: claim{room: allowance(len(data))}}
	g := &own.graph
	g.read(&own)
	g.root, _ = own.slot()
	if err := own.end(); err != nil {
		c.stop(err)
		return nil
	}
	if _, ok := g.root.(*eval.Function); !ok {
		c.fail("what is to be called is no function")
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if known := d.prepared[key]; known != nil {
		return known // another thread was faster
	}
	if d.kept += len(data); d.kept > maxKept {
		clear(d.prepared)
		d.kept = len(data)
	}
	kept := *g
	d.prepared[key] = &kept
	return &kept
}

func (d *Decoder) fetch(h Hash) ([]byte, error) {
	if d.opts.Fetch == nil {
		return nil, fmt.Errorf("%s is not known", h)
	}
	data, err := d.opts.Fetch(h)
	if err != nil {
		return nil, err
	}
	if sha256.Sum256(data) != h {
		return nil, &Flaw{"what was fetched as " + h.String() + " is something else"}
	}
	return data, nil
}
