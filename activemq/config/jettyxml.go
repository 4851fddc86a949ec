package config

import (
	"path/filepath"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// jettyxml.go reads the console of release 6.3. Its Spring file holds one bean, JettyServerBean, that names a directory of
// files in Jetty's own XML; jetty-spring.properties says which of them count and has the values for their properties:
//
//	<Configure id="Server" class="…Server">                the object that the file is about
//	  <Set name="port"><Property name="p" default="1"/></Set>    a setter; <Set name="host" property="p"/> where p has a value
//	  <Call name="put"> <Arg>…</Arg> </Call>                 a method
//	  <New id="x" class="…"> … </New>  <Ref refid="x"/>       an object, and the same once more
//	  <Array> <Item>…</Item> </Array>                        several values
//	</Configure>
//
// Only what a Console tells is looked for: connectors, the login service, paths and roles, addresses, headers, contexts.

const jettyServerBean = "org.apache.activemq.spring.jetty.JettyServerBean"

// jettyReader collects a Console from several files.
type jettyReader struct {
	*context
	console *Console
	at      Position
	own     *Properties // jetty-spring.properties
	docs    []*document
}

// bindJetty makes a Console of what a JettyServerBean names.
func (c *context) bindJetty(b *bean) *Console {
	conf := b.text("jettyConfDirectory")
	if conf == "" {
		conf = c.confDir()
	}
	dir := b.text("jettyXmlDirectory")
	if dir == "" {
		dir = filepath.Join(conf, "jetty")
	}
	r := &jettyReader{context: c, at: b.at, console: &Console{At: b.at}, own: &Properties{}}
	if err := c.addFile(r.own, "file:"+filepath.Join(conf, "jetty-spring.properties")); err != nil {
		c.fail(b.at, err)
		return nil
	}
	for _, name := range r.files(b) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		data, err := c.readText(name)
		if err != nil {
			c.fail(b.at, err)
			continue
		}
		doc, err := parseTyped(name, data, true)
		if err != nil {
			c.fail(b.at, err)
			continue
		}
		r.docs = append(r.docs, doc)
		c.files = append(c.files, name)
	}
	for _, doc := range r.docs {
		r.read(doc, doc.root)
	}
	return r.console
}

// files lists the files that count, in the order of loading.
func (r *jettyReader) files(b *bean) []string {
	var out []string
	add := func(property string) { out = append(out, splitList(r.property(property, ""))...) }
	add("jettyXmlFiles")
	if r.property("httpEnabled", "true") == "true" {
		add("jettyHttpXmlFiles")
	}
	if r.property("httpsEnabled", "false") == "true" {
		add("jettyHttpsXmlFiles")
	}
	add("jettyExtraXmlFiles")
	if apps := b.text("webAppsContext"); apps != "" {
		out = append(out, apps)
	}
	if len(out) > filesMax {
		r.errorf(r.at, "web server is made of %d files, at most %d are read", len(out), filesMax)
		return nil
	}
	return out
}

// property finds a value as the files' <Property> does: a system property, else one of jetty-spring.properties, else one
// that the server fills in.
func (r *jettyReader) property(name, fallback string) string {
	if v, ok := r.env.Properties[name]; ok {
		return v
	}
	if v, ok := r.own.Get(name); ok {
		return v
	}
	if name == "jetty.base" || name == "jetty.home" {
		return r.env.Properties[strings.Replace(name, "jetty", "activemq", 1)]
	}
	return fallback
}

// read looks for objects whose class tells something of the console, at any depth.
func (r *jettyReader) read(doc *document, e *etree.Element) {
	at := doc.at[e].element
	if e.Tag == "New" {
		switch class := e.SelectAttrValue("class", ""); {
		case class == "org.eclipse.jetty.server.ServerConnector":
			r.connector(e, at)
		case strings.HasSuffix(class, ".JAASLoginService"):
			r.console.Realm = r.loginRealm(r.set(e, "loginModuleName"), at)
			r.nameRealm(e)
		case strings.HasSuffix(class, ".HashLoginService"):
			r.hashRealm(e, at)
		case strings.HasSuffix(class, "SecurityHandler$PathMapped"):
			r.paths(doc, e)
		case strings.HasSuffix(class, ".InetAccessHandler"):
			r.console.Include = append(r.console.Include, r.callTexts(e, "include")...)
			r.console.Exclude = append(r.console.Exclude, r.callTexts(e, "exclude")...)
		case strings.HasSuffix(class, ".HeaderPatternRule"):
			r.console.Headers = append(r.console.Headers, Header{r.set(e, "pattern"), r.set(e, "headerName"), r.set(e, "headerValue")})
		case strings.HasSuffix(class, ".WebAppContext"):
			r.console.Contexts = append(r.console.Contexts, WebContext{r.set(e, "contextPath"), r.set(e, "baseResourceAsString") + r.set(e, "war")})
		}
	}
	for _, c := range e.ChildElements() {
		r.read(doc, c)
	}
}

// set returns the text that <Set name="…"> gives, or "".
func (r *jettyReader) set(e *etree.Element, name string) string {
	for _, c := range e.ChildElements() {
		if c.Tag != "Set" || !strings.EqualFold(c.SelectAttrValue("name", ""), name) {
			continue
		}
		if p := c.SelectAttrValue("property", ""); p != "" {
			return r.property(p, r.text(c))
		}
		return r.text(c)
	}
	return ""
}

