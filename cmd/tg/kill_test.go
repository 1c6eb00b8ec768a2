//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The script says what it has got as soon as it has it.
const killed = `
def square(n):
    return (n, n * n)

total = 0
for r in threadgroup("g", max_workers=8).imap_unordered(square, range(%d)):
    n, value = r.result
    total += value
    print("cached" if r.cached else "ran", n)
print("total", total)
`

// TestKill kills a script that keeps a joblog, again and again, at any moment, and
// resumes it until it ends by itself: what it has said to be done is never done again,
// all is done, and nothing is there twice.
func TestKill(t *testing.T) {
	t.Parallel()
	tasks, kills := 20_000, 15
	if testing.Short() {
		tasks, kills = 3000, 4
	}
	k := &killing{t: t, script: write(t, "x.star", fmt.Sprintf(killed, tasks)), tasks: tasks}
	k.log = strings.TrimSuffix(k.script, "x.star") + "log.jsonl"
	k.done = make([]bool, tasks)
	n := 0
	for total := ""; total == ""; n++ {
		limit := -1
		if n < kills {
			limit = rand.IntN(tasks / kills)
		}
		total = k.run(limit)
		k.check()
		if total != "" {
			require.Equal(t, fmt.Sprint((tasks-1)*tasks*(2*tasks-1)/6), total)
		}
	}
	t.Logf("%d runs, %d torn lines", n, k.torn)
	for i, done := range k.done {
		require.True(t, done, "task %d", i)
	}
	require.Equal(t, tasks, len(k.logged()), "each task has a line")
}

// A killing is what is known of a script after some runs of it.
type killing struct {
	t           *testing.T
	script, log string
	tasks, torn int
	done        []bool // what a run has said of a task
}

// run runs the script until it has said so many times that a task has run, and kills
// it; -1: to its end. It returns the total that was printed, or "".
func (k *killing) run(limit int) (total string) {
	known := k.logged()
	c := start(k.t, nil, "tg", "-q", "--joblog", k.log, "--resume", k.script)
	heard := make(map[int]bool, k.tasks)
	if limit == 0 {
		k.kill(c)
	}
	for {
		line, err := c.out.ReadString('\n')
		if err != nil {
			break // of a line without an end nothing is known
		}
		var how string
		var n int
		if _, err = fmt.Sscan(line, &how, &n); err != nil {
			k.t.Fatalf("%q: %v", line, err)
		}
		if how == "total" {
			total = strings.TrimSpace(strings.TrimPrefix(line, how))
			continue
		}
		if heard[n] || known[n] != (how == "cached") {
			k.t.Fatalf("task %d: %s; before in this run: %t, in the joblog: %t", n, how, heard[n], known[n])
		}
		heard[n], k.done[n] = true, true
		if how == "ran" {
			if limit--; limit == 0 {
				k.kill(c)
			}
		}
	}
	k.ended(c, total)
	return total
}

// kill kills the child within the next moment.
func (k *killing) kill(c *child) {
	time.AfterFunc(time.Duration(rand.IntN(3000))*time.Microsecond, func() { _ = c.cmd.Process.Kill() })
}

// ended checks how the child has ended.
func (k *killing) ended(c *child, total string) {
	k.t.Helper()
	_ = c.cmd.Wait()
	torn := strings.Count(c.stderr.String(), "the last line was torn and has been cut off")
	if lines := strings.Count(c.stderr.String(), "\n"); lines != torn {
		k.t.Fatal(c.stderr.String())
	}
	k.torn += torn
	if c.cmd.ProcessState.Success() {
		require.NotEmpty(k.t, total)
	} else {
		require.Equal(k.t, "signal: killed", c.cmd.ProcessState.String())
	}
}

// check checks that all that was said to be done is in the joblog.
func (k *killing) check() {
	k.t.Helper()
	logged := k.logged()
	for n, done := range k.done {
		if done && !logged[n] {
			k.t.Fatalf("task %d has ended, and is not in the joblog", n)
		}
	}
}

// logged reads the joblog: which tasks are there, each once. A last line without an
// end is none.
func (k *killing) logged() map[int]bool {
	k.t.Helper()
	text, err := os.ReadFile(k.log)
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(k.t, err)
	text = text[:bytes.LastIndexByte(text, '\n')+1]
	tasks := map[int]bool{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		var l struct {
			Joblog, N         int
			Group, Task, Args string
			Status            string
			Value             map[string][2]int
		}
		require.NoError(k.t, json.Unmarshal(lines.Bytes(), &l), lines.Text())
		if l.Joblog == 1 {
			continue
		}
		n := l.Value["$tuple"][0]
		if l.Group != "g" || l.Task != "square" || l.Args != fmt.Sprintf("(%d,)", n) || l.N != 1 || l.Status != "ok" || l.Value["$tuple"][1] != n*n {
			k.t.Fatal(lines.Text())
		}
		if tasks[n] {
			k.t.Fatalf("task %d is there twice", n)
		}
		tasks[n] = true
	}
	return tasks
}
