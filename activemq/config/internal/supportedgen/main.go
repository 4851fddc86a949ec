// Supportedgen writes docs/configuration.md to standard output: what becomes of each setting of activemq.xml.
package main

import (
	"fmt"
	"os"

	"goactivemq/activemq/config"
)

func main() {
	if err := config.WriteSupported(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "supportedgen:", err)
		os.Exit(1)
	}
}