// text puts together what stands inside an element: text, properties and environment variables.
func (r *jettyReader) text(e *etree.Element) string {
	var b strings.Builder
	for _, t := range e.Child {
		switch t := t.(type) {
		case *etree.CharData:
			b.WriteString(t.Data)
		case *etree.Element:
			name, fallback := t.SelectAttrValue("name", ""), t.SelectAttrValue("default", "")
			switch t.Tag {
			case "Property", "SystemProperty":
				b.WriteString(r.property(name, fallback))
			case "Env":
				if v, ok := r.env.LookupEnv(name); ok {
					fallback = v
				}
				b.WriteString(fallback)
			}
		}
	}
	return strings.TrimSpace(b.String())
}

// callTexts returns the texts that calls of a method are given, alone or in arrays.
func (r *jettyReader) callTexts(e *etree.Element, method string) []string {
	var out []string
	for _, c := range e.ChildElements() {
		if c.Tag == "Call" && c.SelectAttrValue("name", "") == method {
			out = append(out, r.items(c)...)
		}
	}
	return out
}

// items returns the texts inside an element's arguments and arrays.
func (r *jettyReader) items(e *etree.Element) []string {
	var out []string
	for _, c := range e.ChildElements() {
		switch c.Tag {
		case "Arg", "Item", "Array":
			if s := r.text(c); s != "" {
				out = append(out, s)
			}
			out = append(out, r.items(c)...)
		}
	}
	return out
}

// connector reads a ServerConnector. The one for TLS goes by its id, as in the files that Jetty ships.
func (r *jettyReader) connector(e *etree.Element, at Position) {
	text := r.set(e, "port")
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		r.errorf(at, "port of the web console is %q, want a number up to 65535", text)
		return
	}
	l := Listener{At: at, Host: r.set(e, "host"), Port: int(port)}
	if e.SelectAttrValue("id", "") == "sslConnector" {
		l.TLS = r.tls(at)
	}
	r.console.Listeners = append(r.console.Listeners, l)
}

// tls reads the key stores from the properties that jetty-ssl-context.xml takes them from. Paths are relative to the base.
func (r *jettyReader) tls(at Position) *ListenerTLS {
	text := func(name string) string { return r.property("jetty.sslContext."+name, "") }
	path := func(name string) string {
		if p := text(name); p != "" && !filepath.IsAbs(p) {
			return filepath.Join(r.property("jetty.base", ""), p)
		}
		return text(name)
	}
	secret := func(name string) string {
		clear, err := Deobfuscate(text(name))
		if err != nil {
			r.errorf(at, "jetty.sslContext.%s: %v", name, err)
		}
		return clear
	}
	return &ListenerTLS{
		KeyStorePath: path("keyStorePath"), KeyStoreType: text("keyStoreType"), KeyStorePassword: secret("keyStorePassword"),
		KeyManagerPassword: secret("keyManagerPassword"),
		TrustStorePath:     path("trustStorePath"), TrustStoreType: text("trustStoreType"), TrustStorePassword: secret("trustStorePassword"),
		NeedClientAuth: text("needClientAuth") == "true", WantClientAuth: text("wantClientAuth") == "true",
	}
}

// hashRealm reads the users of a HashLoginService.
func (r *jettyReader) hashRealm(e *etree.Element, at Position) {
	path := r.set(e, "config")
	data, err := r.readText(path)
	if err == nil {
		r.console.Realm, err = ParseRealm(path, data)
	}
	if err != nil {
		r.fail(at, err)
		return
	}
	r.console.Realm.At = at
	r.nameRealm(e)
}

func (r *jettyReader) nameRealm(e *etree.Element) {
	if r.console.Realm != nil {
		r.console.Realm.Name = r.set(e, "name")
	}
}

// paths reads the calls put(path, constraint) of a security handler.
func (r *jettyReader) paths(doc *document, handler *etree.Element) {
	for _, call := range handler.ChildElements() {
		if call.Tag != "Call" || call.SelectAttrValue("name", "") != "put" {
			continue
		}
		at := doc.at[call].element
		args := call.SelectElements("Arg")
		if len(args) != 2 || r.text(args[0]) == "" {
			r.errorf(at, "put wants a path and a constraint")
			continue
		}
		constraint := Constraint{At: at, Paths: []string{r.text(args[0])}, Authenticate: true}
		r.access(at, args[1], &constraint)
		r.console.Constraints = append(r.console.Constraints, constraint)
	}
}

// access reads a constraint: Constraint.from with roles, or one of the constants of that class. What it does not
// understand keeps everybody out.
func (r *jettyReader) access(at Position, arg *etree.Element, constraint *Constraint) {
	for _, e := range arg.ChildElements() {
		name := e.SelectAttrValue("name", "")
		switch {
		case e.Tag == "Call" && name == "from":
			constraint.Roles = r.items(e)
			return
		case e.Tag == "Get" && (name == "ANY_USER" || name == "KNOWN_ROLE"):
			constraint.Roles = []string{"*"}
			return
		case e.Tag == "Get" && (name == "ALLOWED" || name == "SECURE_TRANSPORT"):
			constraint.Authenticate = false
			return
		case e.Tag == "Get" && name == "FORBIDDEN":
			return
		}
	}
	r.errorf(at, "constraint of %s is not understood, want a call of from or a constant", constraint.Paths[0])
}
