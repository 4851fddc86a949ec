package main

import (
	"crypto/subtle"
	"errors"
	"strings"

	"goactivemq/activemq/config"
)

// refused are the parts without which a broker must not run: protection, and a store, that this version does not have.
func refused(b *config.Broker) []config.Problem {
	var all []config.Problem
	refuse := func(at config.Position, name, why string) {
		all = append(all, config.Problem{Position: at, Text: name + " is not served by this version, " + why})
	}
	for _, p := range b.Plugins {
		switch p := p.(type) {
		case *config.JAASAuthentication:
			refuse(p.At, "jaasAuthenticationPlugin", "and a broker without it would let everybody in")
		case *config.Authorization:
			refuse(p.At, "authorizationPlugin", "and a broker without it would let everybody do everything")
		case *config.Unserved:
			name := strings.ToLower(p.Name())
			switch {
			case strings.Contains(name, "auth") || strings.Contains(name, "jaas") || strings.Contains(name, "shiro"):
				refuse(p.At, p.Name(), "and a broker without it would let everybody in")
			case strings.Contains(name, "camel"):
				refuse(p.At, p.Name(), "nor will it be: Camel's routes need a Java virtual machine; run them in a Camel of their own that connects to this broker")
			}
		}
	}
	if u, ok := b.PersistenceAdapter.(*config.Unserved); ok {
		refuse(u.At, "the store "+u.Name(), "use kahaDB")
	}
	return all
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
