package permit

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// A netRule is one entry of Net or DenyNet.
type netRule struct {
	flag   string
	host   string       // lower case, no trailing dot; "" if the rule is of addresses
	below  bool         // *.host
	prefix netip.Prefix // never of IPv4-mapped addresses
	zone   string       // "" for every zone
	port   uint16       // 0 for every port
}

// netRules are immutable after Open.
type netRules struct {
	any         string // the flag that grants everything; or ""
	names, adrs []netRule
	deny        []netRule
}

func (n *netRules) addAllow(flag, entry string) error {
	if entry == Everything {
		n.any = flag
		return nil
	}
	r, err := parseNet(entry)
	r.flag = flag
	switch {
	case err != nil:
		return err
	case r.host != "":
		n.names = append(n.names, r)
	default:
		n.adrs = append(n.adrs, r)
	}
	return nil
}

func (n *netRules) addDeny(flag, entry string) error {
	r, err := parseNet(entry)
	r.flag = flag
	switch {
	case err != nil:
		return err
	case r.host != "":
		return errors.New("only an IP or a CIDR can be denied: a host has other names too")
	case r.port != 0:
		return errors.New("an address is denied with all its ports")
	}
	n.deny = append(n.deny, r)
	return nil
}

// parseNet reads HOST, *.HOST, IP or CIDR, with or without :PORT. IPv6 needs
// brackets to have a port.
func parseNet(entry string) (r netRule, err error) {
	if strings.Contains(entry, "://") {
		return r, errors.New("it is a URL: only HOST or HOST:PORT can be granted")
	}
	host, port, hasPort := entry, "", false
	if inside, ok := strings.CutPrefix(entry, "["); ok {
		if host, port, ok = strings.Cut(inside, "]"); !ok || !strings.Contains(host, ":") {
			return r, errors.New("brackets are for an IPv6 address: [::1]:443")
		}
		if port != "" {
			if port, hasPort = strings.CutPrefix(port, ":"); !hasPort {
				return r, errors.New("after the brackets only :PORT may follow")
			}
		}
	} else if strings.Count(entry, ":") == 1 {
		host, port, hasPort = strings.Cut(entry, ":")
	}
	if hasPort {
		p, err := strconv.ParseUint(port, 10, 16)
		if err != nil || p == 0 || port[0] == '+' {
			return r, fmt.Errorf("the port %s is not a number from 1 to 65535", show(port))
		}
		r.port = uint16(p)
	}
	switch addr, err := netip.ParseAddr(host); {
	case err == nil && strings.ContainsAny(addr.Zone(), "/[]%, "):
		return r, errors.New("a zone is the name of a network interface; a CIDR has none")
	case err == nil:
		r.zone = addr.Unmap().Zone()
		addr = plain(addr)
		r.prefix = netip.PrefixFrom(addr, addr.BitLen())
		return r, nil
	case strings.Contains(host, "/"):
		r.prefix, err = parsePrefix(host)
		return r, err
	case strings.Contains(host, ":"):
		return r, errors.New("it is not an IPv6 address; with a port it needs brackets: [::1]:443")
	}
	r.host, r.below = strings.CutPrefix(host, "*.")
	r.host = hostName(r.host)
	return r, checkHostName(r.host)
}

func parsePrefix(text string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return p, errors.New("it is not a CIDR such as 10.0.0.0/8")
	}
	if p.Addr().Is4In6() {
		if p.Bits() < 96 {
			return p, errors.New("a CIDR of IPv4-mapped addresses begins at /96; write it as IPv4")
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	if p != p.Masked() {
		return p, fmt.Errorf("it has bits beyond the /%d; that network is %s", p.Bits(), p.Masked())
	}
	return p, nil
}

// hostName brings a name into the form in which names are compared: ASCII lower
// case, without the dot that ends a full name. No other letters are folded:
// strings.ToLower would take the Kelvin sign for a k.
func hostName(host string) string {
	b := []byte(strings.TrimSuffix(host, "."))
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func checkHostName(host string) error {
	if len(host) > 253 {
		return errors.New("a host name has at most 253 letters")
	}
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 {
			return errors.New("between the dots of a host name stand 1 to 63 letters")
		}
		for _, c := range label {
			switch {
			case 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_':
			case c == '*':
				return errors.New("a * can only stand for the first part, as in *.example.com")
			case c > 127:
				return errors.New("a host name is written in ASCII, as in xn--bcher-kva.example")
			default:
				return fmt.Errorf("a host name cannot have %q", c)
			}
		}
	}
	last := labels[len(labels)-1]
	if last[0] >= '0' && last[0] <= '9' && strings.Trim(strings.TrimPrefix(last, "0x"), "0123456789abcdef") == "" {
		return errors.New("it looks like an address but is none: write all four numbers, in decimal, without leading zeros")
	}
	return nil
}
