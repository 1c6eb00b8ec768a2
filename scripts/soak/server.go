package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// A server is what the script's requests go to: /echo answers at once, /slow late,
// /stall in pieces that never end, /broken in half, /gone not at all, /busy now and
// then, /stream with 1 MiB.
type server struct {
	http.Server
	address string
	busy    atomic.Int64
}

// stalls is how long what never ends takes: nobody waits so long.
const stalls = 30 * time.Second

func startServer(ctx context.Context) (*server, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{address: "http://" + l.Addr().String()}
	s.Handler = http.HandlerFunc(s.answer)
	go func() { _ = s.Serve(l) }() // until stop
	return s, nil
}

func (s *server) stop() { _ = s.Close() }

func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/echo":
		_, _ = io.WriteString(w, r.URL.Query().Get("n"))
	case "/slow":
		pause(r.Context())
	case "/stall":
		_, _ = io.WriteString(w, "begun")
		_ = http.NewResponseController(w).Flush()
		pause(r.Context())
	case "/broken":
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
		panic(http.ErrAbortHandler)
	case "/gone":
		panic(http.ErrAbortHandler)
	case "/busy":
		if s.busy.Add(1)%3 != 0 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, `{"up": true}`)
	case "/stream":
		block := strings.Repeat("x", 16<<10)
		for range 64 {
			if _, err := io.WriteString(w, block); err != nil {
				return
			}
		}
	}
}

// pause waits until nobody waits for the answer any more.
func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(stalls):
	}
}
