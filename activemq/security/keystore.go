// Package security reads what the broker proves itself with and whom it trusts: Java's key stores, and lists of revoked certificates.
package security

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
	"software.sslmate.com/src/go-pkcs12"
)

// Java's key stores come in two formats, whatever the file is called and the configuration says: since Java 9 its tools make PKCS#12.
//
//	JKS       magic FEEDFEED, entries, digest over the password and all before
//	PKCS#12   ASN.1: a SEQUENCE, 30
const jksMagic = 0xfeedfeed

// ReadKeys returns the first private key of a key store with its certificates. keyPassword is that of the key, where it differs from the store's.
func ReadKeys(path, password, keyPassword string) (tls.Certificate, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("key store: %w", err)
	}
	if keyPassword == "" {
		keyPassword = password
	}
	var c tls.Certificate
	if isJKS(data) {
		c, err = keysOfJKS(data, password, keyPassword)
	} else {
		c, err = keysOfPKCS12(data, password)
	}
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("key store %s: %w", path, err)
	}
	return c, nil
}

// ReadTrusted returns the certificates of a trust store.
func ReadTrusted(path, password string) ([]*x509.Certificate, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("trust store: %w", err)
	}
	var trusted []*x509.Certificate
	if isJKS(data) {
		trusted, err = trustedOfJKS(data, password)
	} else {
		trusted, err = trustedOfPKCS12(data, password)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("trust store %s: %w", path, err)
	case len(trusted) == 0:
		return nil, fmt.Errorf("trust store %s: it holds no certificate", path)
	}
	return trusted, nil
}

// isJKS tells the formats apart.
func isJKS(data []byte) bool {
	return len(data) >= 4 && binary.BigEndian.Uint32(data) == jksMagic
}

// openJKS checks and reads a store.
func openJKS(data []byte, password string) (keystore.KeyStore, error) {
	store := keystore.New(keystore.WithOrderedAliases())
	if err := store.Load(bytes.NewReader(data), []byte(password)); err != nil {
		return store, fmt.Errorf("%w (is the password right?)", err)
	}
	return store, nil
}

// keysOfJKS is ReadKeys for JKS.
func keysOfJKS(data []byte, password, keyPassword string) (tls.Certificate, error) {
	store, err := openJKS(data, password)
	if err != nil {
		return tls.Certificate{}, err
	}
	for _, alias := range store.Aliases() {
		if !store.IsPrivateKeyEntry(alias) {
			continue
		}
		entry, err := store.GetPrivateKeyEntry(alias, []byte(keyPassword))
		if err != nil {
			return tls.Certificate{}, fmt.Errorf("key %s: %w (is the key's password right?)", alias, err)
		}
		key, err := x509.ParsePKCS8PrivateKey(entry.PrivateKey)
		if err != nil {
			return tls.Certificate{}, fmt.Errorf("key %s: %w", alias, err)
		}
		c := tls.Certificate{PrivateKey: key}
		for _, one := range entry.CertificateChain {
			c.Certificate = append(c.Certificate, one.Content)
		}
		return c, nil
	}
	return tls.Certificate{}, errors.New("it holds no private key")
}

// trustedOfJKS is ReadTrusted for JKS. A key's own certificates are trusted too, as in Java.
func trustedOfJKS(data []byte, password string) ([]*x509.Certificate, error) {
	store, err := openJKS(data, password)
	if err != nil {
		return nil, err
	}
	var trusted []*x509.Certificate
	for _, alias := range store.Aliases() {
		var content []byte
		if store.IsTrustedCertificateEntry(alias) {
			entry, err := store.GetTrustedCertificateEntry(alias)
			if err != nil {
				return nil, fmt.Errorf("certificate %s: %w", alias, err)
			}
			content = entry.Certificate.Content
		} else if chain, err := store.GetPrivateKeyEntryCertificateChain(alias); err == nil && len(chain) > 0 {
			content = chain[0].Content
		}
		c, err := x509.ParseCertificate(content)
		if err != nil {
			return nil, fmt.Errorf("certificate %s: %w", alias, err)
		}
		trusted = append(trusted, c)
	}
	return trusted, nil
}

// keysOfPKCS12 is ReadKeys for PKCS#12, where key and store have one password.
func keysOfPKCS12(data []byte, password string) (tls.Certificate, error) {
	key, own, others, err := pkcs12.DecodeChain(data, password)
	if err != nil {
		return tls.Certificate{}, err
	}
	if _, ok := key.(crypto.Signer); !ok {
		return tls.Certificate{}, fmt.Errorf("a private key of type %T is not served", key)
	}
	c := tls.Certificate{PrivateKey: key, Certificate: [][]byte{own.Raw}}
	// The store may hold certificates that have nothing to do with the key.
	for last := own; ; {
		next := issuer(last, others)
		if next == nil || len(c.Certificate) > len(others) {
			return c, nil
		}
		c.Certificate = append(c.Certificate, next.Raw)
		last = next
	}
}

// issuer returns who issued a certificate, nil for one that issued itself or whose issuer is not there.
func issuer(of *x509.Certificate, among []*x509.Certificate) *x509.Certificate {
	for _, c := range among {
		if !c.Equal(of) && bytes.Equal(of.RawIssuer, c.RawSubject) && of.CheckSignatureFrom(c) == nil {
			return c
		}
	}
	return nil
}

// trustedOfPKCS12 is ReadTrusted for PKCS#12. Stores that Java made mark what they trust; of others everything counts.
func trustedOfPKCS12(data []byte, password string) ([]*x509.Certificate, error) {
	trusted, err := pkcs12.DecodeTrustStore(data, password)
	if err == nil {
		return trusted, nil
	}
	blocks, other := pkcs12.ToPEM(data, password)
	if other != nil {
		return nil, err
	}
	for _, block := range blocks {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		trusted = append(trusted, c)
	}
	return trusted, nil
}

// Revoked are lists of certificates that are no longer valid.
type Revoked struct{ lists []*x509.RevocationList }

// ReadRevoked reads a list, in PEM or DER.
func ReadRevoked(path string) (*Revoked, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("revoked certificates: %w", err)
	}
	r := &Revoked{}
	for block, rest := pem.Decode(data); block != nil || len(r.lists) == 0; block, rest = pem.Decode(rest) {
		der := data
		if block != nil {
			der = block.Bytes
		}
		list, err := x509.ParseRevocationList(der)
		if err != nil {
			return nil, fmt.Errorf("revoked certificates %s: %w", path, err)
		}
		r.lists = append(r.lists, list)
		if block == nil {
			break
		}
	}
	return r, nil
}

// Check refuses chains in which a certificate is revoked by its issuer.
func (r *Revoked) Check(chains [][]*x509.Certificate) error {
	for _, chain := range chains {
		for i := 0; i+1 < len(chain); i++ {
			if r.isRevoked(chain[i], chain[i+1]) {
				return fmt.Errorf("the certificate %s of %s is revoked", chain[i].SerialNumber, chain[i].Subject)
			}
		}
	}
	return nil
}

// isRevoked tells whether a list by the certificate's issuer names it.
func (r *Revoked) isRevoked(c, issuer *x509.Certificate) bool {
	for _, list := range r.lists {
		if !bytes.Equal(list.RawIssuer, issuer.RawSubject) || list.CheckSignatureFrom(issuer) != nil {
			continue
		}
		for _, entry := range list.RevokedCertificateEntries {
			if entry.SerialNumber.Cmp(c.SerialNumber) == 0 {
				return true
			}
		}
	}
	return false
}
