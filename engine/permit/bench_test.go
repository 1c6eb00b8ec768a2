package permit_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/permit"
)

func BenchmarkReadFile(b *testing.B) {
	dir := box(b)
	folder, all := open(b, permit.Set{Read: []string{dir + "/in"}}), open(b, permit.Set{All: true})
	for name, read := range map[string]func(string) ([]byte, error){"os": os.ReadFile, "folder": folder.ReadFile, "all": all.ReadFile} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := read("in/sub/b.txt")
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkStat(b *testing.B) {
	box(b)
	g := open(b, permit.Set{Read: []string{"in"}})
	b.ReportAllocs()
	for b.Loop() {
		_, err := g.Stat("in/sub/b.txt")
		require.NoError(b, err)
	}
}

func BenchmarkWriteFile(b *testing.B) {
	box(b)
	g := open(b, permit.Set{Write: []string{"in"}})
	for b.Loop() {
		require.NoError(b, g.WriteFile("in/sub/b.txt", []byte("x"), 0o644))
	}
}

func BenchmarkCheckHost(b *testing.B) {
	g := open(b, permit.Set{Net: []string{"other", "*.example.com:443"}})
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, g.CheckHost("www.example.com", 443))
	}
}
