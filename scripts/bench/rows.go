package main

import (
	"runtime"
	"strconv"
)

// A row is one kind of work, done by tg and by its peers.
type row struct {
	name  string
	what  string // the work, in words, behind the number of tasks
	tasks int
	quick int // tasks under -quick
	tg    side
	peers []peer
	most  float64 // seconds that tg may take; 0: no aim but the peers'
	bytes float64 // of memory that tg may take for a task; 0: not measured
	each  float64 // seconds that tg may take for a task; 0: no aim
	rate  bool    // tasks a second are shown in place of seconds
	fast  float64 // how many of them there are to be; 0: no aim but the peers'
	flat  float64 // how much more memory tg may take than its first peer, which is tg with less to do; 0: not measured

	own func(b *bench, r row) ([]line, error) // measures it in place of all that; nil: nothing does
}

// A side does the work of n tasks.
type side struct {
	name string
	run  func(b *bench, n int) (sample, error)
}

// A peer is another side.
type peer struct {
	side
	share int     // it does one in so many tasks, and its time is taken so many times; 0: all
	least float64 // how many times as fast as it tg is to be; 0: no aim
	mean  float64 // the same for the geometric mean over all rows of the name; 0: no aim
}

var rows = append([]row{
	{
		name: "throughput", what: "no-op tasks by map", tasks: 1_000_000, quick: 20_000,
		tg: star("throughput", "map"),
		peers: []peer{
			{side: python("CPython executor.map", "throughput", "map"), share: 10, least: 30},
			{side: barePool(), least: 0.6},
		},
	},
	{
		name: "throughput", what: "no-op tasks by threaded_execution", tasks: 1_000_000, quick: 20_000,
		tg: star("throughput", "threaded_execution"),
		peers: []peer{
			{side: python("CPython executor.submit", "throughput", "submit"), share: 10, least: 30},
			{side: barePool(), least: 0.6},
		},
	},
	{
		name: "register", what: "registered functions, one run", tasks: 100_000, quick: 5_000,
		tg:    star("register"),
		peers: []peer{{side: python("CPython executor.submit", "register"), least: 15}},
	},
	{
		name: "sleepers", what: "tasks that sleep 1 s at once", tasks: 100_000, quick: 1_000,
		tg:    star("sleepers", "1"),
		peers: []peer{{side: python("asyncio", "sleepers", "1")}},
		most:  1.6, bytes: 6 << 10,
	},
	{
		name: "cores", what: "computing tasks, a worker per core", tasks: 96 * cores, quick: 2 * cores,
		tg:    star("cores", strconv.Itoa(cores)),
		peers: []peer{{side: side{"tg with 1 worker", star("cores", "1").run}, least: 0.95 * float64(cores)}},
	},
	{
		name: "vault", what: "keys inserted and got from 8 tasks", tasks: 100_000, quick: 1_000,
		tg:    star("vault"),
		peers: []peer{{side: python("CPython, a dict under a lock", "vault"), least: 5}},
	},
	{
		name: "stream", what: "items through imap_unordered", tasks: 10_000_000, quick: 20_000,
		tg:    star("stream"),
		peers: []peer{{side: side{"tg, a tenth of them", star("stream").run}, share: 10}},
		flat:  1.25,
	},
	webRow(),
	startRow(),
}, append(clusterRows(), cpuRows()...)...)

var cores = runtime.NumCPU()

// star is NAME.star run by tg, python NAME.py run by CPython, with the number of
// tasks and args.
func star(name string, args ...string) side {
	return side{"tg", func(b *bench, n int) (sample, error) {
		return b.twin(n, args, b.tg, "exec", "--quiet", name+".star")
	}}
}

// barePool is this program in a process of its own.
func barePool() side {
	return side{"bare go.starlark.net pool", func(b *bench, n int) (sample, error) {
		return b.twin(n, nil, b.self, "-bare")
	}}
}

func python(title, name string, args ...string) side {
	return side{title, func(b *bench, n int) (sample, error) {
		if b.python == "" {
			return sample{}, errAbsent
		}
		return b.twin(n, args, b.python, name+".py")
	}}
}
