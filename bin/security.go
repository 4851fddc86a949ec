package main

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"goactivemq/activemq/config"
)

// refuseUnserved refuses to start where the configuration asks for protection that this version does not give.
func refuseUnserved(b *config.Broker) error {
	for _, p := range b.Plugins {
		switch p := p.(type) {
		case *config.SimpleAuthentication:
		case *config.JAASAuthentication:
			return fmt.Errorf("%s: jaasAuthenticationPlugin is not served by this version, and a broker without it would let everybody in", p.At)
		case *config.Authorization:
			return fmt.Errorf("%s: authorizationPlugin is not served by this version, and a broker without it would let everybody do everything", p.At)
		case *config.Unserved:
			if name := strings.ToLower(p.Name()); strings.Contains(name, "auth") || strings.Contains(name, "jaas") || strings.Contains(name, "shiro") {
				return fmt.Errorf("%s: %s is not served by this version, and a broker without it would let everybody in", p.At, p.Name())
			}
		}
	}
	return nil
}

// authenticator returns the check of credentials that the plugins ask for, nil when they ask for none.
func authenticator(plugins []config.Plugin) func(user, password string) error {
	for _, p := range plugins {
		if simple, ok := p.(*config.SimpleAuthentication); ok {
			return simpleAuthenticator(simple)
		}
	}
	return nil
}

// passwords returns what knows the users' passwords, nil where no plugin does.
func passwords(plugins []config.Plugin) func(user string) (string, bool) {
	for _, p := range plugins {
		if simple, ok := p.(*config.SimpleAuthentication); ok {
			known := simplePasswords(simple)
			return func(user string) (string, bool) {
				password, ok := known[user]
				return password, ok
			}
		}
	}
	return nil
}

// simplePasswords are the passwords that the configuration names, by user.
func simplePasswords(p *config.SimpleAuthentication) map[string]string {
	passwords := map[string]string{}
	for user, password := range p.UserPasswords {
		passwords[user] = password
	}
	for _, u := range p.Users {
		passwords[u.Username] = u.Password
	}
	return passwords
}

// simpleAuthenticator checks against the users that the configuration names.
func simpleAuthenticator(p *config.SimpleAuthentication) func(user, password string) error {
	passwords := simplePasswords(p)
	return func(user, password string) error {
		if p.AnonymousAccessAllowed && user == "" && password == "" {
			return nil
		}
		want, known := passwords[user]
		if subtle.ConstantTimeCompare([]byte(want), []byte(password)) != 1 || !known {
			return errors.New("User name [" + user + "] or password is invalid.")
		}
		return nil
	}
}
