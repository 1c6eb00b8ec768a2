package vault

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
)

// A declaration is what plan tells of a vaulted function.
type declaration struct {
	name                      string
	inputs, optional, outputs []*Key
	automatic                 bool
}

// declareLocked notes a function for the plan, each once, however often it is made.
func (v *vault) declareLocked(f *vaulted) {
	d := declaration{f.Name(), f.inputs, f.optional, f.outputs, f.automatic}
	id := fmt.Sprintf("%q %p %v %v %v %v", d.name, v, d.inputs, d.optional, d.outputs, d.automatic)
	if v.known == nil {
		v.known = map[string]bool{}
	}
	if !v.known[id] {
		v.known[id] = true
		v.declared = append(v.declared, d)
	}
}

// def Vault.plan() -> str
//
// plan returns the functions that are declared on the vault and what each waits for, as
// text. What no function gives is inserted by hand.
func (v *vault) plan(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack("plan", args, kwargs); err != nil {
		return nil, err
	}
	v.mu.Lock()
	all := slices.Clip(v.declared)
	v.mu.Unlock()
	givers := map[*Key][]string{}
	for _, d := range all {
		for _, k := range d.outputs {
			givers[k] = append(givers[k], d.name)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s", v.title, counted(len(v.ring.keys), "key"), counted(len(all), "function"))
	for i, d := range all {
		d.write(&b, i+1, givers)
	}
	return starlark.String(b.String()), nil
}

func (d *declaration) write(b *strings.Builder, n int, givers map[*Key][]string) {
	fmt.Fprintf(b, "\n%3d. %s", n, d.name)
	if d.automatic {
		b.WriteString(" (automatic)")
	}
	for i, k := range slices.Concat(d.inputs, d.optional) {
		note := k.name
		if i >= len(d.inputs) {
			note += ", optional"
		}
		from := givers[k]
		if len(from) == 0 {
			from = []string{"insert"}
		}
		for _, giver := range from {
			fmt.Fprintf(b, "\n       %s → %s (%s)", giver, d.name, note)
		}
	}
}
