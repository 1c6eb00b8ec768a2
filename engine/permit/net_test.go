package permit_test

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/permit"
)

func TestNetEntries(t *testing.T) {
	for _, entry := range []string{
		"example.com", "EXAMPLE.com.", "*.example.com", "*.com:443", "localhost", "a_b", "xn--bcher-kva.example", "10.0.0.1", "10.0.0.1:22", "10.0.0.0/8", "10.0.0.0/8:443",
		"::1", "[::1]", "[::1]:80", "2001:db8::/32", "[2001:db8::/32]:443", "fe80::1%eth0", "::ffff:10.0.0.1", "::ffff:10.0.0.0/104", "0.0.0.0/0", "::/0", "h:65535", "1e100.net", "3com", "deadbeef", "*",
	} {
		_, err := permit.Open(permit.Set{Net: []string{entry}})
		require.NoError(t, err, entry)
	}
	for entry, want := range map[string]string{
		"": "empty", "https://example.com": "URL", "https://example.com/x": "URL", "example.com/x": "not a CIDR", "example.com:": "port", "example.com:0": "port", "example.com:65536": "port",
		"example.com:+80": "port", "example.com:http": "port", ":80": "1 to 63", "a..b": "1 to 63", ".a": "1 to 63", "a..": "1 to 63", "*.": "1 to 63", ".": "1 to 63", "*:443": "*",
		"a.*.b": "*", "*a.b": "*", "**": "*", "*.*.b": "*", "bücher.example": "ASCII", "a b": "' '", "a\x00": "'\\x00'", "user@host": "'@'", "a\nb": "'\\n'",
		"127.1": "looks like an address", "2130706433": "looks like an address", "0x7f000001": "looks like an address", "010.0.0.1": "looks like an address", "1.2.3.4.": "looks like an address", "1.2.3.256": "looks like an address", "0x7f.1": "looks like an address", "a.0x": "looks like an address",
		"10.1.2.3/8": "10.0.0.0/8", "10.0.0.0/33": "CIDR", "10.0.0.0/": "CIDR", "::ffff:10.0.0.0/90": "/96", "fe80::1%eth0/64": "CIDR", "fe80::1%a b": "zone",
		"[::1": "brackets", "[1.2.3.4]:80": "brackets", "[host]": "brackets", "[::1]80": "brackets", "::1]:80": "IPv6", "::1:99999": "IPv6", "a:b:c": "IPv6",
		strings.Repeat("a", 64): "1 to 63", strings.Repeat("a.", 130) + "a": "253",
	} {
		_, err := permit.Open(permit.Set{Net: []string{entry}})
		require.ErrorContains(t, err, want, "%q", entry)
		require.ErrorContains(t, err, "--allow-net=", "%q", entry)
	}
	for entry, want := range map[string]string{"example.com": "only an IP", "*": "a * can", "10.0.0.1:80": "all its ports", "x/y": "CIDR", "": "empty"} {
		_, err := permit.Open(permit.Set{DenyNet: []string{entry}})
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "--deny-net=")
	}
}

func TestHosts(t *testing.T) {
	for _, c := range []struct {
		grant string
		yes   []string // host port
		no    []string
	}{
		{"example.com", []string{"example.com 80", "EXAMPLE.COM 1", "example.com. 443"}, []string{"www.example.com 80", "example.com.evil 80", "xexample.com 80", "example.com.. 80", "", "example.com\x00 80", " example.com 80"}},
		{"Example.COM.:443", []string{"example.com 443"}, []string{"example.com 80", "example.com 0"}},
		{"*.example.com", []string{"a.example.com 80", "a.b.EXAMPLE.com. 80"}, []string{"example.com 80", ".example.com 80", "aexample.com 80", "example.com.a 80"}},
		{"*.k.example:8080", []string{"a.K.example 8080"}, []string{"a.\u212a.example 8080", "a.k.example 80", "k.example 8080"}},
		{"*", []string{"anything 1", "127.0.0.1 80", "::1 80", "fe80::1%eth0 80", "169.254.169.254 80"}, nil},
		{"10.0.0.1", []string{"10.0.0.1 80", "::ffff:10.0.0.1 80", "wait.for.it 80"}, []string{"10.0.0.2 80", "::10.0.0.1 80"}},
		{"10.0.0.0/8:22", []string{"10.255.0.1 22", "wait.for.it 22"}, []string{"10.0.0.1 23", "11.0.0.1 22", "name 80"}},
		{"[::1]:80", []string{"::1 80", "::1%lo 80", "localhost 80"}, []string{"::1 81", "::2 80", "127.0.0.1 80"}},
		{"fe80::1%eth0", []string{"fe80::1%eth0 80"}, []string{"fe80::1 80", "fe80::1%eth1 80"}},
		{"::ffff:10.0.0.0/104", []string{"10.1.1.1 1", "::ffff:10.1.1.1 1"}, []string{"11.1.1.1 1"}},
		{"0.0.0.0/0", []string{"127.0.0.1 1", "8.8.8.8 1"}, []string{"::1 1", "2001:db8::1 1"}},
	} {
		g := open(t, permit.Set{Net: []string{c.grant}})
		for _, at := range c.yes {
			host, port := hostPort(t, at)
			require.NoError(t, g.CheckHost(host, port), "%q under %s", at, c.grant)
		}
		for _, at := range c.no {
			host, port := hostPort(t, at)
			require.Contains(t, denied(t, g.CheckHost(host, port)).Hint(), "--allow-net=", "%q under %s", at, c.grant)
		}
	}
	g := open(t, permit.Set{All: true})
	require.NoError(t, g.CheckHost("anything", 1))
	for _, port := range []int{-1, 65536} {
		require.ErrorContains(t, g.CheckHost("anything", port), "not a number from")
	}
	d := denied(t, open(t, permit.Set{}).CheckHost("::1", 80))
	require.Equal(t, "connect to [::1]:80: permission denied", d.Error())
	require.Equal(t, "allow it with --allow-net='[::1]:80'", d.Hint())
}

