package config

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// LoginConfig is a login.config: the login modules of each entry, in order.
//
//	activemq {
//	    org.apache.activemq.jaas.PropertiesLoginModule required
//	        debug=true
//	        org.apache.activemq.jaas.properties.user="users.properties";
//	};
type LoginConfig map[string][]LoginModule

// LoginModule is one step of a login.
type LoginModule struct {
	At      Position
	Class   string
	Flag    string // required, requisite, sufficient or optional
	Options map[string]string
}

// ParseLoginConfig reads the text of a login.config. property finds what ${name} in a quoted value stands for; nil: nothing.
func ParseLoginConfig(path string, data []byte, property func(name string) (string, bool)) (LoginConfig, error) {
	if property == nil {
		property = func(string) (string, bool) { return "", false }
	}
	p := &loginParser{path: path, text: string(data), line: 1, expand: defaultPlaceholders(property)}
	config := LoginConfig{}
	p.next()
	for p.token != "" && p.err == nil {
		at := p.at()
		name := p.word("name of an entry")
		p.expect("{")
		var modules []LoginModule
		for p.err == nil && p.token != "}" {
			modules = append(modules, p.module())
		}
		p.expect("}")
		p.expect(";")
		if _, twice := config[name]; twice && p.err == nil {
			return nil, &syntaxError{at, fmt.Sprintf("entry %s appears twice", name)}
		}
		config[name] = modules
	}
	if p.err != nil {
		return nil, p.err
	}
	return config, nil
}

// loginParser holds one token ahead. The first error stays.
type loginParser struct {
	path, text string
	line       int
	lineStart  int
	pos        int
	token      string // "" at the end
	start      int
	quoted     bool
	expand     placeholders
	err        error
}

// module reads a login module up to and with its semicolon.
func (p *loginParser) module() LoginModule {
	m := LoginModule{At: p.at(), Options: map[string]string{}}
	m.Class = p.word("class of a login module")
	m.Flag = strings.ToLower(p.token)
	if !slices.Contains([]string{"required", "requisite", "sufficient", "optional"}, m.Flag) {
		p.fail("flag of %s is %q, want required, requisite, sufficient or optional", m.Class, p.token)
	}
	p.next()
	for p.err == nil && p.token != ";" {
		name := p.word("name of an option")
		p.expect("=")
		m.Options[name] = p.value()
	}
	p.expect(";")
	return m
}

func (p *loginParser) at() Position {
	return Position{File: p.path, Line: p.line, Column: len([]rune(p.text[p.lineStart:p.start])) + 1}
}

func (p *loginParser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = &syntaxError{p.at(), fmt.Sprintf(format, args...)}
	}
}

// word takes a word or a quoted string.
func (p *loginParser) word(what string) string {
	w := p.token
	if w == "" || !p.quoted && strings.Contains("{};=", w) {
		p.fail("%q, want the %s", w, what)
	}
	p.next()
	return w
}

// value takes the value of an option, in which placeholders are replaced when it is quoted.
func (p *loginParser) value() string {
	quoted := p.quoted
	v := p.token
	if v == "" && !quoted || !quoted && strings.Contains("{};=", v) {
		p.fail("%q, want the value of an option", v)
	}
	if quoted {
		expanded, err := p.expand.expand(v)
		if err != nil {
			p.fail("%v", err)
		}
		v = expanded
	}
	p.next()
	return v
}

func (p *loginParser) expect(mark string) {
	if p.quoted || p.token != mark {
		p.fail("%q, want %q", p.token, mark)
	}
	p.next()
}

// next reads a token: a word, a quoted string without its quotes, or one of the marks { } ; =
func (p *loginParser) next() {
	if p.err != nil {
		return
	}
	p.skip()
	p.token, p.quoted, p.start = "", false, p.pos
	if p.pos == len(p.text) {
		return
	}
	switch c := p.text[p.pos]; {
	case strings.IndexByte("{};=", c) >= 0:
		p.pos++
		p.token = string(c)
	case c == '"' || c == '\'':
		p.quote(c)
	default:
		for p.pos < len(p.text) && loginWord(p.text[p.pos]) {
			p.pos++
		}
		if p.token = p.text[p.start:p.pos]; p.token == "" {
			p.fail("character %q has no meaning here", []rune(p.text[p.pos:])[0])
		}
	}
}

func loginWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80 || strings.IndexByte("._$*-", c) >= 0
}

