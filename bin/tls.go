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

// readTLS reads the key stores that sslContext names, or where there is none those of the properties that Java has for it.
func (r *running) readTLS() (*tls.Config, error) {
	c := r.config.SSLContext
	if c == nil {
		c = &config.SSLContext{
			KeyStore:           r.settings.Properties["javax.net.ssl.keyStore"],
			KeyStorePassword:   r.settings.Properties["javax.net.ssl.keyStorePassword"],
			TrustStore:         r.settings.Properties["javax.net.ssl.trustStore"],
			TrustStorePassword: r.settings.Properties["javax.net.ssl.trustStorePassword"],
		}
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.KeyStore != "" {
		keys, err := security.ReadKeys(r.resource(c.KeyStore), c.KeyStorePassword, c.KeyStoreKeyPassword)
		if err != nil {
			return nil, err
		}
		t.Certificates = []tls.Certificate{keys}
	}
	if c.TrustStore != "" {
		trusted, err := security.ReadTrusted(r.resource(c.TrustStore), c.TrustStorePassword)
		if err != nil {
			return nil, err
		}
		t.ClientCAs = x509.NewCertPool()
		for _, one := range trusted {
			t.ClientCAs.AddCert(one)
		}
	}
	if c.CRLPath != "" {
		revoked, err := security.ReadRevoked(r.resource(c.CRLPath))
		if err != nil {
			return nil, err
		}
		t.VerifyConnection = func(s tls.ConnectionState) error { return revoked.Check(s.VerifiedChains) }
	}
	return t, nil
}

// resource finds a file as the configuration names it: by a path, a file: URL, or its name in the conf directory.
func (r *running) resource(name string) string {
	if rest, ok := strings.CutPrefix(name, "file:"); ok {
		if u, err := url.Parse(name); err == nil && u.Path != "" {
			return u.Path
		}
		return rest
	}
	name = strings.TrimPrefix(name, "classpath:")
	if _, err := os.Stat(name); err != nil && !filepath.IsAbs(name) {
		return filepath.Join(r.settings.Properties["activemq.conf"], name)
	}
	return name
}
