// Package builtins lists the modules that scripts get by default.
package builtins

import (
	"github.com/starlark-tg/tg/builtins/base64"
	"github.com/starlark-tg/tg/builtins/csv"
	"github.com/starlark-tg/tg/builtins/fs"
	"github.com/starlark-tg/tg/builtins/hashlib"
	"github.com/starlark-tg/tg/builtins/http"
	"github.com/starlark-tg/tg/builtins/json"
	"github.com/starlark-tg/tg/builtins/log"
	"github.com/starlark-tg/tg/builtins/math"
	"github.com/starlark-tg/tg/builtins/os"
	"github.com/starlark-tg/tg/builtins/random"
	"github.com/starlark-tg/tg/builtins/re"
	"github.com/starlark-tg/tg/builtins/ssh"
	"github.com/starlark-tg/tg/builtins/subprocess"
	"github.com/starlark-tg/tg/builtins/sync"
	"github.com/starlark-tg/tg/builtins/threadgroup"
	"github.com/starlark-tg/tg/builtins/time"
	"github.com/starlark-tg/tg/builtins/toml"
	"github.com/starlark-tg/tg/builtins/url"
	"github.com/starlark-tg/tg/builtins/vault"
	"github.com/starlark-tg/tg/builtins/yaml"
	"github.com/starlark-tg/tg/engine"
)

// Standard returns every module, for [engine.Options].
func Standard() []engine.Module {
	return []engine.Module{
		threadgroup.Module(),
		time.Module(),
		json.Module(),
		math.Module(),
		sync.Module(),
		vault.Module(background),
		http.Module(),
		subprocess.Module(),
		ssh.Module(),
		fs.Module(),
		os.Module(),
		re.Module(),
		yaml.Module(),
		toml.Module(),
		csv.Module(),
		hashlib.Module(),
		base64.Module(),
		random.Module(),
		url.Module(),
		log.Module(),
	}
}

// background lets vaults run their automatic functions in a thread group.
func background(t *engine.Thread, name string, maxWorkers int) vault.Background {
	return threadgroup.NewBackground(t, name, maxWorkers)
}
