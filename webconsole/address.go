package webconsole

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// addressFilter decides by the address of the client, before anything else is looked at: Jetty's InetAccessHandler, with which
// releases from 5.19.7 and 6.2.6 on let in this machine alone.
type addressFilter struct{ include, exclude []addressRange }

// addressRange is a range of addresses, both ends included.
type addressRange struct{ first, last netip.Addr }

// newAddressFilter reads entries of these forms; those lists are for security, so what is not understood is an error.
//
//	127.0.0.1    10.0.0.0/8    192.168.1.10-192.168.1.19    and the same for IPv6, also in brackets
func newAddressFilter(include, exclude []string) (*addressFilter, error) {
	f := &addressFilter{}
	for list, entries := range map[*[]addressRange][]string{&f.include: include, &f.exclude: exclude} {
		for _, text := range entries {
			r, err := parseRange(strings.TrimSpace(text))
			if err != nil {
				return nil, fmt.Errorf("address filter of the web console has %q, want an address, ADDRESS/BITS or FIRST-LAST", text)
			}
			*list = append(*list, r)
		}
	}
	return f, nil
}

func parseRange(text string) (addressRange, error) {
	text = strings.NewReplacer("[", "", "]", "").Replace(text)
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return addressRange{}, err
		}
		return addressRange{p.Masked().Addr(), lastOf(p)}, nil
	}
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		last = first
	}
	a, err := netip.ParseAddr(first)
	if err != nil {
		return addressRange{}, err
	}
	b, err := netip.ParseAddr(last)
	if err == nil && (a.BitLen() != b.BitLen() || b.Less(a)) {
		err = fmt.Errorf("%s to %s is no range", a, b)
	}
	return addressRange{a, b}, err
}

// lastOf returns the last address of a network.
func lastOf(p netip.Prefix) netip.Addr {
	bytes := p.Masked().Addr().AsSlice()
	for bit := p.Bits(); bit < len(bytes)*8; bit++ {
		bytes[bit/8] |= 0x80 >> (bit % 8)
	}
	last, _ := netip.AddrFromSlice(bytes)
	return last
}

// admits tells whether a client may talk to the console: it is not excluded, and it is included where there is anybody included.
func (f *addressFilter) admits(a netip.Addr) bool {
	return !contains(f.exclude, a) && (len(f.include) == 0 || contains(f.include, a))
}

func contains(ranges []addressRange, a netip.Addr) bool {
	for _, r := range ranges {
		if r.first.BitLen() == a.BitLen() && !a.Less(r.first) && !r.last.Less(a) {
			return true
		}
	}
	return false
}

// clientAddress returns the address that a request came from, the zero one where there is none. What proxies say in headers is not
// believed: anybody can say it.
func clientAddress(remote string) netip.Addr {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}
