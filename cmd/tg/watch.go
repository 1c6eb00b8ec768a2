package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
)

// watchEvery is how often --watch looks.
const watchEvery = 200 * time.Millisecond

// errChanged is the cause of a run that is stopped because its files have changed.
var errChanged = errors.New("a file has changed")

// watchScript runs a script again whenever a .star file in its folder or below has changed.
// It returns the exit status when a signal ends it.
func watchScript(ctx context.Context, s streams, f execFlags, src source) int {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, stops()...)
	defer signal.Stop(signals)
	p := draw.NewPaint(f.color, s.err)
	for {
		files := stamps(filepath.Dir(src.path))
		run, cancel := context.WithCancelCause(ctx)
		ended := make(chan int, 1)
		go func() { ended <- execScript(run, s, f, src) }()
		code, changed := 0, false
		select {
		case code = <-ended:
		case <-change(run, src, files):
			changed = true
			cancel(errChanged)
			code = <-ended
		}
		if stopped(code) || s.out.failure() != nil {
			cancel(nil)
			return code
		}
		if !changed {
			fmt.Fprintln(s.err, p.Dim("waiting for a change of "+filepath.Join(filepath.Dir(src.path), "*.star")+": Ctrl-C ends it"))
			select {
			case sig := <-signals:
				cancel(nil)
				return signalError{sig.(syscall.Signal)}.status()
			case <-change(run, src, files):
			}
		}
		cancel(nil)
		fmt.Fprintln(s.err, p.Dim("— "+src.name+" again, "+time.Now().Format("15:04:05")+" —"))
	}
}

// stopped reports whether an exit status is one of a signal.
func stopped(code int) bool {
	return slices.ContainsFunc([]syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}, func(sig syscall.Signal) bool {
		return code == signalError{sig}.status()
	})
}

// change returns a channel that is closed when the files are not as they were, and have been
// left alone for a moment: editors write in several steps. It looks until ctx ends.
func change(ctx context.Context, src source, was map[string]stamp) <-chan struct{} {
	changed := make(chan struct{})
	go func() {
		last := was
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(watchEvery):
			}
			now := stamps(filepath.Dir(src.path))
			if !maps.Equal(now, was) && maps.Equal(now, last) {
				close(changed)
				return
			}
			last = now
		}
	}()
	return changed
}

// A stamp tells whether a file has changed.
type stamp struct {
	size int64
	time int64 // nanoseconds
}

// stamps returns those of the scripts in a folder and below. Folders whose names begin with
// a dot are left out.
func stamps(folder string) map[string]stamp {
	found := map[string]stamp{}
	_ = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil //nolint:nilerr // what cannot be read is not watched
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != folder:
			return fs.SkipDir
		case filepath.Ext(path) == ".star":
			if info, err := os.Stat(path); err == nil {
				found[path] = stamp{info.Size(), info.ModTime().UnixNano()}
			}
		}
		return nil
	})
	return found
}
