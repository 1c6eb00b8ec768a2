package http_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

const nginxConfig = `daemon off; worker_processes 2; pid nginx.pid; error_log stderr;
events { worker_connections 1024; }
http {
  access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
  default_type text/plain; client_max_body_size 1k; limit_req_zone all zone=slow:1m rate=10r/s; keepalive_requests 100000;
  server {
    listen 127.0.0.1:%[1]d;
    root files;
    location /connection { return 200 "$connection"; }
    location /secure { return 301 https://localhost:%[2]d/protocol; }
    location /form { client_max_body_size 1k; proxy_pass http://127.0.0.1:%[1]d/connection; }
    location /limited { limit_req zone=slow burst=1; proxy_pass http://127.0.0.1:%[1]d/connection; }
    location /packed { gzip on; gzip_types *; gzip_min_length 10; alias files/big; }
    location /private { auth_basic "private"; auth_basic_user_file users; alias files/small; }
    location /crawling { limit_rate 20; alias files/big; }
    location /nobody { proxy_pass http://127.0.0.1:1; }
  }
  server {
    listen 127.0.0.1:%[2]d ssl http2;
    ssl_certificate cert.pem; ssl_certificate_key key.pem;
    location /protocol { return 200 "$server_protocol $connection"; }
  }
}`

// nginx starts nginx in a folder that has a file "ca.pem".
func nginx(t *testing.T) (dir string, plain, tls int) {
	program, err := exec.LookPath("nginx")
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip("there is no nginx: nginx-light has it")
	}
	require.NoError(t, err)
	dir = t.TempDir()
	put := func(name string, data []byte) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o644))
	}
	for _, d := range []string{dir, filepath.Dir(dir)} { // its workers are another user
		require.NoError(t, os.Chmod(d, 0o755))
	}
	certificate(t, put)
	put("files/small", []byte("small\n"))
	put("files/big", bytes.Repeat([]byte("0123456789abcdef"), 1<<20))
	put("users", []byte("me:{PLAIN}secret\n"))
	plain, tls = freePort(t), freePort(t)
	put("nginx.conf", fmt.Appendf(nil, nginxConfig, plain, tls))
	var said bytes.Buffer
	cmd := exec.Command(program, "-p", dir, "-e", "stderr", "-c", "nginx.conf")
	cmd.Stderr = &said
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", tls))
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, 20*time.Second, 10*time.Millisecond)
	return dir, plain, tls
}

func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// certificate writes one for localhost that nobody has signed, which is its own CA.
func certificate(t *testing.T, put func(string, []byte)) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	what := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	cert, err := x509.CreateCertificate(rand.Reader, what, what, key.Public(), key)
	require.NoError(t, err)
	secret, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	put("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}))
	put("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}))
	put("key.pem", pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}))
}

func TestNginx(t *testing.T) {
	dir, plain, tls := nginx(t)
	eng, err := engine.New(engine.Options{
		Allow: permit.Set{Net: []string{"localhost"}, Read: []string{dir}, Write: []string{dir}},
		Modules: append(modules(fmt.Sprintf("http://localhost:%d", plain), dir), engine.Module{Name: "more", Globals: starlark.StringDict{
			"TLS": starlark.String(fmt.Sprintf("https://localhost:%d", tls)),
		}}),
	})
	require.NoError(t, err)
	defer eng.Close()
	script, err := eng.Compile("test.star", []byte(`
CA = DIR + "/ca.pem"
assert http.get(URL + "/small").text == "small\n"
assert http.get(URL + "/nothing").status_code == 404
assert http.get(URL + "/").status_code == 403
r = http.head(URL + "/big")
assert (r.text, r.headers["content-length"]) == ("", str(16 << 20))
assert http.get(URL + "/small", headers={"Range": "bytes=1-2"}).text == "ma"
e = attempt(http.get, URL + "/big", max_body=1 << 20).error
assert "the body has more than 1048576 bytes" in e.message, e
assert http.download(URL + "/big", DIR + "/copy") == 16 << 20
r = http.get(URL + "/packed")
assert len(r.text) == 16 << 20 and r.text.startswith("0123")
assert http.get(URL + "/private").status_code == 401
assert http.get(URL + "/private", auth=("me", "wrong")).status_code == 401
assert http.get(URL + "/private", auth=("me", "secret")).text == "small\n"
assert http.post(URL + "/form", data="x" * 2000).status_code == 413
assert http.get(URL + "/nobody").status_code == 502
e = attempt(http.get, URL + "/crawling", timeout=0.3).error
assert e.kind == "timeout", e

# A connection is used by one task after the other, and by all of HTTP/2.
assert len(set([http.get(URL + "/connection").text for _ in range(50)])) == 1
many = threadgroup(max_workers=8).map(lambda i: http.get(URL + "/connection").text, range(400))
assert len(set(many.values())) <= 10, set(many.values())
streams = threadgroup(max_workers=32).map(lambda i: http.get(TLS + "/protocol", verify=CA).text, range(300)).values()
assert streams[0].startswith("HTTP/2.0 "), streams[0]
assert len(set(streams)) <= 40, set(streams)
assert len(set(streams[200:])) <= 4, set(streams[200:])

e = attempt(http.get, TLS + "/protocol").error
assert e.kind == "connection" and "certificate" in e.message, e
e = attempt(http.get, URL + "/secure").error # a redirect
assert e.kind == "connection" and "certificate" in e.message, e
r = http.get(URL + "/secure", verify=CA)
assert r.url == TLS + "/protocol" and r.status_code == 200
assert http.get(URL + "/secure", allow_redirects=False).headers["location"] == TLS + "/protocol"
assert http.get(TLS + "/protocol", verify=False).ok

def limited(i):
    r = http.get(URL + "/limited")
    r.raise_for_status()
    return r.status_code
calls = threadgroup(max_workers=4, retry=retry(30, wait=0.05, if_error=lambda e: e.code == 503)).map(limited, range(6))
assert calls.values() == [200] * 6
`))
	require.NoError(t, err)
	_, err = eng.Run(t.Context(), script, engine.Input{})
	if e := (*engine.Error)(nil); errors.As(err, &e) {
		t.Fatal(e.Traceback())
	}
	require.NoError(t, err)
	copied, err := os.ReadFile(dir + "/copy")
	require.NoError(t, err)
	require.Len(t, copied, 16<<20)
}
