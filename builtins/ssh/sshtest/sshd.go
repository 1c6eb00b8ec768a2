// Package sshtest starts OpenSSH's server for tests.
package sshtest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// A Server listens on some loopback addresses until the test has ended. It lets the user who
// runs the test log in.
type Server struct {
	Hosts      []string // its addresses
	Port       int
	User       string
	Dir        string // a folder that has what follows
	Key        string // file: the user's key
	KnownHosts string // file
}

// Start starts one. Without sshd it skips the test; where the environment has CI=true, it
// fails. It blocks until the server answers.
func Start(t testing.TB, hosts ...string) *Server {
	t.Helper()
	program, err := exec.LookPath("sshd")
	if err != nil {
		program, err = exec.LookPath("/usr/sbin/sshd")
	}
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip("there is no sshd: openssh-server has it")
	}
	must(t, err)
	if os.Geteuid() == 0 {
		must(t, os.MkdirAll("/run/sshd", 0o755)) // where it locks itself in
	}
	me, err := user.Current()
	must(t, err)
	s := &Server{Hosts: hosts, Port: freePort(t, hosts), User: me.Username, Dir: t.TempDir()}
	hostKey, hostFile := s.newKey(t, "host")
	userKey, userFile := s.newKey(t, "id")
	s.Key = userFile
	var addresses []string
	config := fmt.Sprintf(`Port %d
HostKey %s
AuthorizedKeysFile %s
StrictModes no
UsePAM no
PasswordAuthentication no
MaxStartups 200
PidFile none
# bash, where it sees ssh, would read the rc file of whoever runs the test
SetEnv SHLVL=2
`, s.Port, hostFile, s.put(t, "authorized", ssh.MarshalAuthorizedKey(userKey)))
	for _, host := range hosts {
		config += "ListenAddress " + host + "\n"
		addresses = append(addresses, knownhosts.Normalize(net.JoinHostPort(host, strconv.Itoa(s.Port))))
	}
	s.KnownHosts = s.put(t, "known_hosts", []byte(knownhosts.Line(addresses, hostKey)+"\n"))
	s.start(t, exec.Command(program, "-D", "-e", "-f", s.put(t, "config", []byte(config))))
	return s
}

func (s *Server) start(t testing.TB, cmd *exec.Cmd) {
	var log bytes.Buffer
	cmd.Stderr = &log
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", net.JoinHostPort(s.Hosts[0], strconv.Itoa(s.Port)))
		if err == nil {
			conn.Close()
			return
		}
		if time.Since(began) > 20*time.Second {
			must(t, err)
		}
	}
}

// newKey writes a private key to a file, and returns the public one.
func (s *Server) newKey(t testing.TB, name string) (ssh.PublicKey, string) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	block, err := ssh.MarshalPrivateKey(private, "")
	must(t, err)
	key, err := ssh.NewPublicKey(public)
	must(t, err)
	return key, s.put(t, name, pem.EncodeToMemory(block))
}

func (s *Server) put(t testing.TB, name string, text []byte) string {
	path := filepath.Join(s.Dir, name)
	must(t, os.WriteFile(path, text, 0o600))
	return path
}

// freePort returns a port, if all hosts are addresses of this machine.
func freePort(t testing.TB, hosts []string) (port int) {
	for _, host := range hosts {
		l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			t.Skip("this machine does not have the address " + host)
		}
		port = l.Addr().(*net.TCPAddr).Port
		must(t, l.Close())
	}
	return port
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
