// Package config reads the files that configure a broker into plain structs: activemq.xml in the forms that ActiveMQ
// Classic 5.15 to 6.3 takes, the jetty.xml that it imports, and the property, realm and login files that those name.
//
// Reading goes in steps, each in files of its own:
//
//	document.go               XML text to a tree with positions
//	spring.go, xbean.go       the tree to beans: descriptions of objects, in either dialect
//	context.go, configurer.go imports, bean names, placeholders
//	check.go                  names and values against what the original knows (schema.txt)
//	bind.go                   beans to the structs of broker.go, policy.go, store.go and so on
//	console.go, jettyxml.go   beans of Jetty's classes, or Jetty's own files, to a Console
//
// A struct field names its setting in a tag, and states.go says which settings the broker acts on: the running value, the answer of a validator and
// the table of what is supported (Supported) all come from these two.
//
// Nothing is opened, started or looked up beyond the files named. What the original judges only when a part is started
// (schemes, options and ports of addresses, directories) is not judged here either.
package config

import (
	"fmt"
	"os"
)

// Environment is what a configuration may refer to.
type Environment struct {
	// Properties are the system properties: activemq.home, activemq.base, activemq.conf, activemq.data, and what -D gave.
	Properties map[string]string

	// LookupEnv finds environment variables, nil: none.
	LookupEnv func(name string) (string, bool)

	// ReadFile reads a file that the configuration names, and the configuration itself, nil: os.ReadFile.
	ReadFile func(path string) ([]byte, error)

	// Hostname is the name that useLocalHostBrokerName gives a broker, "": the system's.
	Hostname string

	// Unvalidated lifts XML Schema's rules, as xbean:FILE?validate=false does: wider spellings of booleans and numbers,
	// placeholders in both, missing namespaces. Names are checked all the same.
	Unvalidated bool
}

// File is a configuration that was read whole.
type File struct {
	Path     string    // as given to Load
	Read     []string  // all XML files read, in order, imports included
	Broker   *Broker   // the first broker in the file
	Console  *Console  // nil where no file describes a web server
	Warnings []Problem // in the order of the text
	Notes    []Problem // of settings that have no meaning here
}

// Load reads the configuration at path with all that it imports. The error is an *Invalid where the configuration is at
// fault, and otherwise says which file could not be read.
func Load(path string, env Environment) (*File, error) {
	if env.ReadFile == nil {
		env.ReadFile = os.ReadFile
	}
	if env.LookupEnv == nil {
		env.LookupEnv = func(string) (string, bool) { return "", false }
	}
	if env.Hostname == "" {
		env.Hostname, _ = os.Hostname() // without one, the broker keeps its default name
	}
	c := newContext(&env)
	if err := c.load(path); err != nil {
		return nil, err
	}
	c.inherit()
	c.replacePlaceholders()
	c.check()
	file := &File{Path: path, Read: c.files}
	file.Broker = c.bindBroker(path)
	file.Console = c.bindConsole()
	if err := c.err(); err != nil {
		return nil, err
	}
	file.Warnings, file.Notes = c.of(Warning), c.of(Note)
	return file, nil
}

// bindBroker makes the first broker that the context defines.
func (c *context) bindBroker(path string) *Broker {
	for _, b := range c.beans {
		if b.schema == nil || b.schema.name != "broker" && b.schema.name != "brokerService" {
			continue
		}
		broker, _ := c.bind(b).Interface().(*Broker)
		return broker
	}
	if c.err() == nil {
		c.errorf(Position{File: path}, "no broker is defined")
	}
	return nil
}

// readText reads a file that the configuration names.
func (c *context) readText(path string) ([]byte, error) {
	data, err := c.env.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	return data, nil
}
