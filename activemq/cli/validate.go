package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Validator is what a Program offers besides to serve the command "validate": it reads the configuration that s names, writes to out what a broker of
// it would be, and returns an error when a start would fail.
type Validator interface {
	Validate(s Settings, out io.Writer) error
}

// ErrReported is the error of a validation whose report has told all.
var ErrReported = errors.New("the configuration is not valid")

// Validation says how a report is to be.
type Validation struct {
	JSON   bool // for programs
	Strict bool // warnings are errors
	Diff   bool // with the settings that differ from the release's defaults
}

// option takes an option of the command and tells whether it is one.
func (v *Validation) option(arg string) bool {
	switch arg {
	case "--json":
		v.JSON = true
	case "--strict":
		v.Strict = true
	case "--diff":
		v.Diff = true
	default:
		return false
	}
	return true
}

// validate checks the configuration without starting anything.
func (c *call) validate() int {
	v, ok := c.program.(Validator)
	if !ok {
		return c.fail(fmt.Errorf("validate: not served by this version"))
	}
	if err := c.settings.look(); err != nil {
		return c.fail(err)
	}
	c.settings.addJavaProperties()
	err := v.Validate(c.settings, c.out)
	if errors.Is(err, ErrReported) {
		return exitFailed
	}
	return c.exitAfter(err)
}

// look lets the URI also be a directory, of the configuration or of an installation, or a file of any name.
func (s *Settings) look() error {
	info, err := os.Stat(s.URI)
	if err != nil {
		return nil // no path, or a file that the reader will miss
	}
	path, err := filepath.Abs(s.URI)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		s.URI = "xbean:file:" + path
		return nil
	}
	for _, conf := range []string{path, filepath.Join(path, "conf")} {
		file := filepath.Join(conf, "activemq.xml")
		if _, err := os.Stat(file); err != nil {
			continue
		}
		s.URI, s.Conf = "xbean:file:"+file, conf
		s.Properties["activemq.conf"] = conf
		if base := filepath.Dir(conf); filepath.Base(conf) == "conf" {
			s.Base, s.Data = base, filepath.Join(base, "data")
			s.Properties["activemq.base"], s.Properties["activemq.data"] = base, s.Data
		}
		return nil
	}
	return fmt.Errorf("%s: neither activemq.xml nor conf/activemq.xml is in this directory", s.URI)
}
