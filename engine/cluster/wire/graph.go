package wire

import (
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/starlark"
)

// A graph is one that was read. It does not change any more.
type graph struct {
	shells []starlark.Value
	nodes  []starlark.Value
	hefts  []heft         // of the nodes
	root   starlark.Value // of a function's
}

// A decoding reads one message.
type decoding struct {
	reader
	claim
	graph
	d      *Decoder
	base   *graph // the task's function
	frozen bool
	thread *starlark.Thread
	zones  map[string]*time.Location

	programs []*program
	scopes   []eval.Scope
	files    map[string]*string // names of files in tracebacks
}

// allowance is how much memory decoding n bytes may take.
func allowance(n int) int { return 64*n + 1<<20 }

// A claim is what a message may still take.
type claim struct {
	room int // bytes of scopes
	work int // values hashed and compared
}

// The least that a piece takes in a message.
const (
	leastShell = 2
	leastNode  = 2
	leastKey   = 2 // of a dict that has more than the few keys of one byte
)

// read reads all but the roots.
func (g *graph) read(d *decoding) {
	d.work = maxWork + 16*len(d.rest)
	shells, nodes := d.count(leastShell), d.count(leastNode)
	d.fits(uint64(shells*leastShell+nodes*leastNode), 1)
	programs, scopes := d.count(len(Hash{})), d.count(1)
	for i := 0; i < programs && d.err == nil; i++ {
		d.module()
	}
	for i := 0; i < scopes && d.err == nil; i++ {
		d.scope()
	}
	if d.err != nil {
		return
	}
	sizes := g.makeShells(d, shells)
	g.nodes, g.hefts = makeSlice[starlark.Value](nodes), makeSlice[heft](nodes)
	for i := 0; i < nodes && d.err == nil; i++ {
		v, h := d.node()
		g.nodes, g.hefts = append(g.nodes, v), append(g.hefts, h)
	}
	for i := 0; i < shells && d.err == nil; i++ {
		d.fill(g.shells[i], sizes[i])
	}
}

func makeSlice[T any](n int) []T {
	if n == 0 {
		return nil
	}
	return make([]T, 0, n)
}

func (d *decoding) module() {
	var h Hash
	copy(h[:], d.bytes(uint64(len(h))))
	if d.err != nil {
		return
	}
	p, err := d.d.program(h)
	if err != nil {
		d.stop(err)
		return
	}
	d.programs = append(d.programs, p)
}

func (d *decoding) scope() {
	i := d.below(len(d.programs))
	if d.err != nil {
		return
	}
	s := d.programs[i].scope
	if d.room -= s.Size(); d.room < 0 {
		d.fail("it has too many scopes")
		return
	}
	d.scopes = append(d.scopes, s.Another())
}

// makeShells makes the shells, each as large as it will be.
func (g *graph) makeShells(d *decoding, n int) (sizes []int) {
	if n == 0 {
		return nil
	}
	g.shells, sizes = make([]starlark.Value, n), make([]int, n)
	slots := 0 // in all shells: there must be as many bytes
	for i := range n {
		v, size := d.shell()
		slots += size
		d.fits(uint64(slots), 1)
		if d.err != nil {
			return nil
		}
		g.shells[i], sizes[i] = v, size
	}
	return sizes
}

// shell makes one and returns how many slots it has.
func (d *decoding) shell() (starlark.Value, int) {
	switch kind := d.byte(); kind {
	case shellList:
		n := d.count(1)
		return starlark.NewList(make([]starlark.Value, n)), n
	case shellDict:
		n := d.entries(1)
		return starlark.NewDict(n), 2 * n
	case shellSet:
		n := d.entries(0)
		return starlark.NewSet(n), n
	case shellFunction:
		return d.functionShell()
	default:
		d.fail("there is no shell %d", kind)
	}
	return nil, 0
}

// few is how many keys there are that take one byte.
const few = 4

// entries reads how many entries follow, each with a key, which is another one each time,
// and more bytes.
func (d *decoding) entries(more int) int {
	n := d.fixed64()
	if n <= few {
		return int(n)
	}
	return d.fits(n-few, leastKey+more) + few
}

func (d *decoding) functionShell() (starlark.Value, int) {
	scope, line, col := d.below(len(d.scopes)), d.uvarint(), d.uvarint()
	tag := d.byte()
	var same *eval.Function
	if tag != tagUnset && d.err == nil {
		v, _ := d.at(tag)
		fn, ok := v.(*eval.Function)
		if !ok {
			d.fail("a function equals something else")
		} else {
			same = fn.Original()
		}
	}
	if d.err != nil {
		return nil, 0
	}
	s := d.scopes[scope]
	fn, err := s.Program().NewFunction(int32(min(line, 1<<31-1)), int32(min(col, 1<<31-1)), s, same)
	if err != nil {
		d.fail("%s", err)
		return nil, 0
	}
	return fn, 0
}

// fill reads what is in a shell of some slots.
func (d *decoding) fill(v starlark.Value, slots int) {
	switch v := v.(type) {
	case *starlark.List:
		d.fillList(v)
	case *starlark.Dict:
		d.fillDict(v, slots/2)
	case *starlark.Set:
		d.fillSet(v, slots)
	case *eval.Function:
		err := v.Load(func() (starlark.Value, error) {
			x, _ := d.slot()
			return x, d.err
		})
		if err != nil {
			d.stop(&Flaw{err.Error()})
		}
	}
	if d.frozen {
		engine.FreezeShallow(v)
	}
}
