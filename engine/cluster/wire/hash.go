package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"github.com/starlark-tg/tg/engine"
)

// A Hash names a Blob by its content.
type Hash [sha256.Size]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// A Blob is a part of messages that many of them share: the source of a module, or a
// function that is large. It is never changed.
type Blob struct {
	Hash Hash
	Data []byte
}

func newBlob(data []byte) Blob { return Blob{sha256.Sum256(data), data} }

// ABI returns the hash of what both ends must have in common: the version of the encoding
// and the names that modules have for scripts.
func ABI(e *engine.Engine) Hash {
	data := []byte{version}
	for _, name := range e.Names() {
		data = appendText(data, name)
	}
	return sha256.Sum256(data)
}

// appendSource encodes the source of a module.
func appendSource(b []byte, s engine.Source) []byte {
	b = append(b, version, kindSource)
	b = appendText(b, s.Name)
	b = appendTexts(b, s.Vars)
	b = append(b, boolByte(s.Piece))
	b = appendTexts(b, s.Names)
	return appendText(b, string(s.Text))
}

// readSource is the reverse of appendSource.
func readSource(data []byte) (engine.Source, error) {
	r := open(data, kindSource)
	s := engine.Source{Name: r.text(), Vars: r.texts(), Piece: r.byte() != 0, Names: r.texts()}
	s.Text = []byte(r.text())
	return s, r.end()
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendTexts(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendText(b, s)
	}
	return b
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}
