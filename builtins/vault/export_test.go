package vault

import (
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
)

// What the tests' disks implement and wrap.
type (
	Disk = disk
	File = file
)

// ModuleOn is Module with disks that wrap makes of the true ones.
func ModuleOn(background func(*engine.Thread, string, int) Background, wrap func(Disk) Disk) engine.Module {
	m := &module{background, func(g *permit.Grants, name string) disk { return wrap(newDisk(g, name)) }}
	return m.module()
}
