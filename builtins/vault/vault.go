// Package vault gives scripts vaults: stores of named and typed values that each are
// written once, which functions take their arguments from and give their values to.
//
// A vault may be shared by threads: it has a lock of its own, and publishes what it
// takes in at once. No lock is held while script code runs. All keys of one insert go
// in together or not at all, in memory and in the vault's file.
package vault

import (
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
	"go.starlark.net/starlark"
)

// A Background runs functions beside the script. Each is a task, which ends with the
// piece of work that made the Background at the latest. Safe for concurrent use.
type Background interface {
	// Submit starts a call of fn and returns at once. done is called on the task's
	// thread with what came of it, before the task counts as ended; a task that never
	// began may be left out.
	Submit(t *engine.Thread, fn starlark.Callable, args starlark.Tuple, kwargs []starlark.Tuple,
		done func(t *engine.Thread, value starlark.Value, err error) error) error
}

// Module returns the module: key, keyring and create_vault. background makes what
// runs a vault's automatic functions: a group of this name and bound.
func Module(background func(t *engine.Thread, name string, maxWorkers int) Background) engine.Module {
	m := &module{background: background, disk: newDisk}
	return m.module()
}

// A module is what vaults get from outside. It is immutable.
type module struct {
	background func(t *engine.Thread, name string, maxWorkers int) Background
	disk       func(g *permit.Grants, name string) disk
}

func (m *module) module() engine.Module {
	return engine.Module{Name: "vault", Globals: starlark.StringDict{
		"key":          starlark.NewBuiltin("key", newKey),
		"keyring":      starlark.NewBuiltin("keyring", newKeyring),
		"create_vault": starlark.NewBuiltin("create_vault", m.createVault),
	}}
}
