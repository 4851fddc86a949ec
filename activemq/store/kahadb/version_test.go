package kahadb

import (
	"strings"
	"testing"

	"goactivemq/activemq/vfs"
)

func TestStoredVersion(t *testing.T) {
	mem := vfs.NewMem()
	want := func(fs vfs.FS, want int) {
		t.Helper()
		if got, err := StoredVersion(fs, "data"); got != want || err != nil {
			t.Errorf("version %d, %v, want %d", got, err, want)
		}
	}
	want(mem, 0)
	o := testOptions(mem)
	o.OpenWireVersion = 9
	open(t, o).close()
	want(mem, 9)
	o.OpenWireVersion = 10
	if _, err := Open(o); err == nil || !strings.Contains(err.Error(), "9") {
		t.Errorf("open with another version returns %v", err)
	}
}
