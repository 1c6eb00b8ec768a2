package vault

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/wait"
	"go.starlark.net/starlark"
)

// A vault holds a value for each key of a keyring, or none. What it takes in is
// published.
type vault struct {
	name, title string // the title is how messages name it
	ring        *Keyring
	file, mode  string // "": none
	store       *store // itself, for functions that flow
	background  Background
	keeper      *keeper // of the file; nil: there is none

	insertBound, getBound starlark.Value

	permitModifications, cannotBeNone, ignoreUnknown, canBeMissing bool

	mu      sync.Mutex // guards what follows; with a file, only who leads changes slots
	slots   []slot     // by index of the key
	present int        // slots that have a value
	deep    []int      // slots whose values others may have to publish again

	reached    bool            // other threads may see the vault
	declared   []declaration   // for the plan, in order
	known      map[string]bool // those in declared
	automatics []*automatic    // in order of declaration
	watchers   map[int][]*automatic

	dues    []*due // to be submitted, in order
	running map[*due]bool
	ran     int // since failures were last told
	failed  []engine.Failure
	more    int  // failures that are not listed
	over    bool // what made it has ended
	idle    []*wait.Wait

	submits sync.Mutex // held while dues are submitted
}

// A slot is what a key has. Guarded by vault.mu, but that what is written once may be read
// without it as soon as it is there.
type slot struct {
	value starlark.Value // nil: none
	text  []byte         // for the file
	there atomic.Bool    // value was set
}

// set stores a value. vault.mu is held.
func (s *slot) set(value starlark.Value, text []byte) {
	s.value, s.text = value, text
	s.there.Store(true)
}

var (
	_ starlark.HasAttrs        = (*vault)(nil)
	_ starlark.IterableMapping = (*vault)(nil)
	_ starlark.Sequence        = (*vault)(nil)
	_ starlark.Container       = (*vault)(nil) // "in" is not asked of Get
	_ starlark.HasSetKey       = (*vault)(nil) // for the error
	_ engine.Resident          = (*vault)(nil)
)

func (v *vault) String() string        { return "<" + v.title + ">" }
func (v *vault) Type() string          { return "vault" }
func (v *vault) Freeze()               {} // has a lock; what it holds is published
func (v *vault) Truth() starlark.Bool  { return v.Len() > 0 }
func (v *vault) Hash() (uint32, error) { return starlark.String(v.name).Hash() }

// Share publishes the keys' functions, the automatic functions, and what may have
// taken something in since it was put in.
func (v *vault) Share(visit func(starlark.Value)) {
	visit(v.ring)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.reached = true
	for _, i := range v.deep {
		visit(v.slots[i].value)
	}
	for _, a := range v.automatics {
		a.share(visit)
	}
}

// Resident says that other processes use it where it is.
func (v *vault) Resident() bool { return true }

// class Vault
//
// A Vault holds values under keys. Functions declared on it get their inputs from it, and what
// they return goes into it. key in vault, vault[key] and len work.
//
//	name: str              of the vault
//	file: str | None       path of its file
//	mode: str | None       how that was opened
//	keys: tuple[Key, ...]  of its keyring
//
// def Vault.__len__() -> int
// def Vault.__iter__() -> Iterator[str]
// def Vault.__contains__(key: object) -> bool
// def Vault.__getitem__(key: Key | str) -> Any
var vaultAttrs = builtin.Attrs[*vault]{
	"insert":    builtin.Method("insert", (*vault).insertMethod),
	"get":       builtin.Method("get", (*vault).getMethod),
	"asdict":    builtin.Method("asdict", (*vault).asdict),
	"wait":      builtin.Method("wait", (*vault).waitMethod),
	"plan":      builtin.Method("plan", (*vault).plan),
	"manual":    func(v *vault) (starlark.Value, error) { return &declare{v, "manual"}, nil },
	"vaulter":   func(v *vault) (starlark.Value, error) { return &declare{v, "vaulter"}, nil },
	"automatic": func(v *vault) (starlark.Value, error) { return &declare{v, "automatic"}, nil },
	"name":      func(v *vault) (starlark.Value, error) { return starlark.String(v.name), nil },
	"file":      func(v *vault) (starlark.Value, error) { return orNone(v.file), nil },
	"mode":      func(v *vault) (starlark.Value, error) { return orNone(v.mode), nil },
	"keys":      func(v *vault) (starlark.Value, error) { return v.ring.tuple(), nil },
}

var vaultGuesses = map[string]string{
	"put": "insert(key, value)", "set": "insert(key, value)", "add": "insert(key, value)", "update": "insert(key, value)",
	"get_multiple": "get([k1, k2])", "items": "asdict().items()", "values": "asdict().values()", "has": "key in vault",
	"contains": "key in vault", "keyring": "keys", "to_dict": "asdict()", "vault": "asdict()", "insert_minivault": "a function with several output keys",
	"await_running_tasks": "wait()", "path": "file", "flow": "manual(input=…, output=…)",
}

// Attr returns an attribute. The methods that are called most are bound once.
func (v *vault) Attr(name string) (starlark.Value, error) {
	switch name {
	case "insert":
		return v.insertBound, nil
	case "get":
		return v.getBound, nil
	}
	return vaultAttrs.Get(v, name, vaultGuesses)
}

func (v *vault) bind() {
	v.insertBound, _ = vaultAttrs["insert"](v) // a method: cannot fail
	v.getBound, _ = vaultAttrs["get"](v)
}

func (v *vault) AttrNames() []string { return vaultAttrs.Names() }

func orNone(s string) starlark.Value {
	if s == "" {
		return starlark.None
	}
	return starlark.String(s)
}

// A store is the vault as groups see it.
type store struct{ *vault }

var _ engine.Store = (*store)(nil)

func (s *store) Title() string { return s.title }

func (s *store) Has(name string) bool {
	k := s.ring.find(name)
	return k != nil && s.at(k) != nil
}

// Check returns why nothing may be put under the key now.
func (s *store) Check(name string) error {
	k := s.ring.find(name)
	if k == nil {
		return s.unknown(name)
	}
	if err := s.writable(); err != nil {
		return err
	}
	if s.at(k) != nil && !s.permitModifications {
		return s.already(k)
	}
	return nil
}

func (v *vault) already(k *Key) error {
	return fmt.Errorf("%s has %q already, and keys are written once: create_vault(…, permit_modifications=True) lets them change", v.title, k.name)
}

func (v *vault) writable() error {
	if v.mode == "r" {
		return fmt.Errorf(`%s is opened to read %s only: mode="a" continues it`, v.title, v.file)
	}
	return nil
}

// SetKey says what is to be used.
func (v *vault) SetKey(_, _ starlark.Value) error {
	return errors.New("vault does not support item assignment: use insert(key, value)")
}
