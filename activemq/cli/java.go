package cli

import (
	"os"
	"os/user"
	"runtime"
	"strings"

	"goactivemq/activemq/logging"
)

// addJavaProperties gives the properties that every Java virtual machine has, as far as configuration files use them in
// ${name}. What was set by -D stays. It must run as the user that the broker runs as.
func (s Settings) addJavaProperties() {
	systems := map[string]string{"linux": "Linux", "darwin": "Mac OS X", "freebsd": "FreeBSD"}
	own := map[string]string{
		"file.separator": string(os.PathSeparator), "path.separator": string(os.PathListSeparator), "line.separator": "\n",
		"os.name": systems[runtime.GOOS], "os.arch": runtime.GOARCH,
	}
	if directory, err := os.Getwd(); err == nil {
		own["user.dir"] = directory
	}
	if account, err := user.Current(); err == nil {
		own["user.name"], own["user.home"] = account.Username, account.HomeDir
	}
	for name, value := range own {
		if _, set := s.Properties[name]; !set && value != "" {
			s.Properties[name] = value
		}
	}
}

// warnOfIdleOptions logs the options that somebody counts on and that do nothing without Java. Their values stay out of
// the log: some are secrets.
func (c *call) warnOfIdleOptions() {
	log := logging.Logger("org.apache.activemq.broker.BrokerService")
	for _, option := range c.javaOptions {
		name, _, _ := strings.Cut(option, "=")
		if strings.HasPrefix(name, "-javaagent:") || strings.HasPrefix(name, "-agent") {
			log.Warn("Option " + name + " has no effect: no Java runs here")
		}
	}
	if c.properties["com.sun.management.jmxremote.port"] != "" {
		log.Warn("Option -Dcom.sun.management.jmxremote.port has no effect: there is no JMX port, Jolokia serves the same beans")
	}
}
