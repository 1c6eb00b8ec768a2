package scripts_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/starlark-tg/tg/builtins/ssh/sshtest"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
)

// A world is what a script that touches the world is given: what its first lines say.
type world struct {
	allow permit.Set
	args  []string
	exit  int // status that it ends with
}

// worlds are those of the scripts that need one.
var worlds = map[string]func(*testing.T) world{
	"health.star": services, "remote.star": machines, "checksums.star": photos, "loggrep.star": logs, "pages.star": api, "rollout.star": devices,
}

// serve returns the address of a server for a test.
func serve(t *testing.T, h http.HandlerFunc) (url, host string) {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL, strings.TrimPrefix(s.URL, "http://")
}

// write writes files below a new folder.
func write(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return dir
}

func services(t *testing.T) world {
	var mail sync.Once
	url, host := serve(t, func(w http.ResponseWriter, r *http.Request) {
		first := false
		if r.URL.Path == "/mail" {
			mail.Do(func() { first = true })
		}
		switch {
		case first:
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.URL.Path == "/search":
			w.WriteHeader(http.StatusInternalServerError)
		case r.URL.Path == "/stock":
			w.WriteHeader(http.StatusNotFound)
		default:
			fmt.Fprintf(w, `{"version": %q}`, map[string]string{"/shop": "4.2", "/mail": "1.0"}[r.URL.Path])
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l.Close() // nobody listens there
	args := []string{"shop=" + url + "/shop", "mail=" + url + "/mail", "search=" + url + "/search", "stock=" + url + "/stock", "old=http://" + l.Addr().String()}
	return world{permit.Set{Net: []string{host, l.Addr().String()}}, args, 1}
}

func machines(t *testing.T) world {
	s := sshtest.Start(t, "127.0.0.1", "127.0.0.2", "127.0.0.3")
	inventory := fmt.Sprintf("login: {user: %q, key: %q, known_hosts: %q}\nhosts:\n  - nobody.invalid\n", s.User, s.Key, s.KnownHosts)
	for _, host := range s.Hosts {
		inventory += fmt.Sprintf("  - %q\n", fmt.Sprintf("%s:%d", host, s.Port))
	}
	path := filepath.Join(s.Dir, "hosts.yaml")
	require.NoError(t, os.WriteFile(path, []byte(inventory), 0o600))
	return world{permit.Set{Net: []string{"127.0.0.0/8", "nobody.invalid"}, Read: []string{s.Dir}}, []string{path, "echo deployed 4.2"}, 0}
}

func photos(t *testing.T) world {
	dir := write(t, map[string]string{"photos/cat.jpg": "cat", "photos/2025/boat.jpg": "boat", "photos/2024/street.jpg": "street"})
	root, list := dir+"/photos", dir+"/photos.sha256"
	text := fmt.Sprintf("%x  %s/2024/street.jpg\n%x  %[2]s/cat.jpg\n%[3]x  %[2]s/rain.jpg\n", sha256.Sum256([]byte("street")), root, sha256.Sum256([]byte("old")))
	require.NoError(t, os.WriteFile(list, []byte(text), 0o600))
	return world{permit.Set{Read: []string{root}, Write: []string{list}}, []string{root, list}, 0}
}

func logs(t *testing.T) world {
	dir := write(t, map[string]string{
		"web.log":      "level=error msg=\"no such user\"\nlevel=info msg=\"hello\"\nlevel=error msg=\"disk is full\"\nlevel=error msg=\"no such user\"\n",
		"a/b/db.log":   "level=info msg=\"started\"\nlevel=error msg=\"disk is full\"\n\nlevel=fatal msg=\"disk is full\"\n",
		"a/quiet.log":  "",
		"a/readme.txt": "level=error msg=\"not a log\"\n",
	})
	return world{permit.Set{Read: []string{dir}}, []string{`level=(?:error|fatal).* msg="([^"]+)"`, dir + "/**/*.log"}, 0}
}

func api(t *testing.T) world {
	const items, size = 1142, 100
	var busy sync.Once
	url, host := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var page int
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
		refused := false
		if page == 7 {
			busy.Do(func() { refused = true })
		}
		if refused {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		var list []map[string]string
		for n := (page-1)*size + 1; n <= min(page*size, items); n++ {
			list = append(list, map[string]string{"name": fmt.Sprintf("item-%d", n)})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"items": list, "pages": (items + size - 1) / size})
	})
	return world{permit.Set{Net: []string{host}}, []string{url + "/items"}, 0}
}

func devices(t *testing.T) world {
	const right = "hostname edge1\nntp server 10.0.0.1\nvlan 10\n"
	var mu sync.Mutex
	configs := map[string]string{"/edge1/config": right}
	url, host := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodPut && r.URL.Path != "/edge3/config" {
			text, _ := io.ReadAll(r.Body)
			configs[r.URL.Path] = string(text)
		}
		_, _ = io.WriteString(w, configs[r.URL.Path])
	})
	plan := "ntp: 10.0.0.1\ndevices:\n"
	for _, name := range []string{"core1", "edge1", "edge2", "edge3", "edge4"} {
		plan += fmt.Sprintf("  - {name: %s, url: %q, vlans: [10]}\n", name, url+"/"+name)
	}
	dir := write(t, map[string]string{"rollout.yaml": plan})
	return world{permit.Set{Net: []string{host}, Read: []string{dir + "/rollout.yaml"}, Write: []string{dir + "/report.csv"}}, []string{dir + "/rollout.yaml", dir + "/report.csv"}, 0}
}
