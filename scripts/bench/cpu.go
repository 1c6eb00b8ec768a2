package main

import (
	"fmt"
	"strconv"
	"strings"
)

// kernels are the functions of kernels.star, each with a size that takes CPython
// 50 to 100 ms.
var kernels = []kernel{
	{"int_loop", 250_000},
	{"float_loop", 200_000},
	{"dict_count", 100_000},
	{"sieve", 800_000},
	{"sort", 25_000},
	{"strings", 30_000},
	{"calls", 3_000},
	{"matrix", 70},
	{"comprehension", 2_000},
	{"big_ints", 2_500},
}

type kernel struct {
	name string
	size int
}

// cpuRows are all kernels on one worker, then all on a worker for each core.
func cpuRows() []row {
	var list []row
	for _, k := range kernels {
		list = append(list, k.row(1,
			peer{side: k.python(1), mean: 1},
			peer{side: k.bare(1), least: 1, mean: 3}))
	}
	if cores == 1 {
		return list
	}
	ideal := 0.95 * float64(cores)
	for _, k := range kernels {
		list = append(list, k.row(cores,
			peer{side: k.python(cores), mean: ideal},
			peer{side: k.bare(cores), mean: 3},
			peer{side: side{"tg " + with(1), k.tg(1).run}, share: cores, mean: ideal}))
	}
	return list
}

func (k kernel) row(workers int, peers ...peer) row {
	what := fmt.Sprintf("%s tasks, %s", strings.ReplaceAll(k.name, "_", " "), count(workers))
	return row{name: "cpu", what: what, tasks: 4 * workers, quick: workers, tg: k.tg(workers), peers: peers}
}

func (k kernel) tg(workers int) side {
	return side{"tg", func(b *bench, n int) (sample, error) {
		return b.twin(n, k.args(b, workers), b.tg, "exec", "--quiet", "cpu.star")
	}}
}

func (k kernel) bare(workers int) side {
	return side{"bare go.starlark.net " + with(workers), func(b *bench, n int) (sample, error) {
		return b.twin(n, k.args(b, workers), b.self, "-bare")
	}}
}

func (k kernel) python(workers int) side {
	return side{"CPython executor " + with(workers), func(b *bench, n int) (sample, error) {
		return python("", "cpu", k.args(b, workers)...).run(b, n)
	}}
}

// args are what each of the three takes behind the number of tasks.
func (k kernel) args(b *bench, workers int) []string {
	size := k.size
	if b.quick {
		size /= 20
	}
	return []string{k.name, strconv.Itoa(workers), strconv.Itoa(size)}
}

func with(workers int) string { return "with " + count(workers) }

func count(workers int) string {
	if workers == 1 {
		return "1 worker"
	}
	return strconv.Itoa(workers) + " workers"
}