func hostPort(t *testing.T, at string) (string, int) {
	host, port, ok := strings.Cut(strings.TrimPrefix(at, " "), " ")
	if !ok {
		return at, 80
	}
	p, err := net.LookupPort("tcp", port)
	require.NoError(t, err)
	if strings.HasPrefix(at, " ") {
		host = " " + host
	}
	return host, p
}

func TestAddresses(t *testing.T) {
	local := []string{
		"127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "169.254.169.254", "fe80::1", "fe80::1%eth0", "0.0.0.0", "0.1.2.3", "::", "224.0.0.1", "ff02::1", "239.1.1.1", "255.255.255.255",
		"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "::127.0.0.1", "2002:7f00:1::1", "::ffff:169.254.169.254",
	}
	far := []string{"8.8.8.8", "10.0.0.1", "192.168.1.1", "172.16.0.1", "fd00::1", "2001:db8::1", "::ffff:10.0.0.1", "64:ff9b::808:808", "100.64.0.1"}
	at := func(a string) netip.AddrPort { return netip.AddrPortFrom(netip.MustParseAddr(a), 80) }

	g := open(t, permit.Set{Net: []string{"db.example", "*.k.example:80"}})
	for _, a := range far {
		for _, host := range []string{"db.example", "DB.example.", "x.k.example"} {
			require.NoError(t, g.CheckAddr(host, at(a)), a)
		}
		for _, host := range []string{"", "other", a, "k.example"} {
			denied(t, g.CheckAddr(host, at(a)))
		}
	}
	for _, a := range local {
		denied(t, g.CheckAddr("db.example", at(a)))
		denied(t, g.CheckAddr("", at(a)))
		all := open(t, permit.Set{Net: []string{a}})
		require.NoError(t, all.CheckAddr("", at(a)), a)
		require.NoError(t, all.CheckAddr("any.name", at(a)), a)
	}
	denied(t, g.CheckAddr("x.k.example", netip.MustParseAddrPort("8.8.8.8:81")))
	d := denied(t, g.CheckAddr("db.example", at("127.0.0.1")))
	require.Equal(t, "connect to db.example:80 (127.0.0.1): permission denied: the address is a loopback one", d.Error())
	require.Equal(t, "allow it with --allow-net=127.0.0.1:80", d.Hint())
	require.Equal(t, "--allow-net=other:80", denied(t, g.CheckAddr("other", at("8.8.8.8"))).Flag)

	g = open(t, permit.Set{Net: []string{"localhost", "*.localhost"}})
	require.NoError(t, g.CheckAddr("LOCALHOST.", at("127.0.0.1")))
	require.NoError(t, g.CheckAddr("localhost", at("::1")))
	denied(t, g.CheckAddr("localhost", at("169.254.169.254")))
	denied(t, g.CheckAddr("x.localhost", at("127.0.0.1")))
}

