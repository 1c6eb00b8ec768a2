package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/joho/godotenv"
	"github.com/spf13/pflag"
)

// An envList is variables that the script gets: NAME=VALUE each, or NAME for the value that
// the process has.
type envList map[string]string

func (l envList) String() string { return "" }
func (l envList) Type() string   { return "NAME=VALUE" }

func (l envList) Set(s string) error {
	name, value, given := strings.Cut(s, "=")
	if name == "" {
		return fmt.Errorf("%q has no name before \"=\"", s)
	}
	if !given {
		var there bool
		if value, there = os.LookupEnv(name); !there {
			return fmt.Errorf("%s is not set; write %s=VALUE", name, name)
		}
	}
	l[name] = value
	return nil
}

// An envFile reads variables from a file, NAME=VALUE a line.
type envFile struct{ to envList }

func (f envFile) String() string { return "" }
func (f envFile) Type() string   { return "FILE" }

func (f envFile) Set(name string) error {
	vars, err := godotenv.Read(name)
	if err != nil {
		return fmt.Errorf("%s: %s", name, reason(err))
	}
	for k, v := range vars {
		if k == "" {
			return fmt.Errorf("%s: a line has no name before \"=\"", name)
		}
		f.to[k] = v
	}
	return nil
}

// addEnv adds the flags that give a script variables.
func addEnv(flags *pflag.FlagSet, to envList) {
	flags.VarP(to, "env", "e", "set os.environ[K], which needs no grant: `K=V`, or K for the value that it has now")
	flags.Var(envFile{to}, "env-file", "the same for each line of `FILE`")
}
