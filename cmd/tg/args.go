package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// withExec puts "exec" in front of arguments that begin with no command, and
// keeps what belongs to the script from being read as flags.
func withExec(root *cobra.Command, args []string) []string {
	if len(args) == 0 {
		return args
	}
	if args[0] == "--version" {
		return append([]string{"version"}, args[1:]...)
	}
	known := []string{"-h", "--help", "help", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}
	for _, c := range root.Commands() {
		known = append(known, c.Name())
	}
	if !slices.Contains(known, args[0]) {
		args = append([]string{"exec"}, args...)
	}
	switch args[0] {
	case "test":
		return withRun(args)
	case "exec":
	default:
		return args
	}
	exec, _, err := root.Find(args[:1])
	if err != nil {
		return args
	}
	if n := afterCode(exec.Flags(), args[1:]); n >= 0 {
		args = slices.Insert(slices.Clone(args), n+1, "--")
	}
	return args
}

// withRun writes -run as --run, up to "--": who knows it from the go command is not
// to be told that there is no -u.
func withRun(args []string) []string {
	args = slices.Clone(args)
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if arg == "-run" || strings.HasPrefix(arg, "-run=") {
			args[i] = "-" + arg
		}
	}
	return args
}

// afterCode returns how many arguments there are up to the text of -c, or -1 if
// there is none: what follows is the script's, as python -c has it. It walks
// through the arguments as pflag will, which cannot stop behind a flag.
func afterCode(flags *pflag.FlagSet, args []string) int {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" || len(arg) < 2 || arg[0] != '-' {
			return -1
		}
		flag, inside := valued(flags, arg)
		if flag != nil && !inside {
			i++
		}
		if flag != nil && flag.Name == "code" && i < len(args) {
			return i + 1
		}
	}
	return -1
}

// valued returns the flag in arg that takes a value, or nil, and whether the
// value stands in arg too.
func valued(flags *pflag.FlagSet, arg string) (flag *pflag.Flag, inside bool) {
	if long, ok := strings.CutPrefix(arg, "--"); ok {
		name, _, inside := strings.Cut(long, "=")
		if flag := flags.Lookup(name); flag != nil && flag.NoOptDefVal == "" {
			return flag, inside
		}
		return nil, false
	}
	for i := 1; i < len(arg); i++ { // -q, -qc CODE, -j8
		flag := flags.ShorthandLookup(arg[i : i+1])
		if flag == nil {
			return nil, false
		}
		if flag.NoOptDefVal == "" {
			return flag, i+1 < len(arg)
		}
	}
	return nil, false
}