func TestDenyWins(t *testing.T) {
	deny := []string{"10.0.0.0/8", "169.254.169.254", "fd00::/8", "::ffff:1.2.3.4"}
	for _, set := range []permit.Set{{All: true}, {Net: []string{"*"}}, {Net: []string{"10.0.0.1", "h", "0.0.0.0/0", "::/0"}}} {
		set.DenyNet = deny
		g := open(t, set)
		for _, a := range []string{"10.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "169.254.169.254", "fd00::1", "fd00::1%eth0", "1.2.3.4"} {
			err := g.CheckAddr("h", netip.AddrPortFrom(netip.MustParseAddr(a), 80))
			require.Contains(t, denied(t, err).Error(), "--deny-net=", a)
			require.Empty(t, denied(t, err).Hint())
			denied(t, g.CheckHost(a, 80))
		}
		require.NoError(t, g.CheckAddr("h", netip.MustParseAddrPort("8.8.8.8:80")))
		require.NoError(t, g.CheckHost("h", 80))
	}
}

func TestControl(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	dial := func(g *permit.Grants, host string) error {
		d := net.Dialer{ControlContext: g.Control(host)}
		c, err := d.DialContext(context.Background(), "tcp", l.Addr().String())
		if err == nil {
			c.Close()
		}
		return err
	}
	var told []permit.Decision
	g := open(t, permit.Set{Net: []string{"db.example", "localhost"}, Audit: func(d permit.Decision) { told = append(told, d) }})
	denied(t, dial(g, "db.example"))
	require.NoError(t, dial(g, "localhost"))
	require.Len(t, told, 2)
	require.Equal(t, permit.Decision{Kind: "net", What: "localhost" + strings.TrimPrefix(l.Addr().String(), "127.0.0.1") + " (127.0.0.1)", Granted: true, Flag: "--allow-net=localhost"}, told[1])
	require.NoError(t, dial(open(t, permit.Set{Net: []string{"127.0.0.0/8"}}), "db.example"))
	require.NoError(t, g.CheckHost("localhost", port))
	denied(t, g.Control("localhost")(context.Background(), "unix", "/run/x", nil))
	require.NoError(t, open(t, permit.Set{All: true}).Control("")(context.Background(), "unix", "/run/x", nil))
}

func FuzzNet(f *testing.F) {
	for _, s := range []string{"10.0.0.0/8:443", "[2001:db8::/32]:1", "::ffff:1.2.3.4", "*.example.com", "fe80::1%eth0", "host:80", "::ffff:0:0/96", "0.0.0.0/0"} {
		f.Add(s, []byte{10, 1, 2, 3}, uint16(443))
		f.Add(s, []byte{15: 1}, uint16(80))
	}
	f.Fuzz(func(t *testing.T, entry string, raw []byte, port uint16) {
		addr, ok := netip.AddrFromSlice(raw)
		g, err := permit.Open(permit.Set{Net: []string{entry}})
		if err != nil || !ok || entry == permit.Everything {
			return
		}
		defer g.Close()
		_ = g.CheckHost(entry, int(port))
		granted := g.CheckAddr("", netip.AddrPortFrom(addr, port)) == nil
		if want := covered(entry, addr, port); granted != want {
			t.Fatalf("%q at %s port %d: granted %v, should be %v", entry, addr, port, granted, want)
		}
		if d, err := permit.Open(permit.Set{All: true, DenyNet: []string{entry}}); err == nil {
			defer d.Close()
			if granted && d.CheckAddr("", netip.AddrPortFrom(addr, port)) == nil {
				t.Fatalf("%q does not deny %s", entry, addr)
			}
		}
	})
}

// covered is the same question, answered bit by bit.
func covered(entry string, addr netip.Addr, port uint16) bool {
	host := entry
	if h, p, err := net.SplitHostPort(entry); err == nil && (strings.Count(entry, ":") == 1 || entry[0] == '[') {
		n, err := net.LookupPort("tcp", p)
		if err != nil || n != int(port) {
			return false
		}
		host = h
	}
	ip, bits := host, -1
	if _, network, err := net.ParseCIDR(strings.Trim(host, "[]")); err == nil {
		ip = network.IP.String()
		bits, _ = network.Mask.Size()
	}
	ip = strings.Trim(ip, "[]")
	if strings.Contains(ip, "%") {
		return false // what is asked has no zone
	}
	want, have := net.ParseIP(ip), net.IP(addr.AsSlice())
	if want == nil {
		return false
	}
	w, h := want.To16(), have.To16()
	v4 := want.To4() != nil
	if v4 != (have.To4() != nil) {
		return false
	}
	switch {
	case bits < 0:
		bits = 128
	case v4 && bits <= 32:
		bits += 96
	}
	var x, y []byte
	for i := range bits {
		x, y = append(x, w[i/8]>>(7-i%8)&1), append(y, h[i/8]>>(7-i%8)&1)
	}
	return slices.Equal(x, y)
}
