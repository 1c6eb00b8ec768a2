// Package fs gives scripts files and folders, with the names of Python's pathlib and
// shutil. Each use needs a permission to read or to write the path; see package permit for
// what that means. Paths are relative to the folder that tg was started in, or absolute.
//
// Writing replaces a file in one step: who reads it meanwhile, and after a crash, has the
// old contents or the new. Only append_text does not. Text is UTF-8.
package fs

import (
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/permit"
	"go.starlark.net/starlark"
)

// module fs
//
// Files and folders, with the names of Python's pathlib and shutil. Each path needs --allow-read
// or --allow-write. Files are replaced in one step.

// Module returns the module fs.
func Module() engine.Module {
	members := starlark.StringDict{}
	for name, fn := range map[string]function{
		"read_text": readText, "read_bytes": readBytes, "lines": lines,
		"write_text": writeText, "write_bytes": writeBytes, "append_text": appendText,
		"exists": exists, "is_file": isFile, "is_dir": isDir, "stat": stat, "listdir": listdir, "glob": glob,
		"mkdir": mkdir, "remove": remove, "rename": rename, "copy": copyFile, "tempdir": tempdir,
	} {
		members[name] = starlark.NewBuiltin(name, fn.builtin)
	}
	guesses := map[string]string{
		"open": "read_text(path), lines(path) or write_text(path, text)", "read": "read_text", "write": "write_text", "load": "read_text", "save": "write_text",
		"append": "append_text", "readlines": "lines", "read_lines": "lines", "iterdir": "listdir", "list": "listdir", "ls": "listdir", "scandir": "listdir", "walk": `glob(path + "/**")`,
		"isfile": "is_file", "isdir": "is_dir", "makedirs": "mkdir(path, parents=True, exist_ok=True)", "mkdirs": "mkdir(path, parents=True, exist_ok=True)",
		"unlink": "remove", "delete": "remove", "rmdir": "remove", "rmtree": "remove(path, recursive=True)", "rm": "remove", "move": "rename", "replace": "rename", "mv": "rename", "cp": "copy", "copyfile": "copy",
		"mkdtemp": "tempdir", "tmpdir": "tempdir", "getsize": "stat(path).size", "size": "stat(path).size", "getmtime": "stat(path).mtime", "join": `listdir; paths are joined by f"{folder}/{name}"`,
		"basename": `listdir; the last part of a path is path.split("/")[-1]`, "path": "exists(path), is_file(path) and their like",
	}
	return engine.Module{Name: "fs", Globals: starlark.StringDict{
		"fs": engine.NewNamespace("fs", members, guesses),
	}, Restore: map[string]func(starlark.Value) (starlark.Value, error){"stat": restoreStat}}
}

// A function is one of the module.
type function func(c *call) (starlark.Value, error)

func (f function) builtin(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	t := engine.Of(thread)
	if err := t.Cancelled(); err != nil {
		return nil, err
	}
	return f(&call{t: t, grants: t.Run().Grants(), fn: b.Name(), args: args, kwargs: kwargs})
}

// A call is one of a function.
type call struct {
	t      *engine.Thread
	grants *permit.Grants
	fn     string
	args   starlark.Tuple
	kwargs []starlark.Tuple
}

func (c *call) unpack(pairs ...any) error {
	if err := builtin.Misnamed(c.fn, c.kwargs, keywords); err != nil {
		return err
	}
	return starlark.UnpackArgs(c.fn, c.args, c.kwargs, pairs...)
}

// keywords answers those of Python's functions.
var keywords = map[string]string{
	"encoding": "read_bytes or write_bytes for what is not UTF-8: text is", "errors": "read_bytes for what is not UTF-8: text is",
	"newline": "text as it is: its ends of lines stay", "mode": "the function for it: read_text, write_text, append_text, lines",
	"root_dir": "the folder before the pattern", "missing_ok": "exists(path) before", "ignore_errors": "attempt(fs.remove, path, recursive=True)",
	"file": "path", "filename": "path", "name": "path", "content": "text, or data", "contents": "text, or data",
}
