package clusterkey

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

const openEnv = "KEYS_TEST_OPEN"

func TestMain(m *testing.M) {
	if path := os.Getenv(openEnv); path != "" {
		p, err := Open(path)
		if err != nil {
			_, _ = os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		_, _ = os.Stdout.WriteString(p.Coordinator + p.Workers + p.Certificate + p.Key)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", "cluster.json")
	_, err := Load(path)
	require.ErrorIs(t, err, fs.ErrNotExist)
	made, err := Open(path)
	require.NoError(t, err)
	again, err := Open(path)
	require.NoError(t, err)
	require.Equal(t, made, again)
	info, err := os.Stat(path)
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
		info, err = os.Stat(filepath.Dir(path))
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o700), info.Mode().Perm())
	}
	list, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, list, 1, "nothing else is left")
}

// Many processes that use the file for the first time, at once, agree.
func TestOpenAtOnce(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "tg", "cluster.json")
	got := make([]string, 16)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() {
			cmd := exec.Command(self)
			cmd.Env = append(os.Environ(), openEnv+"="+path, "GORACE=atexit_sleep_ms=0")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s", err, out)
			}
			got[i] = string(out)
		})
	}
	for range 16 { // and goroutines of one process
		all.Go(func() {
			_, err := Open(path)
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, text := range got {
		require.Equal(t, got[0], text)
	}
	list, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, list, 1, "nothing else is left")
}

func TestBroken(t *testing.T) {
	good, err := newPair()
	require.NoError(t, err)
	other, err := newPair()
	require.NoError(t, err)
	text := func(change func(*Pair)) string {
		p := good
		change(&p)
		b, err := json.Marshal(p)
		require.NoError(t, err)
		return string(b)
	}
	for name, test := range map[string]struct{ text, want string }{
		"good":          {text(func(*Pair) {}), ""},
		"empty":         {"", "is not JSON of a cluster's keys"},
		"cut":           {text(func(*Pair) {})[:200], "is not JSON of a cluster's keys"},
		"trailing":      {text(func(*Pair) {}) + "x", "is not JSON of a cluster's keys"},
		"list":          {"[]", "is not JSON of a cluster's keys"},
		"null":          {"null", "the coordinator's key: is not the seed of an nkey user"},
		"long":          {strings.Repeat(" ", maxFile+1), "is too long"},
		"coordinator":   {text(func(p *Pair) { p.Coordinator = "SUAXXX" }), "the coordinator's key: is not the seed of an nkey user"},
		"public":        {text(func(p *Pair) { p.Workers, _ = public(p.Workers) }), "the workers' key: is not the seed of an nkey user"},
		"one key":       {text(func(p *Pair) { p.Workers = p.Coordinator }), "the coordinator and the workers have one key"},
		"certificate":   {text(func(p *Pair) { p.Certificate = "x" }), "the certificate and its key are broken"},
		"another's key": {text(func(p *Pair) { p.Key = other.Key }), "do not belong together"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "cluster.json")
			require.NoError(t, os.WriteFile(path, []byte(test.text), 0o600))
			_, err := Open(path)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.want)
			require.ErrorContains(t, err, path)
			for _, secret := range []string{good.Coordinator, good.Workers, "PRIVATE"} {
				require.NotContains(t, err.Error(), secret)
			}
			kept, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, test.text, string(kept), "what is there is not replaced")
		})
	}
}

func TestPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions are elsewhere")
	}
	path := filepath.Join(t.TempDir(), "cluster.json")
	_, err := Open(path)
	require.NoError(t, err)
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o602, 0o610, 0o666, 0o777} {
		require.NoError(t, os.Chmod(path, mode))
		_, err := Load(path)
		require.ErrorContains(t, err, "has the permissions 0")
		require.ErrorContains(t, err, "chmod 600")
	}
	require.NoError(t, os.Chmod(path, 0o400))
	_, err = Load(path)
	require.NoError(t, err)
}

func TestNotAFile(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(dir)
	require.ErrorContains(t, err, "is not a regular file")
	require.NoError(t, os.WriteFile(dir+"/file", nil, 0o600))
	_, err = Open(dir + "/file/x")
	require.ErrorContains(t, err, "not a directory")
	if runtime.GOOS != "windows" {
		require.NoError(t, os.Symlink(dir+"/none", dir+"/link"))
		_, err = Open(dir + "/link")
		require.ErrorIs(t, err, fs.ErrNotExist, "what a link leads to is not made")
	}
}

