package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// webRow is a row of requests to a server in a process of its own.
func webRow() row {
	return row{
		name: "http", what: "GETs to a local server from 200 workers", tasks: 20_000, quick: 500,
		tg: web("tg", func(b *bench, n int, address string) (sample, error) {
			return b.twin(n, []string{address}, b.tg, "exec", "--quiet", "--allow-net=127.0.0.1", "gets.star")
		}),
		peers: []peer{
			{least: 5, side: web("CPython executor, http.client", func(b *bench, n int, address string) (sample, error) {
				if b.python == "" {
					return sample{}, errAbsent
				}
				return b.twin(n, []string{address}, b.python, "gets.py")
			})},
			{least: 0.5, side: web("plain Go", func(b *bench, n int, address string) (sample, error) {
				return b.twin(n, []string{address}, b.self, "-gets")
			})},
		},
	}
}

// web is a side that needs the server.
func web(name string, run func(b *bench, n int, address string) (sample, error)) side {
	return side{name, func(b *bench, n int) (sample, error) {
		address, err := b.server()
		if err != nil {
			return sample{}, err
		}
		return run(b, n, address)
	}}
}

// server returns the address of the server, which it starts when first asked. It ends with
// this process: it reads until the end of its standard input.
func (b *bench) server() (string, error) {
	if b.address != "" {
		return b.address, nil
	}
	cmd := exec.CommandContext(b.ctx, b.self, "-serve")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	b.stop = func() { in.Close(); _ = cmd.Wait() }
	line, err := bufio.NewReader(out).ReadString('\n')
	b.address = strings.TrimSpace(line)
	return b.address, err
}

// serve answers every request with 200 bytes until in ends.
func serve(in io.Reader, out io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	text := strings.Repeat("x", 200)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		_ = s.Shutdown(context.Background())
	}()
	fmt.Fprintf(out, "http://%s/\n", l.Addr())
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// gets is the plain Go side: workers that send n requests.
func gets(out io.Writer, n int, address string) error {
	const workers = 200
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers}}
	defer client.CloseIdleConnections()
	sizes, errs := make([]int, n), make([]error, workers)
	var next atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for w := range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && errs[w] == nil; i = int(next.Add(1)) - 1 {
				sizes[i], errs[w] = get(client, address)
			}
		})
	}
	wg.Wait()
	seconds, sum := time.Since(began).Seconds(), 0
	for _, size := range sizes {
		sum += size
	}
	_, err := fmt.Fprintf(out, "%g\n%d\n", seconds, sum)
	return errors.Join(append(errs, err)...)
}

func get(client *http.Client, address string) (int, error) {
	res, err := client.Get(address)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return len(body), err
}
