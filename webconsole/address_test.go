package webconsole

import (
	"net/netip"
	"strings"
	"testing"
)

func TestAddressFilter(t *testing.T) {
	cases := []struct {
		name             string
		include, exclude []string
		address          string
		want             bool
	}{
		{"no lists", nil, nil, "192.0.2.1", true},
		{"included", []string{"127.0.0.1", "::1"}, nil, "127.0.0.1", true},
		{"included IPv6", []string{"127.0.0.1", "::1"}, nil, "::1", true},
		{"bracketed IPv6", []string{"[::1]"}, nil, "::1", true},
		{"not included", []string{"127.0.0.1", "::1"}, nil, "127.0.0.2", false},
		{"first of a network", []string{"10.1.0.0/16"}, nil, "10.1.0.0", true},
		{"last of a network", []string{"10.1.0.0/16"}, nil, "10.1.255.255", true},
		{"below a network", []string{"10.1.0.0/16"}, nil, "10.0.255.255", false},
		{"above a network", []string{"10.1.0.0/16"}, nil, "10.2.0.0", false},
		{"network given by one of its hosts", []string{"10.1.2.3/16"}, nil, "10.1.9.9", true},
		{"odd network", []string{"10.1.0.0/23"}, nil, "10.1.2.0", false},
		{"whole world", []string{"0.0.0.0/0"}, nil, "203.0.113.9", true},
		{"whole world is one family", []string{"0.0.0.0/0"}, nil, "2001:db8::1", false},
		{"in a range", []string{"192.168.1.10-192.168.1.19"}, nil, "192.168.1.19", true},
		{"after a range", []string{"192.168.1.10-192.168.1.19"}, nil, "192.168.1.20", false},
		{"excluded", nil, []string{"10.0.0.0/8"}, "10.9.9.9", false},
		{"not excluded", nil, []string{"10.0.0.0/8"}, "11.0.0.0", true},
		{"excluded wins", []string{"10.0.0.0/8"}, []string{"10.0.0.5"}, "10.0.0.5", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, err := newAddressFilter(c.include, c.exclude)
			if err != nil {
				t.Fatal(err)
			}
			if got := f.admits(netip.MustParseAddr(c.address)); got != c.want {
				t.Errorf("%s is let in: %v, want %v", c.address, got, c.want)
			}
		})
	}
}

func TestAddressFilterErrors(t *testing.T) {
	for _, text := range []string{"", "localhost", "10.0.0.0/33", "10.0.0.9-10.0.0.1", "10.0.0.1-::1", "10.0.0.1-", "127.0.0.1|/admin", "10.10.10-14.0"} {
		if _, err := newAddressFilter([]string{text}, nil); err == nil || !strings.Contains(err.Error(), `"`+text+`"`) {
			t.Errorf("%q: error is %v, want one that names it", text, err)
		}
	}
}

func TestClientAddress(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.1:4711": "192.0.2.1", "[::ffff:192.0.2.1]:4711": "192.0.2.1", "[fe80::1%eth0]:1": "fe80::1", "[2001:db8::1]:1": "2001:db8::1",
		"": "invalid IP", "@": "invalid IP",
	} {
		if got := clientAddress(remote).String(); got != want {
			t.Errorf("%q comes from %s, want %s", remote, got, want)
		}
	}
}
