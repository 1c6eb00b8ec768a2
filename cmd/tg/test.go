package main

import (
	"errors"
	"regexp"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
)

// testFlags are the flags of tg test.
type testFlags struct {
	match    pattern
	atOnce   workers
	timeout  duration
	grace    duration
	failFast bool
	verbose  bool
	junit    string
	coverage coverageFlag
	color    string
	limits   engine.Limits
	allow    permit.Set
	env      envList
}

func newTest(s streams) *cobra.Command {
	f := testFlags{
		atOnce: workers(runtime.GOMAXPROCS(0)), timeout: duration(time.Minute),
		grace: duration(engine.DefaultGrace), env: envList{},
	}
	cmd := &cobra.Command{
		Use:   "test [PATH...]",
		Short: "Run the test functions of scripts",
		Long: `Run the functions named test_* of scripts, each in a thread of its own.

PATH is a file, or a folder, of which all *_test.star files are meant. Without PATH
the current folder is meant. In folders, links and folders whose names begin with
a dot are left out. What several files need stands in a file that they load().

A test is a function without required parameters. It passes if it returns, whatever
it returns; it fails if it stops with an error, such as that of an assert, or calls
exit(). What it prints and logs is shown if it fails, or with -v.

A file is run once, to its end; then its tests run, several at once, those of other
files beside them. All tests of a file see the same global variables, which are
frozen: a test that needs a list to change makes its own. What has a lock, such as
a counter() or a vault, is shared too, and so are the files and the machine
outside: tests must not count on the order in which they run. Results are shown in
the order in which tests are defined, whichever is ready first. With -j 1, tests
also run in that order, one at a time.

--coverage says how many of the lines with statements were run, of each file that
was loaded; files named *_test.star are left out, and files that no test loads are
not known. --coverage=FILE also writes counts by line to FILE in lcov's format.

Exit status: 0 all tests passed, or there are tests, but none that --run matches;
1 a test or a file failed, or there are no tests; 2 usage, or PATH is not there;
129, 130 and 143 hung up, interrupted and terminated.`,
		Example: `  tg test
  tg test -v --run 'parser_test.star::test_empty' lib
  tg test -x --timeout 10 --allow-read=testdata
  tg test --junit report.xml --coverage=lcov.info`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if f.junit == "" && cmd.Flags().Changed("junit") {
				return errors.New("--junit needs the name of a file")
			}
			return status(newTester(s, f).run(cmd.Context(), paths))
		},
	}
	flags := cmd.Flags()
	flags.VarP(&f.match, "run", "k", "run only tests whose FILE::NAME matches the regular expression `RE`; -run is the same")
	flags.VarP(&f.atOnce, "max-tests", "j", "run at most `N` tests at once (default: the number of CPUs)")
	flags.Lookup("max-tests").DefValue = ""
	flags.Var(&f.timeout, "timeout", "stop a test, or the top level of a file, after `TIME`, such as 90, 1.5, 300ms or 2m")
	flags.Var(&f.grace, "grace", "give deferred calls `TIME` after a stop")
	flags.BoolVarP(&f.failFast, "fail-fast", "x", false, "start no more tests when one has failed")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show every test, and what those print that pass")
	flags.StringVar(&f.junit, "junit", "", "write a report in JUnit's XML to `FILE`")
	flags.Var(&f.coverage, "coverage", "show how many lines were run, and write which to `FILE` if it is given")
	flags.Lookup("coverage").NoOptDefVal = terminalOnly
	addColor(cmd, &f.color)
	addLimits(flags, &f.limits)
	addGrants(flags, &f.allow)
	addEnv(flags, f.env)
	return cmd
}

// A pattern is a flag value: a regular expression; nil matches everything.
type pattern struct{ *regexp.Regexp }

func (p *pattern) String() string {
	if p.Regexp == nil {
		return ""
	}
	return p.Regexp.String()
}
func (p *pattern) Type() string { return "regexp" }

func (p *pattern) Set(s string) (err error) {
	p.Regexp, err = regexp.Compile(s)
	return err
}

// matches reports whether a test is to be run.
func (p *pattern) matches(file, test string) bool {
	return p.Regexp == nil || p.MatchString(file+"::"+test)
}