// quote reads a quoted string. A backslash makes the next character stand for itself.
func (p *loginParser) quote(mark byte) {
	p.quoted = true
	var b strings.Builder
	for i := p.pos + 1; i < len(p.text) && p.text[i] != '\n'; i++ {
		switch c := p.text[i]; {
		case c == mark:
			p.token, p.pos = b.String(), i+1
			return
		case c == '\\' && i+1 < len(p.text):
			i++
			b.WriteByte(p.text[i])
		default:
			b.WriteByte(c)
		}
	}
	p.fail("quote is not closed on its line")
}

// skip passes over blanks and comments.
func (p *loginParser) skip() {
	for p.pos < len(p.text) {
		rest := p.text[p.pos:]
		switch {
		case rest[0] == '\n':
			p.pos++
			p.line, p.lineStart = p.line+1, p.pos
		case isBlank(rest[0]) || rest[0] == '\f':
			p.pos++
		case strings.HasPrefix(rest, "//"):
			if i := strings.IndexByte(rest, '\n'); i >= 0 {
				p.pos += i
			} else {
				p.pos = len(p.text)
			}
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				p.start = p.pos
				p.fail("comment is not closed")
				p.pos = len(p.text)
				return
			}
			comment := rest[:end+4]
			p.line += strings.Count(comment, "\n")
			if i := strings.LastIndexByte(comment, '\n'); i >= 0 {
				p.lineStart = p.pos + i + 1
			}
			p.pos += len(comment)
		default:
			return
		}
	}
}

const propertiesLoginModule = "org.apache.activemq.jaas.PropertiesLoginModule"

// loginRealm makes a realm of the entry of login.config that a login service names. Users and groups come from the files
// beside it: user=password, and group=user,user.
func (c *context) loginRealm(entry string, at Position) *Realm {
	path, ok := c.env.Properties["java.security.auth.login.config"]
	if !ok {
		path = filepath.Join(c.confDir(), "login.config")
	}
	data, err := c.readText(path)
	if err != nil {
		c.fail(at, err)
		return nil
	}
	config, err := ParseLoginConfig(path, data, c.systemValue)
	if err != nil {
		c.fail(at, err)
		return nil
	}
	modules, ok := config[entry]
	if !ok {
		c.errorf(at, "%s has no entry %q", path, entry)
		return nil
	}
	realm := &Realm{At: at, users: map[string]realmUser{}}
	for _, m := range modules {
		if m.Class != propertiesLoginModule {
			c.warnf(m.At, "login module %s is not served for the web console: nobody can log in by it", m.Class)
			continue
		}
		if err := c.addLoginUsers(realm, m, filepath.Dir(path)); err != nil {
			c.fail(m.At, err)
		}
	}
	return realm
}

// addLoginUsers reads the two files of a PropertiesLoginModule. Passwords are clear text there, whatever they look like.
func (c *context) addLoginUsers(realm *Realm, m LoginModule, dir string) error {
	if base := m.Options["baseDir"]; base != "" {
		dir = base
	}
	clear := func(value string) (string, error) { return value, nil }
	if strings.EqualFold(m.Options["decrypt"], "true") {
		password, ok := c.env.LookupEnv(encryptionVariable)
		if !ok {
			return fmt.Errorf("%s wants to decrypt, and environment variable %s is not set", m.Class, encryptionVariable)
		}
		clear = (&decryptor{algorithm: cmp.Or(m.Options["algorithm"], encryptionAlgorithm), password: password, iterations: encryptionIterations}).value
	}
	read := func(option string) (*Properties, error) {
		path := m.Options[option]
		if path == "" {
			return nil, fmt.Errorf("option %s of %s is missing", option, m.Class)
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		data, err := c.readText(path)
		if err != nil {
			return nil, err
		}
		return ParseProperties(path, data)
	}
	users, err := read("org.apache.activemq.jaas.properties.user")
	if err != nil {
		return err
	}
	groups, err := read("org.apache.activemq.jaas.properties.group")
	if err != nil {
		return err
	}
	for _, name := range users.Names() {
		u := realmUser{clear: true}
		u.credential, _ = users.Get(name)
		if u.credential, err = clear(u.credential); err != nil {
			return fmt.Errorf("password of %s: %w", name, err)
		}
		for _, g := range groups.Names() {
			if members, _ := groups.Get(g); slices.Contains(splitList(members), name) {
				u.roles = append(u.roles, g)
			}
		}
		realm.users[name] = u
	}
	return nil
}
