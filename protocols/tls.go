package protocols

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// handshakeTime is how long a client may take until it is known whether it is let in.
const handshakeTime = 30 * time.Second

// tlsVersions are Java's names.
var tlsVersions = map[string]uint16{"TLSv1": tls.VersionTLS10, "TLSv1.1": tls.VersionTLS11, "TLSv1.2": tls.VersionTLS12, "TLSv1.3": tls.VersionTLS13}

// Secure returns a handler that talks TLS with clients and lets h talk with them over it. base has the certificates; the address has the options of
// the connector: who must show a certificate, and what is talked.
func Secure(a *Address, base *tls.Config, h Handler) (Handler, error) {
	c := base.Clone()
	if len(c.Certificates) == 0 {
		return nil, errors.New("TLS needs a key: give the broker an sslContext with a keyStore, or set the property javax.net.ssl.keyStore")
	}
	var need, want, ignored bool
	for _, err := range []error{
		a.Bool("needClientAuth", &need),
		a.Bool("wantClientAuth", &want),
		a.Bool("verifyHostName", &ignored), // it is the client's to check the name
	} {
		if err != nil {
			return nil, err
		}
	}
	switch {
	case need:
		c.ClientAuth = tls.RequireAndVerifyClientCert
	case want:
		c.ClientAuth = tls.VerifyClientCertIfGiven
	}
	if text, ok := a.Text("enabledProtocols"); ok {
		if err := setVersions(c, text); err != nil {
			return nil, err
		}
	}
	if text, ok := a.Text("enabledCipherSuites"); ok {
		if err := setSuites(c, text); err != nil {
			return nil, err
		}
	}
	return &secure{c, h}, nil
}

// setVersions sets the versions that are talked, which must follow each other.
func setVersions(c *tls.Config, names string) error {
	count := uint16(0)
	c.MinVersion, c.MaxVersion = tls.VersionTLS13, 0
	for name := range strings.SplitSeq(names, ",") {
		name = strings.TrimSpace(name)
		v, ok := tlsVersions[name]
		switch {
		case ok:
			c.MinVersion, c.MaxVersion = min(c.MinVersion, v), max(c.MaxVersion, v)
			count++
		case name != "SSLv2Hello": // how Java begins to talk; nothing that is agreed on
			return fmt.Errorf("connector option enabledProtocols: %q, want TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3", name)
		}
	}
	if count == 0 || c.MaxVersion-c.MinVersion >= count {
		return fmt.Errorf("connector option enabledProtocols: %q, want versions that follow each other", names)
	}
	return nil
}

// setSuites sets the cipher suites that are talked. Those of TLS 1.3 are always, as Go has it.
func setSuites(c *tls.Config, names string) error {
	known := map[string]uint16{}
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		known[s.Name] = s.ID
	}
	for name := range strings.SplitSeq(names, ",") {
		name = strings.TrimSpace(name)
		id, ok := known[strings.Replace(name, "SSL_", "TLS_", 1)]
		if !ok {
			return fmt.Errorf("connector option enabledCipherSuites: %q is not served by this version", name)
		}
		c.CipherSuites = append(c.CipherSuites, id)
	}
	return nil
}

// secure is a Handler that puts TLS between the client and another one.
type secure struct {
	config  *tls.Config
	handler Handler
}

// Serve agrees with the client and hands over.
func (s *secure) Serve(conn net.Conn) error {
	c := tls.Server(conn, s.config)
	ctx, cancel := context.WithTimeout(context.Background(), handshakeTime)
	defer cancel()
	if err := c.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("TLS: %w", err)
	}
	defer c.Close()
	return s.handler.Serve(c)
}

// Certificates returns what the client proved itself with, its own certificate first; nil when it did not.
func Certificates(conn net.Conn) []*x509.Certificate {
	for conn != nil {
		if t, ok := conn.(interface{ ConnectionState() tls.ConnectionState }); ok {
			if state := t.ConnectionState(); len(state.VerifiedChains) > 0 {
				return state.PeerCertificates
			}
			return nil
		}
		inner, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			return nil
		}
		conn = inner.NetConn()
	}
	return nil
}
