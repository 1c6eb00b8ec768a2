package http_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tghttp "github.com/starlark-tg/tg/builtins/http"
	"github.com/starlark-tg/tg/builtins/threadgroup"
	startime "github.com/starlark-tg/tg/builtins/time"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/enginetest"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// handler is a server with all sorts of answers.
func handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "héllo") })
	mux.HandleFunc("/json", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"a": [1]}`) })
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_ = json.NewEncoder(w).Encode(map[string]any{"method": r.Method, "query": r.URL.RawQuery, "headers": r.Header, "body": string(body), "host": r.Host})
	})
	mux.HandleFunc("/status/{code}", func(w http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(r.PathValue("code"))
		w.WriteHeader(code)
	})
	mux.HandleFunc("/redirect/{n}", func(w http.ResponseWriter, r *http.Request) {
		if n, _ := strconv.Atoi(r.PathValue("n")); n > 0 {
			http.Redirect(w, r, fmt.Sprintf("/redirect/%d", n-1), http.StatusFound)
			return
		}
		io.WriteString(w, "end")
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/to", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", r.FormValue("url"))
		w.WriteHeader(http.StatusFound)
	})
	mux.HandleFunc("/gzip", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, "packed")
		z.Close()
	})
	mux.HandleFunc("/latin1", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=ISO-8859-1")
		w.Write([]byte{0xe9})
	})
	mux.HandleFunc("/bad", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("a\xffb")) })
	mux.HandleFunc("/big", func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 100000)) })
	mux.HandleFunc("/hang", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/hangbody", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "begin")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "short")
	})
	var mu sync.Mutex
	seen := map[string]bool{}
	mux.HandleFunc("/busy/{name}", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if seen[r.PathValue("name")] {
			io.WriteString(w, "free")
			return
		}
		seen[r.PathValue("name")] = true
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	return mux
}

func server(t *testing.T) *httptest.Server {
	s := httptest.NewServer(handler())
	t.Cleanup(s.Close)
	return s
}

func modules(url, dir string) []engine.Module {
	return []engine.Module{threadgroup.Module(), startime.Module(), tghttp.Module(), {Name: "here", Globals: starlark.StringDict{
		"URL": starlark.String(url), "DIR": starlark.String(dir),
	}}}
}

func TestScripts(t *testing.T) {
	s := httptest.NewServer(handler())
	dir := t.TempDir()
	t.Run("all", func(t *testing.T) {
		enginetest.RunWith(t, "testdata/*.star", engine.Options{Modules: modules(s.URL, dir), Allow: permit.Set{
			Net: []string{"127.0.0.1", "localhost"}, Write: []string{dir},
		}})
	})
	s.Close()
}

func run(t *testing.T, ctx context.Context, url string, allow permit.Set, src string) error {
	t.Helper()
	eng, err := engine.New(engine.Options{Modules: modules(url, t.TempDir()), Allow: allow})
	require.NoError(t, err)
	defer eng.Close()
	script, err := eng.Compile("test.star", []byte(src))
	require.NoError(t, err)
	_, err = eng.Run(ctx, script, engine.Input{})
	return err
}

var loopback = permit.Set{Net: []string{"127.0.0.1"}}

// Whatever leads to a host that was not granted is refused.
func TestPermissions(t *testing.T) {
	s := server(t)
	port := s.URL[strings.LastIndexByte(s.URL, ':'):]
	for _, url := range []string{
		"http://localhost", "http://127.0.0.1", "http://2130706433", "http://0x7f000001", "http://127.1", "http://[::ffff:127.0.0.1]", "http://[::1]", "http://[fe80::1%25lo]", "http://0",
		"http://LOCALHOST.", "https://user:pw@localhost",
	} {
		for _, allow := range []permit.Set{{}, {Net: []string{"example.com", "10.0.0.0/8", "*.localhost"}}, {Net: []string{permit.Everything}, DenyNet: []string{"127.0.0.0/8", "::/0"}}} {
			err := run(t, t.Context(), s.URL, allow, fmt.Sprintf(`http.get(%q, timeout=5)`, url+port+"/hello"))
			var e *engine.Error
			require.ErrorAs(t, err, &e, url)
			if e.Kind != "connection" { // a name that is none
				require.Equal(t, "permission", e.Kind, "%s %v: %v", url, allow, err)
			}
			require.NotContains(t, e.Msg, "pw@")
		}
	}
	require.NoError(t, run(t, t.Context(), s.URL, permit.Set{Net: []string{"127.0.0.1" + port}}, `assert http.get(URL + "/hello").ok`))
	require.ErrorIs(t, run(t, t.Context(), s.URL, permit.Set{Net: []string{"127.0.0.1:1"}}, `http.get(URL + "/hello")`), os.ErrPermission)
	require.ErrorIs(t, run(t, t.Context(), s.URL, loopback, `http.get(URL + "/to?url=http://127.0.0.2:1/")`), os.ErrPermission)
	require.ErrorIs(t, run(t, t.Context(), s.URL, loopback, `http.download(URL + "/hello", "/tmp/not-granted")`), os.ErrPermission)
}

// Credentials stay with the host that they are for.
func TestRedirectToAnotherHost(t *testing.T) {
	var got atomic.Value
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got.Store(r.Header.Get("Authorization") + r.Header.Get("Cookie"))
	}))
	defer other.Close()
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(other.URL, "127.0.0.1", "localhost", 1), http.StatusTemporaryRedirect)
	}))
	defer first.Close()
	require.NoError(t, run(t, t.Context(), first.URL, permit.Set{Net: []string{"127.0.0.1", "localhost"}}, `
