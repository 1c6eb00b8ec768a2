package permit

import (
	"errors"
	"io/fs"
	"iter"
	"path/filepath"
)

// An access is one use of one name.
type access struct {
	kind string // read or write
	op   string // of the error if it fails
	name string // as the script wrote it
	mk   fs.FileMode
}

// A place is what one grant has for a name: a spot, or why there is none.
type place struct {
	spot
	flag string
	err  error
}

// file calls f with the spot of each grant that the name lies in, until one is
// neither refused nor without such a file: any grant that allows is enough. f
// must not have changed anything when it returns an error of these.
func (g *Grants) file(a access, f func(s spot) error) error {
	if err := checkName(a.name); err != nil {
		return failed(a.op, a.name, err)
	}
	var refused *Denied
	var missing error // the first grant's ErrNotExist
	var by string     // whose
	for p := range g.places(a) {
		err := p.err
		if err == nil {
			err = f(p.spot)
		}
		if d := (*Denied)(nil); errors.As(err, &d) {
			return err // of another name, and told already
		}
		if d := g.refusal(a, err); d != nil {
			refused = d
			continue
		}
		if !errors.Is(err, fs.ErrNotExist) {
			g.grant(a.kind, a.name, p.flag)
			return failed(a.op, a.name, err)
		}
		if missing == nil {
			missing, by = err, p.flag
		}
	}
	if missing != nil {
		g.grant(a.kind, a.name, by)
		return failed(a.op, a.name, missing)
	}
	if refused == nil {
		refused = g.ungranted(a)
	}
	return g.deny(refused)
}

// places yields what each grant has for a name.
func (g *Grants) places(a access) iter.Seq[place] {
	return func(yield func(place) bool) {
		name := g.absolute(a.name)
		if g.all {
			yield(place{spot: spot{in: world(""), rel: name}})
			return
		}
		if g.special.names(name) {
			yield(place{err: errKern})
			return
		}
		grants := g.read
		if a.kind == "write" {
			grants = g.write
		}
		els, folder := elements(name)
		for _, p := range grants {
			if rest, ok := p.within(els); ok {
				s, err := p.spot(rest, folder, a.mk)
				if !yield(place{s, p.flag, err}) {
					return
				}
			}
		}
	}
}

// refusal makes a Denied of an error that says that the name left its grant, and
// nil of every other.
func (g *Grants) refusal(a access, err error) *Denied {
	if err == nil {
		return nil
	}
	d := g.ungranted(a)
	var kind errKind
	switch {
	case g.escapes != nil && errors.Is(err, g.escapes), errors.Is(err, errLink):
		d.Flag, d.Reason = "", errLink.Error()
		d.hint = "use the name that the link leads to, and allow that one; an absolute link must name the folder as the flag does"
	case errors.Is(err, errSelf):
		d.Flag, d.Reason = flagFor("--allow-"+a.kind, filepath.Dir(filepath.Clean(g.absolute(a.name)))), errSelf.Error()
	case errors.Is(err, errKern):
		d.Flag, d.Reason = "-A", errKern.Error()
	case errors.As(err, &kind):
		d.Flag, d.Reason = "-A", kind.Error()
	case errors.Is(err, errBusy):
		d.Flag, d.Reason = "", errBusy.Error()
	default:
		return nil
	}
	return d
}

// ungranted is the refusal of a name that lies in no grant.
func (g *Grants) ungranted(a access) *Denied {
	name := a.name
	if name == Everything {
		name = "./" + name
	}
	return &Denied{Power: a.kind, What: a.name, Flag: flagFor("--allow-"+a.kind, name)}
}
