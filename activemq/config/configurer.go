package config

import (
	"errors"
	"io/fs"
	"strings"
)

// A configurer is the bean that makes ${…} work: without one, the text stays as it is. Several take turns.

// isConfigurer knows the classes by their ending, since encrypting variants of other projects keep it.
func (b *bean) isConfigurer() bool {
	return strings.HasSuffix(b.class, "PropertyPlaceholderConfigurer") || strings.HasSuffix(b.class, "PropertySourcesPlaceholderConfigurer")
}

// replacePlaceholders lets each configurer go over all beans, also those that nobody uses: a placeholder without a value
// fails the file wherever it stands.
func (c *context) replacePlaceholders() {
	for _, b := range c.beans {
		if b.isConfigurer() {
			if p, ok := c.configurer(b); ok {
				c.replaceWith(p)
			}
		}
	}
}

// replaceWith lets one configurer go over all beans but the configurers.
func (c *context) replaceWith(p placeholders) {
	replace := func(v *value) {
		if v.kind != literal && v.kind != reference {
			return
		}
		text, err := p.expand(v.text)
		if err != nil {
			c.fail(v.at, err)
			return
		}
		v.text = text
	}
	for _, b := range c.beans {
		if b.isConfigurer() {
			continue
		}
		b.walk(replace)
	}
}

// configurer reads the settings of a configurer and the files that it names.
func (c *context) configurer(b *bean) (placeholders, bool) {
	own := &Properties{}
	ok := c.localProperties(b, own)
	var secrets *decryptor
	if b.encrypting() {
		if secrets = c.decryptorOf(b); secrets == nil {
			return placeholders{}, false
		}
	}
	flag := func(name string, fallback bool) bool {
		p := b.property(name)
		if p == nil {
			return fallback
		}
		v, err := parseBoolean(b.text(name), false)
		if err != nil {
			c.errorf(p.at, "%s: %v", name, err)
		}
		return v
	}
	system := func(name string) (string, bool) {
		if v, ok := c.env.Properties[name]; ok {
			return v, true
		}
		if flag("searchSystemEnvironment", true) {
			return c.env.LookupEnv(name)
		}
		return "", false
	}
	order := []func(string) (string, bool){own.Get, system}
	mode := b.text("systemPropertiesModeName") + b.text("systemPropertiesMode")
	sources := strings.HasSuffix(b.class, "PropertySourcesPlaceholderConfigurer")
	switch {
	case mode == "SYSTEM_PROPERTIES_MODE_OVERRIDE" || mode == "2" || mode == "OVERRIDE" || sources && !flag("localOverride", false):
		order = []func(string) (string, bool){system, own.Get}
	case mode == "SYSTEM_PROPERTIES_MODE_NEVER" || mode == "0" || mode == "NEVER":
		order = order[:1]
	}
	p := defaultPlaceholders(func(name string) (string, bool) {
		for _, lookup := range order {
			if v, ok := lookup(name); ok {
				return v, true
			}
		}
		return "", false
	})
	if secrets != nil {
		p.decrypt = secrets.value
		for _, name := range own.names { // the original decrypts all, used or not
			if _, err := secrets.value(own.values[name]); err != nil {
				c.errorf(b.at, "property %q: %v", name, err)
				ok = false
			}
		}
	}
	for name, field := range map[string]*string{"placeholderPrefix": &p.prefix, "placeholderSuffix": &p.suffix, "valueSeparator": &p.separator} {
		if b.property(name) != nil {
			*field = b.text(name)
		}
	}
	if p.prefix == "" || p.suffix == "" {
		c.errorf(b.at, "prefix and suffix of placeholders must not be empty")
		return p, false
	}
	p.ignoreUnresolved = flag("ignoreUnresolvablePlaceholders", false)
	p.trim = flag("trimValues", false)
	return p, ok
}

// localProperties collects a configurer's own properties: those written into it, then those of its files, the later
// over the earlier.
func (c *context) localProperties(b *bean, own *Properties) bool {
	expand := defaultPlaceholders(c.systemValue)
	expand.ignoreUnresolved = true
	ignoreMissing := strings.EqualFold(b.text("ignoreResourceNotFound"), "true")
	ok := true
	for _, p := range b.properties {
		switch p.name {
		case "properties", "propertiesArray":
			ok = c.inlineProperties(p.value, own) && ok
		case "location", "locations":
			for _, location := range locations(p.value) {
				text, err := expand.expand(location.text)
				if err == nil {
					err = c.addFile(own, text)
				}
				if err != nil && !(ignoreMissing && errors.Is(err, fs.ErrNotExist)) {
					c.fail(location.at, err)
					ok = false
				}
			}
		}
	}
	return ok
}

// inlineProperties adds properties that are written into the configuration: as a map, or as name=value lines.
func (c *context) inlineProperties(v *value, own *Properties) bool {
	v.walk(func(v *value) {
		for _, e := range v.entries {
			own.put(e.key.text, e.value.text, e.value.at.Line)
		}
	})
	if v.kind == literal {
		p, err := ParseProperties(v.at.File, []byte(v.text))
		if err != nil {
			c.errorf(v.at, "text is not name=value lines: %v", err)
			return false
		}
		own.merge(p)
	}
	return true
}

// locations lists the files that a value names: one, several with commas, or a list.
func locations(v *value) []*value {
	var out []*value
	v.walk(func(v *value) {
		if v.kind != literal {
			return
		}
		for _, s := range splitList(v.text) {
			out = append(out, literalValue(v.at, s))
		}
	})
	return out
}

// addFile adds the properties of a file over those here.
func (c *context) addFile(own *Properties, location string) error {
	path, err := c.resource(location, "")
	if err != nil {
		return err
	}
	data, err := c.readText(path)
	if err != nil {
		return err
	}
	p, err := ParseProperties(path, data)
	if err != nil {
		return err
	}
	own.merge(p)
	return nil
}
