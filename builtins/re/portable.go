package re

import (
	"errors"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

var (
	_ engine.Portable = (*pattern)(nil)
	_ engine.Portable = (*match)(nil)
)

// State returns the text and the flags.
func (p *pattern) State() (string, starlark.Value, error) {
	return "re.pattern", starlark.Tuple{starlark.String(p.src), starlark.MakeInt(p.flags)}, nil
}

// State returns the pattern, the text, the part of it that was searched, and the positions.
func (m *match) State() (string, starlark.Value, error) {
	state := starlark.Tuple{m.re, starlark.String(m.text), starlark.MakeInt(m.from), starlark.MakeInt(m.to)}
	for _, at := range m.caps {
		state = append(state, starlark.MakeInt(at))
	}
	return "re.match", state, nil
}

var errState = errors.New("its state is none")

// restorePattern is the reverse of pattern.State.
func restorePattern(state starlark.Value) (starlark.Value, error) {
	var src string
	var flags int
	t, _ := state.(starlark.Tuple)
	if err := starlark.UnpackPositionalArgs("pattern", t, nil, 2, &src, &flags); err != nil {
		return nil, err
	}
	p, err := compile(src, flags)
	if err != nil {
		return nil, err
	}
	return &pattern{p}, nil
}

// restoreMatch is the reverse of match.State.
func restoreMatch(state starlark.Value) (starlark.Value, error) {
	t, _ := state.(starlark.Tuple)
	if len(t) < 4 {
		return nil, errState
	}
	p, _ := t[0].(*pattern)
	m := &match{re: p, input: &input{}}
	if err := starlark.UnpackPositionalArgs("match", t[1:4], nil, 3, &m.text, &m.from, &m.to); err != nil {
		return nil, err
	}
	if p == nil || len(t) != 4+2*(p.groups+1) || m.from < 0 || m.from > m.to || m.to > len(m.text) {
		return nil, errState
	}
	for i, v := range t[4:] {
		at, err := starlark.AsInt32(v)
		if err != nil || at < -1 || at > len(m.text) || i%2 == 1 && (at < m.caps[i-1] || (at < 0) != (m.caps[i-1] < 0)) {
			return nil, errState
		}
		m.caps = append(m.caps, at)
	}
	if m.caps[0] < 0 {
		return nil, errState
	}
	return m, nil
}
