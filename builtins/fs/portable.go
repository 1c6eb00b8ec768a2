package fs

import (
	"io/fs"
	"time"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

var _ engine.Portable = (*status)(nil)

// State returns size, mode and time.
func (s *status) State() (string, starlark.Value, error) {
	return "stat", starlark.Tuple{
		starlark.MakeInt64(s.info.Size()), starlark.MakeUint64(uint64(s.info.Mode())), starlark.MakeInt64(s.info.ModTime().UnixNano()),
	}, nil
}

func restoreStat(state starlark.Value) (starlark.Value, error) {
	i := &seen{}
	t, _ := state.(starlark.Tuple)
	if err := starlark.UnpackPositionalArgs("stat", t, nil, 3, &i.size, &i.mode, &i.changed); err != nil {
		return nil, err
	}
	return &status{i}, nil
}

// seen is what somebody saw of a file elsewhere.
type seen struct {
	size    int64
	mode    uint32
	changed int64 // nanoseconds since the epoch
}

func (i *seen) Name() string       { return "" }
func (i *seen) Size() int64        { return i.size }
func (i *seen) Mode() fs.FileMode  { return fs.FileMode(i.mode) }
func (i *seen) ModTime() time.Time { return time.Unix(0, i.changed) }
func (i *seen) IsDir() bool        { return i.Mode().IsDir() }
func (i *seen) Sys() any           { return nil }
