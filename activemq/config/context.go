package config

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
)

// filesMax bounds how many files one configuration is made of.
const filesMax = 100

// parentsMax bounds how far a bean's settings may come from.
const parentsMax = 100

// context holds the beans of a file and its imports, which share one set of names.
type context struct {
	findings
	env     *Environment
	files   []string
	opening []string // files being read, outermost first
	beans   []*bean  // defined at the top level, in order
	byID    map[string]*bean
	aliases map[string]string
	made    map[*bean]bound

	unserved int // how many elements and settings that are not served surround what is being bound

	consolePort map[string]string // system properties that the console's port bean sets
}

func newContext(env *Environment) *context {
	return &context{env: env, byID: map[string]*bean{}, aliases: map[string]string{}, made: map[*bean]bound{}, consolePort: map[string]string{}}
}

// load reads a file of beans. What is wrong inside it is a finding; the error is that of a file that cannot be read.
func (c *context) load(path string) error {
	data, err := c.env.ReadFile(path)
	if err != nil {
		return err
	}
	c.files = append(c.files, path)
	doc, err := parseDocument(path, data)
	if err != nil {
		c.fail(Position{File: path}, err)
		return nil
	}
	c.opening = append(c.opening, filepath.Clean(path))
	(&reader{context: c, doc: doc}).root()
	c.opening = c.opening[:len(c.opening)-1]
	return nil
}

// importFile reads what <import resource="…"> names.
func (c *context) importFile(resource string, from Position) {
	if resource == "" {
		c.errorf(from, "import names no resource")
		return
	}
	expand := defaultPlaceholders(c.systemValue)
	resource, err := expand.expand(resource)
	if err != nil {
		c.fail(from, err)
		return
	}
	path, err := c.resource(resource, filepath.Dir(from.File))
	if err != nil {
		c.fail(from, err)
		return
	}
	if len(c.files) == filesMax {
		c.errorf(from, "import of %s: more than %d files", path, filesMax)
		return
	}
	if slices.Contains(c.opening, filepath.Clean(path)) {
		c.errorf(from, "import of %s leads back to itself", path)
		return
	}
	if err := c.load(path); err != nil {
		c.errorf(from, "import of %s: %v", resource, err)
	}
}

// resource turns the location of a file into a path. The class path of the original begins with its conf directory,
// and that is where classpath: looks. A plain path is relative to dir, or on the class path where dir is "".
func (c *context) resource(location, dir string) (string, error) {
	scheme, rest, found := strings.Cut(location, ":")
	switch {
	case found && scheme == "file":
		return strings.TrimPrefix(rest, "//"), nil
	case found && (scheme == "classpath" || scheme == "classpath*"):
		return filepath.Join(c.confDir(), rest), nil
	case found && len(scheme) > 1 && !strings.ContainsAny(scheme, `/\`):
		return "", errors.New(location + " is no file: only file: and classpath: are read")
	case dir == "":
		return filepath.Join(c.confDir(), location), nil
	case filepath.IsAbs(location):
		return location, nil
	}
	return filepath.Join(dir, location), nil
}

// confDir is the directory of the configuration, which the launcher names.
func (c *context) confDir() string {
	if conf, ok := c.env.Properties["activemq.conf"]; ok {
		return conf
	}
	return filepath.Join(c.env.Properties["activemq.base"], "conf")
}

// systemValue finds a system property, else an environment variable.
func (c *context) systemValue(name string) (string, bool) {
	if v, ok := c.env.Properties[name]; ok {
		return v, true
	}
	return c.env.LookupEnv(name)
}

// define enters a top-level bean under its names. nil is a bean whose reading failed.
func (c *context) define(b *bean) {
	if b == nil {
		return
	}
	c.beans = append(c.beans, b)
	for _, id := range append([]string{b.id}, b.aliases...) {
		if id == "" {
			continue
		}
		if other := c.byID[id]; other != nil {
			if other.at.File == b.at.File {
				c.errorf(b.at, "bean %q is defined a second time, first at line %d", id, other.at.Line)
				continue
			}
			c.beans = slices.DeleteFunc(c.beans, func(x *bean) bool { return x == other }) // a file overrides what it imports
		}
		c.byID[id] = b
	}
}

// find returns the bean that goes by a name, or nil.
func (c *context) find(id string) *bean {
	for range len(c.aliases) + 1 {
		if b := c.byID[id]; b != nil {
			return b
		}
		other, ok := c.aliases[id]
		if !ok {
			return nil
		}
		id = other
	}
	return nil
}

// target returns the bean that a value holds or refers to, or nil.
func (c *context) target(v *value) *bean {
	switch {
	case v == nil:
		return nil
	case v.kind == inner:
		return v.bean
	case v.kind == reference:
		return c.find(v.text)
	}
	return nil
}

// inherit gives beans with a parent what they do not say themselves.
func (c *context) inherit() {
	for _, top := range c.beans {
		for _, b := range top.beans() {
			c.inheritFrom(b, 0)
		}
	}
}

// inheritFrom takes over what the parent says after the parent has done the same.
func (c *context) inheritFrom(b *bean, depth int) {
	if b.parent == "" {
		return
	}
	parent := c.find(b.parent)
	if parent == nil || depth > parentsMax {
		c.errorf(b.at, "parent %q of a bean is not defined, or leads back to it", b.parent)
		b.parent = ""
		return
	}
	c.inheritFrom(parent, depth+1)
	b.parent = ""
	if b.class == "" {
		b.class, b.schema = parent.class, parent.schema
	}
	b.properties = append(slices.Clone(parent.properties), b.properties...)
	if len(b.arguments) == 0 {
		b.arguments = parent.arguments
	}
}
