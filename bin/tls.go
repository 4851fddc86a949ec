package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"goactivemq/activemq/config"
	"goactivemq/activemq/security"
)

// tlsSource is where the key stores are named.
type tlsSource struct {
	context    *config.SSLContext // nil: none
	properties map[string]string
	done       *tls.Config // nil: not read yet
}

// read returns what the broker proves itself with and whom it trusts. It reads the key stores once, when the first connector needs them.
func (s *tlsSource) read() (*tls.Config, error) {
	if s.done == nil {
		t, err := s.open()
		if err != nil {
			return nil, err
		}
		s.done = t
	}
	return s.done, nil
}

// open reads the key stores that sslContext names, or where there is none those of the properties that Java has for it.
func (s *tlsSource) open() (*tls.Config, error) {
	c := s.context
	if c == nil {
		c = &config.SSLContext{
			KeyStore:           s.properties["javax.net.ssl.keyStore"],
			KeyStorePassword:   s.properties["javax.net.ssl.keyStorePassword"],
			TrustStore:         s.properties["javax.net.ssl.trustStore"],
			TrustStorePassword: s.properties["javax.net.ssl.trustStorePassword"],
		}
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.KeyStore != "" {
		keys, err := security.ReadKeys(s.resource(c.KeyStore), c.KeyStorePassword, c.KeyStoreKeyPassword)
		if err != nil {
			return nil, err
		}
		t.Certificates = []tls.Certificate{keys}
	}
	if c.TrustStore != "" {
		trusted, err := security.ReadTrusted(s.resource(c.TrustStore), c.TrustStorePassword)
		if err != nil {
			return nil, err
		}
		t.ClientCAs = x509.NewCertPool()
		for _, one := range trusted {
			t.ClientCAs.AddCert(one)
		}
	}
	if c.CRLPath != "" {
		revoked, err := security.ReadRevoked(s.resource(c.CRLPath))
		if err != nil {
			return nil, err
		}
		t.VerifyConnection = func(state tls.ConnectionState) error { return revoked.Check(state.VerifiedChains) }
	}
	return t, nil
}

// resource finds a file as the configuration names it: by a path, a file: URL, or its name in the conf directory.
func (s *tlsSource) resource(name string) string {
	if rest, ok := strings.CutPrefix(name, "file:"); ok {
		if u, err := url.Parse(name); err == nil && u.Path != "" {
			return u.Path
		}
		return rest
	}
	name = strings.TrimPrefix(name, "classpath:")
	if _, err := os.Stat(name); err != nil && !filepath.IsAbs(name) {
		return filepath.Join(s.properties["activemq.conf"], name)
	}
	return name
}
