// Command activemqd is the broker and its command line; bin/activemq, the launcher, calls it.
package main

import (
	"os"

	"goactivemq/activemq/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr, program{}))
}
