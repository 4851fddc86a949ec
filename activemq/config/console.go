package config

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Console is the web server that an imported jetty.xml describes, in the Spring form of releases 5.4 to 6.2: where it
// listens and who may see what.
type Console struct {
	At          Position
	Listeners   []Listener
	Constraints []Constraint // in the order of the file
	Realm       *Realm       // nil where no login service is configured
	Contexts    []WebContext
	Headers     []Header // added to responses

	// Include and Exclude hold the client addresses that an InetAccessHandler lets in and keeps out; no Include: all.
	Include, Exclude []string
}

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

// Constraint says what a path asks of the user.
type Constraint struct {
	At           Position
	Paths        []string // servlet path specs: /exact, /prefix/*, *.suffix, / for all else
	Roles        []string // any one of them; * stands for every user
	Authenticate bool     // false: the paths are open
}

// WebContext is a web application of the original, by the path it is served under.
type WebContext struct {
	Path, Base string
}

// Header is a response header that the original's rewrite rules set on paths that match.
type Header struct {
	Pattern, Name, Value string
}

// RolesFor tells whether a path needs a login, and which roles give access: any one of them will do. A login without
// roles means that nobody has access.
func (c *Console) RolesFor(path string) (roles []string, needLogin bool) {
	best := pathMatch{}
	for _, constraint := range c.Constraints {
		for _, spec := range constraint.Paths {
			m := matchPath(spec, path)
			switch {
			case m.group == noMatch || m.less(best):
				continue
			case best.less(m):
				best, roles, needLogin = m, nil, false
			}
			needLogin = needLogin || constraint.Authenticate
			roles = append(roles, constraint.Roles...)
		}
	}
	if !needLogin {
		return nil, false
	}
	return roles, true
}

// Permits tells whether somebody with the given roles may see a path. nil roles are those of a stranger, who has not
// logged in; a user without roles has an empty list.
func (c *Console) Permits(path string, roles []string) bool {
	want, login := c.RolesFor(path)
	if !login {
		return true
	}
	if roles == nil {
		return false
	}
	return slices.ContainsFunc(want, func(r string) bool { return r == "*" || r == "**" || slices.Contains(roles, r) })
}

// pathMatch ranks how well a path spec fits: an exact one before prefixes, those before suffixes, all before the
// default; within a group, the longer one.
type pathMatch struct{ group, length int }

const (
	noMatch = iota
	defaultMatch
	suffixMatch
	prefixMatch
	exactMatch
)

func (m pathMatch) less(o pathMatch) bool {
	return m.group < o.group || m.group == o.group && m.length < o.length
}

// matchPath compares a path with a servlet path spec (Servlet 3.1, section 12.2).
func matchPath(spec, path string) pathMatch {
	switch {
	case spec == "/":
		return pathMatch{defaultMatch, 1}
	case strings.HasPrefix(spec, "*."):
		if strings.HasSuffix(path, spec[1:]) {
			return pathMatch{suffixMatch, len(spec)}
		}
	case strings.HasSuffix(spec, "/*"):
		if prefix := spec[:len(spec)-2]; path == prefix || strings.HasPrefix(path, prefix+"/") {
			return pathMatch{prefixMatch, len(spec)}
		}
	case spec == path:
		return pathMatch{exactMatch, len(spec)}
	}
	return pathMatch{}
}

// bindConsole makes a Console of the beans of Jetty's classes, or returns nil where there is no server among them.
func (c *context) bindConsole() *Console {
	server := c.beanOf("org.eclipse.jetty.server.Server")
	if server == nil {
		return nil
	}
	out := &Console{At: server.at}
	c.runConsolePort()
	out.Listeners = c.listeners(server)
	if h := c.beanOf("org.eclipse.jetty.security.ConstraintSecurityHandler"); h != nil {
		out.Realm = c.realm(h)
		out.Constraints = c.constraints(h)
	}
	for _, b := range c.beans {
		for _, b := range b.beans() {
			c.consolePart(out, b)
		}
	}
	return out
}

// beanOf finds the first bean of a class, nested ones included.
func (c *context) beanOf(class string) *bean {
	for _, top := range c.beans {
		for _, b := range top.beans() {
			if b.class == class {
				return b
			}
		}
	}
	return nil
}

func (c *context) consolePart(out *Console, b *bean) {
	switch {
	case b.class == "org.eclipse.jetty.webapp.WebAppContext":
		out.Contexts = append(out.Contexts, WebContext{b.text("contextPath"), b.text("resourceBase") + b.text("war")})
	case strings.HasSuffix(b.class, ".HeaderPatternRule"):
		out.Headers = append(out.Headers, Header{b.text("pattern"), b.text("name"), b.text("value")})
	case strings.HasSuffix(b.class, ".MethodInvokingFactoryBean"):
		target := c.propertyBean(b, "targetObject")
		if target == nil || !strings.HasSuffix(target.class, ".InetAccessHandler") {
			return
		}
		addresses := c.texts(b, "arguments")
		switch b.text("targetMethod") {
		case "include":
			out.Include = append(out.Include, addresses...)
		case "exclude":
			out.Exclude = append(out.Exclude, addresses...)
		}
	}
}

