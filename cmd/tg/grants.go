package main

import (
	"strings"

	"github.com/spf13/pflag"
	"github.com/starlark-tg/tg/engine/permit"
)

// addGrants adds the flags that say what a script may touch.
func addGrants(flags *pflag.FlagSet, s *permit.Set) {
	for _, g := range []struct {
		list  *[]string
		name  string
		usage string
	}{
		{&s.Read, "allow-read", "let the script read files: everything, or `PATH,…`"},
		{&s.Write, "allow-write", "let the script write, and read, files: everything, or `PATH,…`"},
		{&s.Net, "allow-net", "let the script use the network: everything, or `HOST|*.HOST|IP|CIDR[:PORT],…`"},
		{&s.Run, "allow-run", "let the script run programs: every program (that amounts to -A), or `PROG,…`"},
		{&s.Env, "allow-env", "let the script read environment variables: all, or `NAME|PREFIX*,…`"},
	} {
		flags.Var((*grantList)(g.list), g.name, g.usage)
		flags.Lookup(g.name).NoOptDefVal = permit.Everything
	}
	flags.Var((*grantList)(&s.DenyNet), "deny-net", "never let the script reach `IP|CIDR,…`")
	flags.BoolVarP(&s.All, "allow-all", "A", false, "let the script do everything")
}

// A grantList is a flag that takes entries separated by commas, and may be given
// more than once.
type grantList []string

func (l *grantList) String() string { return strings.Join(*l, ",") }
func (l *grantList) Type() string   { return "list" }

func (l *grantList) Set(s string) error {
	*l = append(*l, strings.Split(s, ",")...)
	return nil
}
