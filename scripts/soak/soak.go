package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
)

//go:embed mixed.star
var mixed []byte

// A soak has what rounds need. Rounds use it at once.
type soak struct {
	dir      string // of all temporary files
	mark     string // in the environment of the scripts' programs
	programs string // "programs", or "" where they are missing
	lanes    int
	rng      *rand.Rand // of laps only
	server   *server
	engine   *engine.Engine // of most rounds
	script   *engine.Script
	old      *engine.Result // of a run before all others
	ran      []atomic.Int64 // rounds of each way
}

// grace is for clean-up, late how much longer a run may take when it was stopped.
const (
	grace = 2 * time.Second
	late  = 20 * time.Second
)

func newSoak(ctx context.Context, lanes int, seed uint64) (s *soak, err error) {
	s = &soak{lanes: lanes, rng: rand.New(rand.NewPCG(seed, 0)), ran: make([]atomic.Int64, len(ways))}
	if s.dir, err = os.MkdirTemp("", "tgsoak"); err != nil {
		return nil, err
	}
	s.mark = "TG_SOAK=" + s.dir
	// In it fs.tempdir and all others make theirs.
	for _, name := range []string{"TMPDIR", "TMP"} {
		err = errors.Join(err, os.Setenv(name, s.dir))
	}
	s.programs = "programs"
	for _, name := range []string{"echo", "cat", "sleep", "sh"} {
		if _, missing := exec.LookPath(name); missing != nil {
			s.programs = ""
		}
	}
	if err == nil {
		s.server, err = startServer(ctx)
	}
	if err == nil {
		s.engine, s.script, err = s.compile()
	}
	if err == nil {
		err = s.round(ctx, way{"before all others", 0, func(r *round) error {
			s.old, err = r.engine.Run(r.ctx, r.script, r.input())
			return explained(err)
		}}, s.rng)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *soak) close() {
	if s.engine != nil {
		_ = s.engine.Close()
	}
	if s.server != nil {
		s.server.stop()
	}
	_ = os.RemoveAll(s.dir)
}

// compile makes an engine, and the script for it.
func (s *soak) compile() (*engine.Engine, *engine.Script, error) {
	eng, err := engine.New(engine.Options{
		Modules: builtins.Standard(),
		Grace:   grace,
		Env:     map[string]string{"TG_SOAK": s.dir},
		Allow:   permit.Set{Write: []string{s.dir}, Net: []string{"127.0.0.1"}, Run: []string{permit.Everything}},
	})
	if err != nil {
		return nil, nil, err
	}
	script, err := eng.Compile("mixed.star", mixed)
	if err != nil {
		_ = eng.Close()
		return nil, nil, err
	}
	return eng, script, nil
}

// lap runs a round in each lane, and waits for all.
func (s *soak) lap(ctx context.Context) error {
	errs := make([]error, s.lanes)
	var wg sync.WaitGroup
	for i := range s.lanes {
		way, rng := s.choose(), rand.New(rand.NewPCG(s.rng.Uint64(), 0))
		wg.Go(func() {
			s.ran[way].Add(1)
			if err := s.round(ctx, ways[way], rng); err != nil {
				errs[i] = fmt.Errorf("%s: %w", ways[way].name, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (s *soak) choose() int {
	total := 0
	for _, w := range ways {
		total += w.share
	}
	n := s.rng.IntN(total)
	for i, w := range ways {
		if n -= w.share; n < 0 {
			return i
		}
	}
	return 0
}

// round goes one way, in a folder of its own, in which nothing may be left but the files
// that the script has asked for. Who does not end in time is shown with all goroutines.
func (s *soak) round(ctx context.Context, w way, rng *rand.Rand) error {
	dir, err := os.MkdirTemp(s.dir, "round")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	stuck := time.AfterFunc(time.Minute+late, func() {
		fmt.Fprintf(os.Stderr, "soak: a round of %s does not end\n", w.name)
		_ = pprof.Lookup("goroutine").WriteTo(os.Stderr, 1)
		os.Exit(1)
	})
	defer stuck.Stop()
	if err := w.run(&round{s, ctx, rng, dir}); err != nil {
		return err
	}
	left, err := os.ReadDir(dir)
	for _, f := range left {
		if f.Name() != "kept.json" && f.Name() != "log.jsonl" {
			err = errors.Join(err, fmt.Errorf("%s was left behind", f.Name()))
		}
	}
	return err
}

// counts says how many rounds there were of each way.
func (s *soak) counts() string {
	var text bytes.Buffer
	for i, w := range ways {
		fmt.Fprintf(&text, "%6d rounds %s\n", s.ran[i].Load(), w.name)
	}
	return text.String()
}