// propertyBean returns the bean that a property holds or refers to, or nil.
func (c *context) propertyBean(b *bean, name string) *bean {
	if p := b.property(name); p != nil {
		return c.target(p.value)
	}
	return nil
}

// items returns the values of a list property; a single value is a list of one.
func items(b *bean, name string) []*value {
	p := b.property(name)
	if p == nil {
		return nil
	}
	if p.value.kind == list {
		return p.value.list
	}
	return []*value{p.value}
}

// texts returns the literals of a list property, with commas parting several.
func (c *context) texts(b *bean, name string) []string {
	var out []string
	for _, v := range items(b, name) {
		out = append(out, splitList(c.evaluate(v))...)
	}
	return out
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
		var visit func(v *value)
		visit = func(v *value) {
			if t := c.target(v); t != nil && strings.Contains(t.class, "SslContextFactory") {
				source = t
			} else if v.kind == reference && t != nil && strings.HasSuffix(t.class, "ConnectionFactory") {
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

// realm reads the login service of a security handler.
func (c *context) realm(handler *bean) *Realm {
	b := c.propertyBean(handler, "loginService")
	if b == nil {
		return nil
	}
	var realm *Realm
	switch {
	case strings.HasSuffix(b.class, ".HashLoginService"):
		realm = c.realmFile(b)
	case strings.HasSuffix(b.class, ".JAASLoginService"):
		entry, at := b.text("name"), b.at
		if p := b.property("loginModuleName"); p != nil {
			entry, at = c.evaluate(p.value), p.at
		}
		realm = c.loginRealm(entry, at)
	default:
		c.warnf(b.at, "login service %s is not served: nobody can log in to the web console", b.class)
		realm = &Realm{At: b.at}
	}
	if realm != nil {
		realm.Name = b.text("name")
	}
	return realm
}

func (c *context) realmFile(b *bean) *Realm {
	p := b.property("config")
	if p == nil {
		c.errorf(b.at, "login service names no realm file")
		return nil
	}
	path, err := c.resource(c.evaluate(p.value), ".")
	if err != nil {
		c.errorf(p.at, "%v", err)
		return nil
	}
	data, err := c.readText(path)
	if err != nil {
		c.errorf(p.at, "%v", err)
		return nil
	}
	realm, err := ParseRealm(path, data)
	if err != nil {
		c.errorf(p.at, "%v", err)
		return nil
	}
	realm.At = p.at
	return realm
}

func (c *context) constraints(handler *bean) []Constraint {
	var out []Constraint
	for _, v := range items(handler, "constraintMappings") {
		mapping := c.target(v)
		if mapping == nil {
			c.errorf(v.at, "constraint mapping is not defined")
			continue
		}
		b := c.propertyBean(mapping, "constraint")
		if b == nil {
			c.errorf(mapping.at, "constraint mapping has no constraint")
			continue
		}
		constraint := Constraint{At: mapping.at, Paths: c.texts(mapping, "pathSpec"), Roles: c.texts(b, "roles")}
		if p := b.property("authenticate"); p != nil {
			yes, err := parseBoolean(c.evaluate(p.value), false)
			if err != nil {
				c.errorf(p.at, "authenticate: %v", err)
			}
			constraint.Authenticate = yes
		}
		out = append(out, constraint)
	}
	return out
}

var (
	spelProperty    = regexp.MustCompile(`^systemProperties\s*(?:\[\s*['"]?([^'"\]]+)['"]?\s*\]|\.(\w+))$`)
	spelEnvironment = regexp.MustCompile(`^systemEnvironment\s*(?:\[\s*['"]?([^'"\]]+)['"]?\s*\]|\.(\w+))$`)
	spelString      = regexp.MustCompile(`^'([^']*)'$`)
	spelNumber      = regexp.MustCompile(`^[0-9]+$`)
)

// evaluate returns a literal with the expressions #{…} in it worked out. Of Spring's expression language only what
// configurations use is known: system properties, environment variables, constants, and ?: with a default.
func (c *context) evaluate(v *value) string {
	text := v.text
	for {
		start := strings.Index(text, "#{")
		if start < 0 {
			return text
		}
		end := strings.Index(text[start:], "}")
		if end < 0 {
			return text
		}
		result, ok := c.expression(text[start+2 : start+end])
		if !ok {
			c.errorf(v.at, "expression %s is not understood", text[start:start+end+1])
			return ""
		}
		text = text[:start] + strings.ReplaceAll(result, "#{", "") + text[start+end+1:]
	}
}

func (c *context) expression(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if m := spelProperty.FindStringSubmatch(text); m != nil {
		name := m[1] + m[2]
		if s, ok := c.env.Properties[name]; ok {
			return s, true
		}
		return c.consolePort[name], true
	}
	if m := spelEnvironment.FindStringSubmatch(text); m != nil {
		s, _ := c.env.LookupEnv(m[1] + m[2])
		return s, true
	}
	if m := spelString.FindStringSubmatch(text); m != nil {
		return m[1], true
	}
	if spelNumber.MatchString(text) {
		return text, true
	}
	if value, fallback, ok := strings.Cut(text, "?:"); ok {
		if s, ok := c.expression(value); !ok || s != "" {
			return s, ok
		}
		return c.expression(fallback)
	}
	return "", false
}
