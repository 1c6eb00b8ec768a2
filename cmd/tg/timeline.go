package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/timeline"
)

// timelineFile is a flag value: a file whose name says what is drawn.
type timelineFile string

func (f *timelineFile) String() string { return string(*f) }
func (f *timelineFile) Type() string   { return "file" }

func (f *timelineFile) Set(s string) error {
	if timelineFile(s).draw() == nil {
		return fmt.Errorf("%q does not end in .html, .svg or .json", s)
	}
	*f = timelineFile(s)
	return nil
}

// draw returns what draws a chart for the file, or nil.
func (f timelineFile) draw() func(*timeline.Recorder, io.Writer) error {
	switch strings.ToLower(filepath.Ext(string(f))) {
	case ".html":
		return (*timeline.Recorder).WriteHTML
	case ".svg":
		return (*timeline.Recorder).WriteSVG
	case ".json":
		return (*timeline.Recorder).WriteTrace
	}
	return nil
}

// A chart is what --timeline asks for. A nil chart draws nothing.
type chart struct {
	target
	rec  *timeline.Recorder
	as   timelineFile
	once sync.Once // a run that has ended late may be given up at the same time
	err  error     // of the writing
}

// newChart returns a chart, or nil if none is asked for.
func newChart(f timelineFile) *chart {
	if f == "" {
		return nil
	}
	return &chart{target: newTarget("--timeline", string(f)), rec: timeline.New(), as: f}
}

// check reports why the chart cannot be written, before the script runs.
func (c *chart) check() error {
	if c == nil {
		return nil
	}
	return c.target.check()
}

// write writes the chart, once. A script that has not begun leaves an older one as it is.
func (c *chart) write() error {
	if c == nil {
		return nil
	}
	c.once.Do(func() {
		if c.rec.Started() {
			c.err = c.replace(func(w io.Writer) error { return c.as.draw()(c.rec, w) })
		}
	})
	return c.err
}

// drawn writes the chart of a run that ended with err, and returns how the run ended:
// badly if only the chart is lost.
func (j *job) drawn(err error) error {
	var exit *engine.ExitError
	lost := j.chart.write()
	switch {
	case lost == nil:
		return err
	case err == nil, errors.As(err, &exit) && exit.Code == 0:
		return lost
	}
	draw.Report(j.err, j.paint, lost)
	return err
}
