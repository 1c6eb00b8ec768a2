package permit

import "net/netip"

// plain is an address in the form in which addresses are compared: IPv4-mapped
// IPv6 as the IPv4 it stands for, without a zone.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// forms are a plain address and the IPv4 address that a gateway or an old tunnel
// would make of it: what is denied or local stays so in disguise.
func forms(a netip.Addr) []netip.Addr {
	if !a.Is6() {
		return []netip.Addr{a}
	}
	b := a.As16()
	v4 := func(i int) []netip.Addr { return []netip.Addr{a, netip.AddrFrom4([4]byte(b[i : i+4]))} }
	switch {
	case nat64.Contains(a):
		return v4(12)
	case b[0] == 0x20 && b[1] == 0x02: // 6to4
		return v4(2)
	case compatible.Contains(a) && (b[12] != 0 || b[13] != 0): // not ::1 and its like
		return v4(12)
	}
	return []netip.Addr{a}
}

var (
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
	compatible = netip.MustParsePrefix("::/96")
	thisNet    = netip.MustParsePrefix("0.0.0.0/8")
	broadcast  = netip.AddrFrom4([4]byte{255, 255, 255, 255})
)

// local says in words why a plain address needs a grant of its own, also if the
// name that leads there is granted; "" if it does not.
func local(a netip.Addr) string {
	for _, a := range forms(a) {
		switch {
		case a.IsLoopback():
			return "loopback"
		case a.IsLinkLocalUnicast():
			return "link-local"
		case a.IsUnspecified(), thisNet.Contains(a):
			return "unspecified"
		case a.IsMulticast(), a == broadcast:
			return "multicast"
		}
	}
	return ""
}

// covers says whether a rule of addresses holds for one.
func (r *netRule) covers(a netip.Addr, zone string) bool {
	return r.prefix.Contains(a) && (r.zone == "" || r.zone == zone)
}

// at says whether a rule holds for a port.
func (r *netRule) at(port uint16) bool { return r.port == 0 || r.port == port }
