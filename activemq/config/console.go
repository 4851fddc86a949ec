package config

import "strings"

// Console is the web server that an imported file describes: where it listens and who may see what. Up to release 6.2
// the file is jetty.xml, which holds beans of Jetty's classes; 6.3 has jetty-spring.xml, see jettyxml.go.
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

// WebContext is a web application of the original, by the path it is served under.
type WebContext struct {
	Path, Base string
}

// Header is a response header that the original's rewrite rules set on paths that match.
type Header struct {
	Pattern, Name, Value string
}

// bindConsole makes a Console of the beans of Jetty's classes, or returns nil where there is no server among them.
func (c *context) bindConsole() *Console {
	if b := c.beanOf(jettyServerBean); b != nil {
		return c.bindJetty(b)
	}
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

// consolePart adds what a single bean says, wherever among the handlers it stands.
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

// realmFile reads the users of a HashLoginService. The original reads the file at start, too, and does not start without.
func (c *context) realmFile(b *bean) *Realm {
	p := b.property("config")
	if p == nil {
		c.errorf(b.at, "login service names no realm file")
		return nil
	}
	path, err := c.resource(c.evaluate(p.value), ".")
	if err != nil {
		c.fail(p.at, err)
		return nil
	}
	data, err := c.readText(path)
	if err != nil {
		c.fail(p.at, err)
		return nil
	}
	realm, err := ParseRealm(path, data)
	if err != nil {
		c.fail(p.at, err)
		return nil
	}
	realm.At = p.at
	return realm
}

// constraints reads the mappings that the security handler lists; others have no effect.
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
