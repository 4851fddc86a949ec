package config

import (
	"slices"
	"strconv"
	"strings"
)

// Listener is an address of the console.
type Listener struct {
	At   Position
	Host string // "": all interfaces
	Port int
	TLS  *ListenerTLS // nil: plain HTTP
}

// ListenerTLS are the key stores of a listener for HTTPS. Passwords are clear, whatever form the file has.
type ListenerTLS struct {
	KeyStorePath, KeyStoreType, KeyStorePassword       string
	KeyManagerPassword                                 string // of the key, "": KeyStorePassword
	TrustStorePath, TrustStoreType, TrustStorePassword string
	NeedClientAuth, WantClientAuth                     bool
}

// runConsolePort does what the bean jettyPort does when it starts: give the system properties for the address of the
// console a value where the command line gave none.
func (c *context) runConsolePort() {
	b := c.beanOf("org.apache.activemq.web.WebConsolePort")
	if b == nil {
		return
	}
	for name, fallback := range map[string]string{"host": "0.0.0.0", "port": "8161"} {
		if p := b.property(name); p != nil {
			fallback = c.evaluate(p.value)
		}
		if _, given := c.env.Properties["jetty."+name]; !given {
			c.consolePort["jetty."+name] = fallback
		}
	}
}

// listeners reads the connectors that the server is given: a property of its own, or the argument of a method call.
// Connectors outside those lists are not started.
func (c *context) listeners(server *bean) []Listener {
	values := items(server, "connectors")
	for _, b := range c.beans {
		if b.text("targetMethod") == "setConnectors" && c.propertyBean(b, "targetObject") == server {
			values = append(values, items(b, "arguments")...)
		}
	}
	var out []Listener
	for i := 0; i < len(values); i++ {
		if values[i].kind == list { // an array in the list of arguments
			values = slices.Insert(values, i+1, values[i].list...)
			continue
		}
		b := c.target(values[i])
		if b == nil || !strings.HasSuffix(b.class, "Connector") {
			c.errorf(values[i].at, "list of connectors holds something else")
			continue
		}
		if l, ok := c.listener(b); ok {
			out = append(out, l)
		}
	}
	if len(out) == 0 {
		c.warnf(server.at, "web server has no connector: there is no web console")
	}
	return out
}

// listener reads a connector: no host means all interfaces, and a port it must have.
func (c *context) listener(b *bean) (Listener, bool) {
	l := Listener{At: b.at}
	if p := b.property("host"); p != nil {
		l.Host = c.evaluate(p.value)
	}
	p := b.property("port")
	if p == nil {
		c.errorf(b.at, "connector of the web console has no port")
		return l, false
	}
	port, err := strconv.ParseUint(strings.TrimSpace(c.evaluate(p.value)), 10, 16)
	if err != nil {
		c.errorf(p.at, "port of the web console is %q, want a number up to 65535", c.evaluate(p.value))
		return l, false
	}
	l.Port = int(port)
	l.TLS = c.listenerTLS(b)
	return l, true
}

// listenerTLS finds the settings for HTTPS: on the connector itself in old files, else in a bean for them among the
// arguments of its constructor, at any depth.
func (c *context) listenerTLS(b *bean) *ListenerTLS {
	source := b
	if !strings.Contains(b.class, "Ssl") {
		source = nil
		seen := map[*bean]bool{}
		var visit func(v *value)
		visit = func(v *value) {
			if t := c.target(v); t != nil && strings.Contains(t.class, "SslContextFactory") {
				source = t
			} else if v.kind == reference && t != nil && strings.HasSuffix(t.class, "ConnectionFactory") && !seen[t] {
				seen[t] = true
				t.walk(visit)
			}
		}
		b.walk(visit)
	}
	if source == nil {
		return nil
	}
	text := func(names ...string) string {
		for _, n := range names {
			if p := source.property(n); p != nil {
				clear, err := Deobfuscate(c.evaluate(p.value))
				if err != nil {
					c.errorf(p.at, "%s: %v", n, err)
				}
				return clear
			}
		}
		return ""
	}
	return &ListenerTLS{
		KeyStorePath: text("keyStorePath", "keystore", "keyStore"), KeyStoreType: text("keyStoreType", "keystoreType"),
		KeyStorePassword: text("keyStorePassword", "password"), KeyManagerPassword: text("keyManagerPassword", "keyPassword"),
		TrustStorePath: text("trustStorePath", "trustStore", "truststore"), TrustStoreType: text("trustStoreType", "truststoreType"),
		TrustStorePassword: text("trustStorePassword", "trustPassword"),
		NeedClientAuth:     text("needClientAuth") == "true", WantClientAuth: text("wantClientAuth") == "true",
	}
}