func TestInvitation(t *testing.T) {
	p, err := newPair()
	require.NoError(t, err)
	i, err := p.Invitation()
	require.NoError(t, err)
	line := i.String()
	require.Regexp(t, `^tg1\.[A-Za-z0-9_-]+$`, line)
	for _, text := range []string{line, line + "\n", "\r\n " + line + " \n", line[:50] + "\n  " + line[50:], line + "=="} {
		got, err := ParseInvitation(text)
		require.NoError(t, err)
		require.Equal(t, i, got)
	}
	require.Equal(t, p.Workers, i.Seed)
	require.True(t, IsPublic(i.Trust))
	b, err := json.Marshal(i)
	require.NoError(t, err)
	require.NotContains(t, string(b), p.Coordinator)
	require.NotContains(t, string(b), "PRIVATE")

	lacks := i
	lacks.Trust = i.Seed
	for text, want := range map[string]string{
		"": "is empty", " \n": "is empty", "hello": "is no invitation: it does not begin with tg1.",
		"tg2." + line[4:]: "of this version", line[:len(line)-20]: "a part is missing or changed", "tg1.": "missing", "tg1.***": "missing",
		"tg1.e30": "lacks a key", lacks.String(): "lacks a key", line + line: "missing",
	} {
		_, err := ParseInvitation(text)
		require.ErrorContains(t, err, want, text)
		require.NotContains(t, err.Error(), i.Seed)
	}
}

func TestReadInvitation(t *testing.T) {
	p, err := newPair()
	require.NoError(t, err)
	want, err := p.Invitation()
	require.NoError(t, err)
	got, err := ReadInvitation("-", strings.NewReader(want.String()+"\n"))
	require.NoError(t, err)
	require.Equal(t, want, got)
	path := filepath.Join(t.TempDir(), "x")
	require.NoError(t, os.WriteFile(path, []byte(want.String()), 0o600))
	got, err = ReadInvitation(path, nil)
	require.NoError(t, err)
	require.Equal(t, want, got)
	_, err = ReadInvitation("-", strings.NewReader(strings.Repeat("x", maxFile+1)))
	require.EqualError(t, err, "standard input: is too long")
	_, err = ReadInvitation("-", strings.NewReader(""))
	require.EqualError(t, err, "standard input is empty")
	_, err = ReadInvitation(path+"y", nil)
	require.True(t, errors.Is(err, fs.ErrNotExist))
}

// A client that has the invitation knows the server, wherever that is, and no other.
func TestCertificate(t *testing.T) {
	p, err := newPair()
	require.NoError(t, err)
	other, err := newPair()
	require.NoError(t, err)
	config, err := p.TLS()
	require.NoError(t, err)
	invitation, err := p.Invitation()
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	for _, test := range []struct {
		ca, name string
		most     uint16
		ok       bool
	}{
		{invitation.CA, ServerName, tls.VersionTLS13, true},
		{invitation.CA, "example.org", tls.VersionTLS13, false},
		{invitation.CA, ServerName, tls.VersionTLS12, false},
		{other.Certificate, ServerName, tls.VersionTLS13, false},
	} {
		pool := x509.NewCertPool()
		require.True(t, pool.AppendCertsFromPEM([]byte(test.ca)))
		var served sync.WaitGroup
		served.Go(func() {
			c, err := listener.Accept()
			if err != nil {
				t.Error(err)
				return
			}
			_ = tls.Server(c, config).Handshake()
			_ = c.Close()
		})
		c, err := net.Dial("tcp", listener.Addr().String())
		require.NoError(t, err)
		require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
		err = tls.Client(c, &tls.Config{RootCAs: pool, ServerName: test.name, MaxVersion: test.most}).Handshake()
		_ = c.Close()
		served.Wait()
		require.Equal(t, test.ok, err == nil, "%+v: %v", test, err)
	}
	cert, err := x509.ParseCertificate(config.Certificates[0].Certificate[0])
	require.NoError(t, err)
	require.False(t, cert.IsCA)
	require.True(t, cert.NotAfter.After(time.Now().AddDate(9, 11, 0)))
	require.True(t, cert.NotBefore.Before(time.Now().Add(-23*time.Hour)))
}
