//go:build unix

package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

//go:embed *.star
var scripts embed.FS

// A lab has what trials need. Several may be under way at once.
type lab struct {
	dir     string // of the scripts, of tg, and of all that trials write
	tg      string // the program
	self    string // this program
	tasks   int
	seed    uint64
	verbose bool

	mu  sync.Mutex // guards out
	out io.Writer
}

func newLab(ctx context.Context, tg string) (*lab, error) {
	dir, err := os.MkdirTemp("", "tgpromises")
	if err != nil {
		return nil, err
	}
	l := &lab{dir: dir}
	if err := l.furnish(ctx, tg); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *lab) furnish(ctx context.Context, tg string) (err error) {
	if l.self, err = os.Executable(); err != nil {
		return err
	}
	if err := os.CopyFS(l.dir, scripts); err != nil {
		return err
	}
	if tg != "" {
		l.tg, err = filepath.Abs(tg)
		return err
	}
	l.tg = filepath.Join(l.dir, "tg")
	text, err := exec.CommandContext(ctx, "go", "build", "-o", l.tg, "github.com/starlark-tg/tg/cmd/tg").CombinedOutput()
	if err != nil {
		return fmt.Errorf("go build: %w\n%s", err, text)
	}
	return nil
}

func (l *lab) close() { _ = os.RemoveAll(l.dir) }

func (l *lab) print(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.out, format+"\n", args...)
}

// A trial puts one promise to the test, in a cluster of its own.
type trial struct {
	*lab
	name  string
	ctx   context.Context
	end   context.CancelFunc
	rng   *rand.Rand // of the goroutine that harms
	dir   string
	env   []string
	at    string // HOST:PORT of the coordinator's server
	tasks int
	harms atomic.Int64
	began time.Time

	mu       sync.Mutex // guards what follows
	programs []*program
	notes    []string
}

func (l *lab) trial(ctx context.Context, name string) (*trial, error) {
	dir, err := os.MkdirTemp(l.dir, name)
	if err != nil {
		return nil, err
	}
	t := &trial{lab: l, name: name, dir: dir, tasks: l.tasks, rng: rand.New(rand.NewPCG(l.seed, 0)), began: time.Now()}
	t.ctx, t.end = context.WithCancel(ctx)
	t.env = append(os.Environ(), "XDG_CONFIG_HOME="+dir+"/config", "HOME="+dir, "TMPDIR="+dir+"/tmp")
	if err := os.Mkdir(dir+"/tmp", 0o700); err != nil {
		return nil, err
	}
	if t.at, err = freeAddress(); err != nil {
		return nil, err
	}
	_, err = t.output("cluster", "invite") // which makes the keys
	return t, err
}

// freeAddress is one where nobody listens.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// close kills all programs of the trial.
func (t *trial) close() {
	t.end()
	t.mu.Lock()
	programs := t.programs
	t.mu.Unlock()
	for _, p := range programs {
		p.kill()
	}
	_ = os.RemoveAll(t.dir) // the lab's folder goes, too
}

// note adds to the table's last column.
func (t *trial) note(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

// say says what happens, if that is wanted.
func (t *trial) say(format string, args ...any) {
	if t.verbose {
		t.print("%s %5.1fs %s", t.name, time.Since(t.began).Seconds(), fmt.Sprintf(format, args...))
	}
}

// pause waits; false: the trial is over.
func (t *trial) pause(d time.Duration) bool {
	select {
	case <-t.ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// between is a time by chance.
func (t *trial) between(least, most time.Duration) time.Duration {
	return least + time.Duration(t.rng.Int64N(int64(most-least)))
}

// tails is what each program has printed last; workers that were killed say nothing.
func (t *trial) tails() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	for _, p := range t.programs {
		b.WriteString(p.tail())
	}
	return b.String()
}
