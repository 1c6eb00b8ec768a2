package dialect

import (
	"bytes"
	"unicode/utf8"
)

const utf8BOM = "\ufeff"

// normalise returns src without a leading byte order mark and with "\n" as its only line end,
// which is how go.starlark.net counts lines.
func normalise(src []byte) []byte {
	src = bytes.TrimPrefix(src, []byte(utf8BOM))
	if bytes.IndexByte(src, '\r') < 0 {
		return src
	}
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(src, []byte("\r"), []byte("\n"))
}

// lineStarts returns the offset of each line of text. Text after the last "\n" is a line, also an empty one.
func lineStarts(text []byte) []int {
	starts := make([]int, 1, 1+bytes.Count(text, []byte("\n")))
	for i, b := range text {
		if b == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// encoding reports whether text is something that can be read at all. A NUL byte has to be refused:
// go.starlark.net would take it for the end of the file.
func (r *report) encoding(src, text []byte) bool {
	if bytes.HasPrefix(src, []byte{0xff, 0xfe}) || bytes.HasPrefix(src, []byte{0xfe, 0xff}) {
		r.add(spot{1, 1}, "the file is UTF-16, not UTF-8", "save it as UTF-8")
		return false
	}
	at := spot{1, 1}
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRune(text[i:])
		switch {
		case c == 0:
			r.add(at, "NUL byte in the source", "")
			return false
		case c == utf8.RuneError && size == 1:
			r.add(at, "the file is not valid UTF-8", "save it as UTF-8")
			return false
		case c == '\n':
			at = spot{at.line + 1, 1}
		default:
			at.col++
		}
		i += size
	}
	return true
}

// skip notes the words of a part of the source that is not in the tree.
func (f *File) skip(text []byte) {
	if f.skipped == nil {
		f.skipped = map[string]bool{}
	}
	for i := 0; i < len(text); {
		n := wordLen(text[i:])
		if n == 0 {
			_, n = utf8.DecodeRune(text[i:])
		} else {
			f.skipped[string(text[i:i+n])] = true
		}
		i += n
	}
}

// offset returns where in f.text the position is, looking only from the known place on:
// counting from the start of its line would make long lines quadratic.
func (f *File) offset(at, known spot, offset int) int {
	if at.line != known.line {
		known, offset = spot{at.line, 1}, f.lines[min(int(at.line), len(f.lines))-1]
	}
	for ; known.col < at.col && offset < len(f.text); known.col++ {
		_, size := utf8.DecodeRune(f.text[offset:])
		offset += size
	}
	return offset
}
