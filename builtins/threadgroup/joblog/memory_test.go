package joblog_test

import (
	"bytes"
	"io/fs"
	"slices"

	"github.com/starlark-tg/tg/builtins/threadgroup/joblog"
)

// A memory is a file that is on no disk. Not safe for concurrent use.
type memory struct {
	fs.FileInfo
	text []byte
}

func (m *memory) ReadAt(b []byte, at int64) (int, error) {
	return bytes.NewReader(m.text).ReadAt(b, at)
}
func (m *memory) Write(b []byte) (int, error) { m.text = append(m.text, b...); return len(b), nil }
func (m *memory) Truncate(n int64) error      { m.text = slices.Clone(m.text[:n]); return nil }
func (m *memory) Stat() (fs.FileInfo, error)  { return m, nil }
func (m *memory) Size() int64                 { return int64(len(m.text)) }
func (m *memory) Sync() error                 { return nil }
func (m *memory) Close() error                { return nil }

var _ joblog.File = (*memory)(nil)
