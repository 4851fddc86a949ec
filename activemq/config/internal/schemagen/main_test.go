package main

import (
	"os"
	"strings"
	"testing"
)

// TestTableIsCurrent holds that the embedded table is what the description makes.
func TestTableIsCurrent(t *testing.T) {
	dir := os.Getenv("CONFIG_CORPUS")
	if dir == "" {
		dir = "../../../../../shared/config"
	}
	path := dir + "/schema.json"
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no description: %v (CONFIG_CORPUS names its folder)", err)
	}
	var out strings.Builder
	if err := generate(path, &out); err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("../../schema.txt")
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(table) {
		t.Error("schema.txt differs from what schemagen makes of schema.json; run go generate")
	}
}
