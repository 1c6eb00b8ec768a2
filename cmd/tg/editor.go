package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
	"golang.org/x/term"
)

// An editor reads lines from a terminal, with history and completion.
type editor struct {
	in, out *os.File
	keys    *keys
	term    *term.Terminal
	history *history
	session *engine.Session
}

func newEditor(in, out *os.File, session *engine.Session) *editor {
	e := &editor{in: in, out: out, keys: &keys{r: in}, session: session, history: openHistory()}
	e.reset()
	return e
}

// reset forgets the line that is being edited.
func (e *editor) reset() {
	e.term = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{e.keys, e.out}, "")
	e.term.History = e.history
	e.term.AutoCompleteCallback = e.complete
}

// read edits one line. The terminal is raw only meanwhile: what runs gets its signals.
func (e *editor) read(prompt string) (string, error) {
	old, err := term.MakeRaw(int(e.in.Fd()))
	if err != nil {
		return "", io.EOF
	}
	defer func() { _ = term.Restore(int(e.in.Fd()), old) }()
	if width, height, err := term.GetSize(int(e.in.Fd())); err == nil && width > 0 {
		_ = e.term.SetSize(width, height)
	}
	e.term.SetPrompt(prompt)
	e.keys.interrupted = false
	line, err := e.term.ReadLine()
	if errors.Is(err, term.ErrPasteIndicator) {
		err = nil
	}
	if err != nil && e.keys.interrupted {
		_, _ = io.WriteString(e.out, "^C\r\n")
		e.reset()
		return "", errInterrupted
	}
	if err != nil {
		_, _ = io.WriteString(e.out, "\r\n")
		return "", io.EOF
	}
	return line, nil
}

func (e *editor) close() { e.history.close() }

// Keys are what is typed. The library takes Ctrl-C for the end; keys remembers which it was.
type keys struct {
	r           io.Reader
	interrupted bool
}

func (k *keys) Read(b []byte) (int, error) {
	n, err := k.r.Read(b)
	k.interrupted = k.interrupted || slices.Contains(b[:n], 3)
	return n, err
}

// complete is called for each key.
func (e *editor) complete(line string, pos int, key rune) (string, int, bool) {
	if key != '\t' {
		return "", 0, false
	}
	word, list := e.candidates(line[:pos])
	if word == "" && !strings.HasSuffix(line[:pos], ".") {
		return line[:pos] + "    " + line[pos:], pos + 4, true
	}
	if len(list) == 0 {
		return "", 0, false
	}
	longest := list[0]
	for _, c := range list {
		for !strings.HasPrefix(c, longest) {
			longest = longest[:len(longest)-1]
		}
	}
	if len(longest) == len(word) && len(list) > 1 {
		_, _ = io.WriteString(e.term, strings.Join(list, "  ")+"\r\n")
	}
	more := longest[len(word):]
	return line[:pos] + more + line[pos:], pos + len(more), true
}

// candidates returns the word before the cursor and what it may become.
func (e *editor) candidates(before string) (word string, list []string) {
	letter := func(r rune) bool {
		return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	chain := before[len(strings.TrimRightFunc(before, func(r rune) bool { return letter(r) || r == '.' })):]
	parts := strings.Split(chain, ".")
	word = parts[len(parts)-1]
	names := keywords
	if len(parts) == 1 {
		names = append(slices.Clone(keywords), e.session.Names()...)
	} else {
		v := e.session.Lookup(parts[0])
		for _, p := range parts[1 : len(parts)-1] {
			v = attribute(v, p)
		}
		names = attributes(v)
	}
	for _, n := range names {
		if strings.HasPrefix(n, word) && (word != "" || len(parts) > 1) {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return word, slices.Compact(list)
}

// keywords of the language; those that begin a statement come to mind first.
var keywords = []string{"and", "assert", "break", "continue", "def", "elif", "else", "for", "if", "in", "lambda", "load", "not", "or", "pass", "return", "while"}

// attribute returns one of a namespace: those of other values may take their time.
func attribute(v starlark.Value, name string) starlark.Value {
	n, ok := v.(*engine.Namespace)
	if !ok {
		return nil
	}
	a, _ := n.Attr(name)
	return a
}

func attributes(v starlark.Value) []string {
	if a, ok := v.(starlark.HasAttrs); ok {
		return a.AttrNames()
	}
	return nil
}

// maxHistory is how many lines are kept.
const maxHistory = 1000

// A history is what was typed, also in sessions before: the newest line is number 0.
type history struct {
	lines []string // the newest last
	file  *os.File // or nil
}

// openHistory reads the file of the user, if there can be one.
func openHistory() *history {
	h := &history{}
	folder := os.Getenv("XDG_STATE_HOME")
	if home, err := os.UserHomeDir(); folder == "" && err == nil {
		folder = filepath.Join(home, ".local", "state")
	}
	if folder == "" || os.MkdirAll(filepath.Join(folder, "tg"), 0o700) != nil {
		return h
	}
	name := filepath.Join(folder, "tg", "history")
	if data, err := os.ReadFile(name); err == nil {
		h.lines = strings.FieldsFunc(string(data), func(r rune) bool { return r == '\n' })
		if n := len(h.lines); n > maxHistory {
			h.lines = h.lines[n-maxHistory:]
			_ = os.WriteFile(name, []byte(strings.Join(h.lines, "\n")+"\n"), 0o600)
		}
	}
	h.file, _ = os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	return h
}

// Add takes a line.
func (h *history) Add(line string) {
	if strings.TrimSpace(line) == "" || len(h.lines) > 0 && h.lines[len(h.lines)-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	if h.file != nil {
		_, _ = io.WriteString(h.file, line+"\n")
	}
}

// Len returns how many there are.
func (h *history) Len() int { return len(h.lines) }

// At returns one; 0 is the newest.
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }

func (h *history) close() {
	if h.file != nil {
		h.file.Close()
	}
}
