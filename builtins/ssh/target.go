package ssh

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os/user"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
)

const (
	standardPort = 22
	unset        = -1
)

// A target is a machine and who logs in there.
type target struct {
	user, host string
	port       int
}

// address is what is dialled and looked up in known_hosts.
func (t target) address() string { return net.JoinHostPort(t.host, strconv.Itoa(t.port)) }

// String names it in messages: without the usual port.
func (t target) String() string {
	if t.port == standardPort {
		return t.host
	}
	return t.address()
}

// hops returns the machines that a connection goes through, the last of which is the host.
func hops(thread *starlark.Thread, host, user string, port int, jump starlark.Value) ([]target, error) {
	through, err := texts(thread, "jump", jump)
	if err != nil {
		return nil, err
	}
	var list []target
	for _, name := range through {
		t, err := parseTarget(name)
		if err == nil {
			err = t.complete(user, standardPort)
		}
		if err != nil {
			return nil, fmt.Errorf("jump %q %w", name, err)
		}
		list = append(list, t)
	}
	t, err := parseTarget(host)
	switch {
	case err != nil:
	case port != unset && t.port != unset && port != t.port:
		err = fmt.Errorf("has another port than port=%d", port)
	case user != "" && t.user != "" && user != t.user:
		err = fmt.Errorf("has another user than user=%q", user)
	default:
		err = t.complete(user, port)
	}
	if err != nil {
		return nil, fmt.Errorf("host %q %w", host, err)
	}
	return append(list, t), nil
}

// parseTarget takes [user@]host[:port] apart.
func parseTarget(name string) (t target, err error) {
	t.host, t.port = name, unset
	if i := strings.LastIndex(name, "@"); i >= 0 {
		if t.user, t.host = name[:i], name[i+1:]; t.user == "" {
			return t, errors.New("has no user before its @")
		}
	}
	if host, number, err := net.SplitHostPort(t.host); err == nil {
		if t.port, err = strconv.Atoi(number); err != nil || t.port < 0 {
			return t, fmt.Errorf("has the port %q, which is not a number", number)
		}
		t.host = host
	} else if inner, ok := strings.CutPrefix(t.host, "["); ok && strings.HasSuffix(inner, "]") {
		t.host = strings.TrimSuffix(inner, "]")
	}
	bad := t.host == "" || strings.HasPrefix(t.host, "-") || strings.ContainsFunc(t.host, func(r rune) bool { return r <= ' ' || strings.ContainsRune("/,[]*?!", r) })
	if _, err := netip.ParseAddr(t.host); bad || strings.Contains(t.host, ":") && err != nil {
		return t, errors.New("is no host: it is a name, an address or user@host:port")
	}
	t.host = strings.ToLower(t.host) // as known_hosts has it
	return t, nil
}

// complete fills in what the name does not say.
func (t *target) complete(user string, port int) (err error) {
	if t.port == unset {
		t.port = port
	}
	if t.port == unset {
		t.port = standardPort
	}
	if t.port < 1 || t.port > 65535 {
		return fmt.Errorf("has the port %d, which is not from 1 to 65535", t.port)
	}
	if t.user == "" {
		t.user = user
	}
	if t.user == "" {
		t.user, err = whoAmI()
	}
	return err
}

// whoAmI is whom ssh logs in as where nobody says.
func whoAmI() (string, error) {
	u, err := user.Current()
	if err != nil || u.Username == "" {
		return "", errors.New("needs user=…: this process has no user's name")
	}
	return u.Username[strings.LastIndex(u.Username, `\`)+1:], nil
}