assert http.get(URL, auth=("me", "secret"), headers={"Cookie": "secret"}).ok
`))
	require.Equal(t, "", got.Load())
}

// A cancelled task lets go of its connection, wherever the other side hangs.
func TestCancel(t *testing.T) {
	s := server(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()
	for _, call := range []string{
		`http.get(URL + "/hang", timeout=None)`, `http.get(URL + "/hangbody", timeout=None)`, `http.download(URL + "/hangbody", DIR + "/x")`,
		fmt.Sprintf(`http.get("https://%s", timeout=None)`, silent.Addr()), fmt.Sprintf(`http.get("http://%s", timeout=None)`, silent.Addr()),
	} {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, errors.New("stopped here"))
		err := run(t, ctx, s.URL, permit.Set{Net: []string{"127.0.0.1"}, Write: []string{os.TempDir()}}, call)
		cancel()
		require.ErrorContains(t, err, "stopped here", call)
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(handler())
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	ca := t.TempDir() + "/ca.pem"
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600))
	require.NoError(t, run(t, t.Context(), s.URL, permit.Set{Net: []string{"127.0.0.1"}, Read: []string{ca}}, fmt.Sprintf(`
e = attempt(http.get, URL + "/hello").error
assert e.kind == "connection" and "certificate" in e.message, e
assert http.get(URL + "/hello", verify=False).text == "héllo"
assert http.get(URL + "/hello", verify=%q).text == "héllo"
assert attempt(http.get, URL + "/hello").error.kind == "connection"
`, ca)))
}

// Hundreds of tasks share connections, and none is left.
func TestHammer(t *testing.T) {
	var made atomic.Int64
	s := httptest.NewUnstartedServer(handler())
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			made.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	require.NoError(t, run(t, t.Context(), s.URL, loopback, `
def task(i):
    if i % 100 == 99:
        http.get(URL + "/hang", timeout=0.05)
    return http.get(URL + "/hello").text
results = threadgroup(max_workers=50, check=False).map(task, range(2000))
assert len(results.failed) == 20 and {r.error.kind: 1 for r in results.failed} == {"timeout": 1}, results.errors[0]
`))
	require.Less(t, made.Load(), int64(300))
}
