package webconsole

import (
	"fmt"
	"strings"
	"testing"

	"goactivemq/activemq/management"
)

func TestTable(t *testing.T) {
	var views []management.DestinationView
	for i := range 450 {
		views = append(views, management.DestinationView{Name: fmt.Sprintf("Name.%03d", i)})
	}
	cases := []struct {
		name, filter       string
		page               int
		first, last, total int
		firstName          string
		previous, next     string
	}{
		{"first page", "", 1, 1, 200, 450, "Name.000", "", "/admin/queues.jsp?page=2"},
		{"middle", "", 2, 201, 400, 450, "Name.200", "/admin/queues.jsp?page=1", "/admin/queues.jsp?page=3"},
		{"last", "", 3, 401, 450, 450, "Name.400", "/admin/queues.jsp?page=2", ""},
		{"beyond", "", 99, 401, 450, 450, "Name.400", "/admin/queues.jsp?page=2", ""},
		{"before", "", -7, 1, 200, 450, "Name.000", "", "/admin/queues.jsp?page=2"},
		{"filter", "NAME.1", 1, 1, 100, 100, "Name.100", "", ""},
		{"filter with pages", "e.", 2, 201, 400, 450, "Name.200", "/admin/queues.jsp?QueueFilter=e.&page=1", "/admin/queues.jsp?QueueFilter=e.&page=3"},
		{"nothing", "x", 1, 1, 0, 0, "", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := newTable("queues", views, c.filter, c.page)
			if got.First != c.first || got.Last() != c.last || got.Total != c.total {
				t.Errorf("rows %d to %d of %d, want %d to %d of %d", got.First, got.Last(), got.Total, c.first, c.last, c.total)
			}
			if c.total > 0 && got.Rows[0].Name != c.firstName {
				t.Errorf("first row is %s, want %s", got.Rows[0].Name, c.firstName)
			}
			if got.Previous() != c.previous || got.Next() != c.next {
				t.Errorf("neighbours are %q and %q, want %q and %q", got.Previous(), got.Next(), c.previous, c.next)
			}
		})
	}
}

func TestNameText(t *testing.T) {
	long := strings.Repeat("ä", nameMax+1)
	cases := []struct{ name, text, title string }{
		{"orders", "orders", ""},
		{"größe.日本", "größe.日本", ""},
		{long, strings.Repeat("ä", nameMax) + "…", long},
		{long[:2*nameMax], long[:2*nameMax], ""},
		{strings.Repeat("x", titleMax+1), strings.Repeat("x", nameMax) + "…", strings.Repeat("x", titleMax) + "…"},
		{"a\xffb", "a\ufffdb", "a\ufffdb"},
	}
	for _, c := range cases {
		if text, title := nameText(c.name), nameTitle(c.name); text != c.text || title != c.title {
			t.Errorf("%q is shown as %q, tooltip %q, want %q, %q", c.name, text, title, c.text, c.title)
		}
	}
}

func TestBytesText(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 bytes", 1023: "1023 bytes", 1 << 10: "1 kB", 64 << 20: "64 MB", 1536 << 20: "1.5 GB", 100 << 30: "100 GB", 1<<40 - 1: "1023.9 GB",
		1<<63 - 1: "8192 PB",
	} {
		if got := bytesText(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
