package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// A probe looks at this process, its children and a folder.
type probe struct {
	dir   string // whose files are counted
	mark  string // in the environment of processes that count as children wherever they hang
	began time.Time
}

// sample looks when nothing runs. What is on its way out, such as the other end of a
// connection, has patience to go below base; nil: there is no base line yet.
func (p *probe) sample(laps int, base *sample, patience time.Duration) sample {
	s := sample{laps: laps}
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		s.values[goroutines] = float64(runtime.NumGoroutine())
		s.values[descriptors] = openFiles()
		s.values[processes] = p.children()
		s.values[temporary] = p.files()
		if base != nil && !s.above(base) || time.Now().After(end) {
			break
		}
	}
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s.values[heap], s.values[rss] = float64(m.HeapAlloc), residentBytes()
	s.at = time.Since(p.began)
	return s
}

// above reports whether anything that is counted is more than it was.
func (s *sample) above(base *sample) bool {
	for i, k := range kinds {
		if k.counted && s.values[i] > base.values[i] {
			return true
		}
	}
	return false
}

// openFiles counts the open descriptors; the one that reads the list is not counted.
func openFiles() float64 {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return unknown
	}
	return float64(len(list) - 1)
}

// residentBytes is how much memory of this process is in RAM.
func residentBytes() float64 {
	text, _ := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return unknown
	}
	pages, err := strconv.Atoi(fields[1])
	if err != nil {
		return unknown
	}
	return float64(pages * os.Getpagesize())
}

// children counts processes that this one has started, also those that have ended and
// were not waited for, and marked ones whose parent has gone.
func (p *probe) children() float64 {
	self := strconv.Itoa(os.Getpid())
	list, err := filepath.Glob("/proc/[0-9]*")
	if err != nil || len(list) == 0 {
		return unknown
	}
	n := 0.0
	for _, dir := range list {
		stat, err := os.ReadFile(dir + "/stat")
		if err != nil || filepath.Base(dir) == self {
			continue
		}
		// Behind the name, which is in brackets: the state, the parent.
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		environ, _ := os.ReadFile(dir + "/environ")
		if len(fields) > 1 && fields[1] == self || p.mark != "" && strings.Contains(string(environ), p.mark) {
			n++
		}
	}
	return n
}

// files counts what is in the folder, at any depth.
func (p *probe) files() float64 {
	n := -1.0 // the folder itself
	err := filepath.WalkDir(p.dir, func(string, fs.DirEntry, error) error {
		n++
		return nil
	})
	if err != nil {
		return unknown
	}
	return n
}
