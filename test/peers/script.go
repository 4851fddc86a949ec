package peers

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Python returns a Python that has a module: Debian's, as what its packages bring is not in any other.
func Python(t testing.TB, module string) string {
	t.Helper()
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import "+module).Run(); err != nil {
		Missing(t, python+" has no module "+module)
	}
	return python
}

// Node returns the program node, and a directory from which it finds a package of npm, where test/install.sh puts them.
func Node(t testing.TB, module string) (program, modules string) {
	t.Helper()
	program = Need(t, "node")
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	modules = filepath.Join(cache, "goactivemq", "node")
	if _, err := os.Stat(filepath.Join(modules, "node_modules", module)); err != nil {
		Missing(t, "node has no package "+module+": "+err.Error())
	}
	return program, modules
}
