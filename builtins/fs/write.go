package fs

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"go.starlark.net/starlark"
)

// newFile is the mode of a file that is made, less the umask.
const newFile = 0o666

// def write_text(path: str, text: str) -> int
//
// write_text makes text the contents of a file, in one step, and returns how many bytes
// that are.
func writeText(c *call) (starlark.Value, error) {
	var path, text string
	if err := c.unpack("path", &path, "text", &text); err != nil {
		return nil, c.noText(err)
	}
	n, err := c.grants.WriteFrom(path, c.t.Reader(strings.NewReader(text)), newFile)
	return starlark.MakeInt64(n), err
}

// def write_bytes(path: str, data: str | bytes) -> int
//
// write_bytes is write_text of bytes.
func writeBytes(c *call) (starlark.Value, error) {
	var path string
	var data starlark.Bytes
	if err := c.unpack("path", &path, "data", &data); err != nil {
		return nil, err
	}
	n, err := c.grants.WriteFrom(path, c.t.Reader(bytes.NewReader([]byte(data))), newFile)
	return starlark.MakeInt64(n), err
}

// def append_text(path: str, text: str) -> int
//
// append_text adds text to the end of a file, which it makes if there is none, and returns
// how many bytes that are. What tasks append at the same time stands one behind the other,
// each whole.
func appendText(c *call) (starlark.Value, error) {
	var path, text string
	if err := c.unpack("path", &path, "text", &text); err != nil {
		return nil, c.noText(err)
	}
	f, err := c.grants.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, newFile)
	if err != nil {
		return nil, err
	}
	n, err := f.WriteString(text)
	if e := f.Close(); err == nil {
		err = e
	}
	return starlark.MakeInt(n), err
}

// noText tells who has something else than a text what to do.
func (c *call) noText(err error) error {
	if strings.HasSuffix(err.Error(), "want string") {
		return fmt.Errorf("%w: str(…), json.encode(…) or write_bytes", err)
	}
	return err
}
