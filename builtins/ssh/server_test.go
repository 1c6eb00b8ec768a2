package ssh_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// A server is a machine of ours: it does what a real one would not do on demand.
type server struct {
	t      testing.TB
	host   string // address
	port   int
	config *ssh.ServerConfig
	key    ssh.Signer

	mu      sync.Mutex
	signals []string // that it was sent
	logins  int
}

// newKey returns a key and its text, protected if a passphrase is given.
func newKey(t testing.TB, passphrase string) (ssh.Signer, []byte) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	block, err := ssh.MarshalPrivateKey(private, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	require.NoError(t, err)
	signer, err := ssh.NewSignerFromKey(private)
	require.NoError(t, err)
	return signer, pem.EncodeToMemory(block)
}

// serve starts a server that takes a key, and the password "secret" of the user "pw" or, by
// questions, "ask".
func serve(t testing.TB, user ssh.PublicKey, change func(*ssh.ServerConfig)) *server {
	s := &server{t: t, config: &ssh.ServerConfig{
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if user == nil || string(key.Marshal()) != string(user.Marshal()) {
				return nil, fmt.Errorf("unknown key")
			}
			return nil, nil
		},
		PasswordCallback: func(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			if c.User() != "pw" || string(password) != "secret" {
				return nil, fmt.Errorf("wrong password")
			}
			return nil, nil
		},
		KeyboardInteractiveCallback: func(c ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			answers, err := ask("", "", []string{"Name: ", "Password: "}, []bool{true, false})
			if err != nil || c.User() != "ask" || answers[0] != "" || answers[1] != "secret" {
				return nil, fmt.Errorf("wrong answers")
			}
			return nil, nil
		},
	}}
	s.key, _ = newKey(t, "")
	s.config.AddHostKey(s.key)
	if change != nil {
		change(s.config)
	}
	l := listen(t, s.handle)
	s.host, s.port = l.IP.String(), l.Port
	return s
}

// listen has each connection handled until the test has ended.
func listen(t testing.TB, handle func(net.Conn)) *net.TCPAddr {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, conn)
			mu.Unlock()
			wg.Go(func() { defer conn.Close(); handle(conn) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range open {
			c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return l.Addr().(*net.TCPAddr)
}

func (s *server) handle(raw net.Conn) {
	conn, channels, requests, err := ssh.NewServerConn(raw, s.config)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.logins++
	s.mu.Unlock()
	go ssh.DiscardRequests(requests)
	var wg sync.WaitGroup
	for c := range channels {
		wg.Go(func() {
			switch c.ChannelType() {
			case "session":
				s.session(c)
			case "direct-tcpip":
				forward(c)
			default:
				_ = c.Reject(ssh.UnknownChannelType, "no")
			}
		})
	}
	conn.Close()
	wg.Wait()
}

// seen returns how many logins there were.
func (s *server) seen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

// forward is what a jump host does.
func forward(c ssh.NewChannel) {
	var to struct {
		Host     string
		Port     uint32
		From     string
		FromPort uint32
	}
	_ = ssh.Unmarshal(c.ExtraData(), &to)
	far, err := net.Dial("tcp", net.JoinHostPort(to.Host, fmt.Sprint(to.Port)))
	if err != nil {
		_ = c.Reject(ssh.ConnectionFailed, "no way there")
		return
	}
	defer far.Close()
	near, requests, err := c.Accept()
	if err != nil {
		return
	}
	defer near.Close()
	go ssh.DiscardRequests(requests)
	go func() { _, _ = io.Copy(near, far); near.Close() }()
	_, _ = io.Copy(far, near)
}

func (s *server) session(c ssh.NewChannel) {
	ch, requests, err := c.Accept()
	if err != nil {
		return
	}
	defer ch.Close()
	var wg sync.WaitGroup
	defer wg.Wait()
	for r := range requests {
		switch r.Type {
		case "exec":
			var line struct{ Text string }
			_ = ssh.Unmarshal(r.Payload, &line)
			if line.Text == "refused" {
				_ = r.Reply(false, nil)
				continue
			}
			_ = r.Reply(true, nil)
			wg.Go(func() { s.exec(ch, line.Text) })
		case "signal":
			s.mu.Lock()
			s.signals = append(s.signals, string(r.Payload[4:]))
			s.mu.Unlock()
		}
	}
}

// exec knows a few commands.
func (s *server) exec(ch ssh.Channel, line string) {
	status := func(n uint32) {
		_, _ = ch.SendRequest("exit-status", false, ssh.Marshal(struct{ N uint32 }{n}))
		ch.Close()
	}
	name, rest, _ := strings.Cut(line, " ")
	switch name {
	case "echo":
		_, _ = io.WriteString(ch, rest+"\n")
		status(0)
	case "cat":
		_, _ = io.Copy(ch, ch)
		status(0)
	case "hang":
		for err := error(nil); err == nil; { // it does not end where its input does
			_, err = ch.SendRequest("anybody there?", true, nil)
			time.Sleep(time.Millisecond)
		}
	case "flood":
		for err := error(nil); err == nil; {
			_, err = ch.Write(make([]byte, 32<<10))
		}
	case "die":
		_, _ = ch.SendRequest("exit-signal", false, ssh.Marshal(struct {
			Signal  string
			Dumped  bool
			Message string
			Lang    string
		}{rest, false, "", ""}))
		ch.Close()
	case "vanish":
		ch.Close()
	case "odd":
		_, _ = ch.Write([]byte{0xff, '\n'})
		status(0)
	default:
		_, _ = io.WriteString(ch.Stderr(), name+": not found\n")
		status(127)
	}
}

// known writes a known_hosts file for servers.
func known(t testing.TB, servers ...*server) string {
	var lines []string
	for _, s := range servers {
		lines = append(lines, knownhosts.Line([]string{knownhosts.Normalize(fmt.Sprintf("%s:%d", s.host, s.port))}, s.key.PublicKey()))
	}
	return write(t, "known_hosts", strings.Join(lines, "\n")+"\n")
}

func write(t testing.TB, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func pemOf(block *pem.Block) []byte { return pem.EncodeToMemory(block) }
