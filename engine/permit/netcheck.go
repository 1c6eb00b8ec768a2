package permit

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
)

// CheckHost says, before DNS is asked, whether host may be connected to. If host
// is an address, it is the whole answer. For a name, nil means that it is granted
// or that its address may be: CheckAddr must be asked about each address that is
// dialled. So a grant of an address lets every name be looked up. A host name is compared as ASCII, without regard to case and to a dot
// at its end. It does not block.
func (g *Grants) CheckHost(host string, port int) error { return g.checkHost(host, port, true) }

// CheckRemote is CheckHost for a connection that another machine makes for the
// script, such as a jump host. That machine looks names up, so nobody can ask
// about their addresses: nil means that the host itself is granted.
func (g *Grants) CheckRemote(host string, port int) error { return g.checkHost(host, port, false) }

func (g *Grants) checkHost(host string, port int, dials bool) error {
	if port < 0 || port > 65535 {
		return fmt.Errorf("connect to %s: the port %d is not a number from 0 to 65535", show(host), port)
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return g.CheckAddr("", netip.AddrPortFrom(addr, uint16(port)))
	}
	what := net.JoinHostPort(host, strconv.Itoa(port))
	if flag, ok := g.everyHost(); ok {
		g.grant("net", what, flag)
		return nil
	}
	if r := g.net.name(host, uint16(port)); r != nil {
		g.grant("net", what, r.flag)
		return nil
	}
	for i := range g.net.adrs {
		if dials && g.net.adrs[i].at(uint16(port)) {
			return nil // decided, and told, when the address is known
		}
	}
	return g.deny(&Denied{Power: "net", What: what, Flag: netFlag(host, uint16(port))})
}

// CheckAddr says, after DNS, whether an address may be connected to, where host
// is the name that led there, or "" or an address if there was none. DenyNet wins
// always. Else an address may be reached that is granted itself, by IP or CIDR;
// or whose name is granted, unless it is a loopback, link-local, unspecified or
// multicast one. The name "localhost", granted as such, includes loopback. It
// does not block.
func (g *Grants) CheckAddr(host string, addr netip.AddrPort) error {
	a, port := plain(addr.Addr()), addr.Port()
	text := net.JoinHostPort(a.String(), strconv.Itoa(int(port)))
	what := text
	_, notName := netip.ParseAddr(host)
	named := host != "" && notName != nil
	if named {
		what = net.JoinHostPort(host, strconv.Itoa(int(port))) + " (" + a.String() + ")"
	}
	if r := g.net.denied(a, addr.Addr().Unmap().Zone()); r != nil {
		return g.deny(&Denied{Power: "net", What: what, Reason: r.flag + " forbids it"})
	}
	if flag, ok := g.everyHost(); ok {
		g.grant("net", what, flag)
		return nil
	}
	for i := range g.net.adrs {
		if r := &g.net.adrs[i]; r.covers(a, addr.Addr().Unmap().Zone()) && r.at(port) {
			g.grant("net", what, r.flag)
			return nil
		}
	}
	if !named {
		return g.deny(&Denied{Power: "net", What: what, Flag: netFlag(a.String(), port)})
	}
	r, kind := g.net.name(host, port), local(a)
	switch {
	case r == nil && kind == "":
		return g.deny(&Denied{Power: "net", What: what, Flag: netFlag(host, port)})
	case kind == "" || r != nil && r.host == "localhost" && !r.below && a.IsLoopback():
		g.grant("net", what, r.flag)
		return nil
	}
	return g.deny(&Denied{Power: "net", What: what, Flag: netFlag(a.String(), port), Reason: "the address is a " + kind + " one"})
}

// Control returns a function for net.Dialer.ControlContext that asks CheckAddr
// about each address of host just before it is dialled. Networks that are not IP
// need All. The function may be used by many goroutines at once.
func (g *Grants) Control(host string) func(ctx context.Context, network, address string, c syscall.RawConn) error {
	return func(_ context.Context, network, address string, _ syscall.RawConn) error {
		addr, err := netip.ParseAddrPort(address)
		if err == nil {
			return g.CheckAddr(host, addr)
		}
		if g.all {
			g.grant("net", address, "-A")
			return nil
		}
		return g.deny(&Denied{Power: "net", What: network + " " + address, Flag: "-A"})
	}
}

// DialContext connects, as net.Dialer does, to what has been granted: the host is
// asked about before DNS, each of its addresses after it. There is no proxy.
func (g *Grants) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(service)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: the port is not a number", show(address))
	}
	if err := g.CheckHost(host, port); err != nil {
		return nil, err
	}
	d := &net.Dialer{ControlContext: g.Control(host)}
	return d.DialContext(ctx, network, address)
}

func (g *Grants) everyHost() (flag string, ok bool) {
	return g.net.any, g.all || g.net.any != ""
}

// name returns the rule that grants a name at a port, or nil.
func (n *netRules) name(host string, port uint16) *netRule {
	host = hostName(host)
	for i := range n.names {
		r := &n.names[i]
		match := host == r.host
		if r.below {
			below, ok := strings.CutSuffix(host, "."+r.host)
			match = ok && below != ""
		}
		if match && r.at(port) {
			return r
		}
	}
	return nil
}

func (n *netRules) denied(a netip.Addr, zone string) *netRule {
	for i := range n.deny {
		for _, form := range forms(a) {
			if n.deny[i].covers(form, zone) {
				return &n.deny[i]
			}
		}
	}
	return nil
}

// netFlag is the flag for a host or an address, without a port if that is not known.
func netFlag(host string, port uint16) string {
	if port != 0 {
		host = net.JoinHostPort(host, strconv.Itoa(int(port)))
	}
	return flagFor("--allow-net", host)
}
