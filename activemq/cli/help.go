package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// Version is the release of this program. The builder may set it: -ldflags "-X goactivemq/activemq/cli.Version=1.2".
var Version = "0.1.0"

// unserved are the original's commands that this version answers with an error.
var unserved = map[string]bool{
	"backup": true, "browse": true, "bstat": true, "consumer": true, "create": true, "decrypt": true, "dstat": true,
	"encrypt": true, "export": true, "list": true, "producer": true, "purge": true, "query": true,
}

// printVersion answers in the original's layout: scripts take the second line's second word.
func (c *call) printVersion() int {
	c.say("")
	c.say("ActiveMQ %s (goactivemq)", Version)
	c.say("For help or more information please see: README.md")
	c.say("")
	return exitOK
}

func printHelp(out io.Writer) {
	names := make([]string, 0, len(unserved))
	for name := range unserved {
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Fprintf(out, `Usage: activemq [options] task [options] [operands]

Tasks:
    start [URI]     - start the broker in the background, return when it accepts connections
    console [URI]   - start the broker in the foreground
    stop            - stop the running broker, with SIGKILL after ACTIVEMQ_KILL_MAXSECONDS
    restart [URI]   - stop the running broker (if there is one), start again
    status          - tell whether a broker is running: exit code 0 or 1
    kill            - end the running broker with SIGKILL
    validate [URI | FILE | DIR] [--diff] [--strict] [--json]
                    - tell what a broker with this configuration would be, without starting it. Exit code 1: it would not
                      start. DIR is a configuration directory or an installation. --diff adds the settings that differ from
                      the release's defaults, --strict takes warnings for errors, --json is for programs

    URI is xbean:file:PATH or xbean:NAME, a file in the configuration directory. Default: %s

Options:
    -Dname=value    - set a property, usable as ${name} in the configuration
    --version       - show the version
    -h, -?, --help  - show this text
    Options for JMX and the class path (--jmxurl, --pid, --extdir ...) are accepted and have no effect.

Tasks not served by this version:
    %s

Configuration of the launcher:
    The first file found is read: %s
    Modify bin/env or put a copy of it in a suitable place.
    A launcher linked as activemq-instance-NAME reads /etc/default/activemq-instance-NAME and
    $HOME/.activemqrc-instance-NAME instead.
`, defaultURI, strings.Join(names, " "), configs())
}

// configs are the files that the launcher looked for.
func configs() string {
	if files := os.Getenv("ACTIVEMQ_CONFIGS"); files != "" {
		return files
	}
	return "/etc/default/activemq $HOME/.activemqrc bin/env bin/setenv"
}
