package config

import (
	"cmp"
	"strconv"
	"strings"
)

// encryptor.go finds the password and the algorithm for ENC(…): the configurer's constructor names an encryptor, and that has them itself or from a
// configuration.
//
//	<bean id="config" class="…EnvironmentStringPBEConfig"> <property name="passwordEnvName" value="ACTIVEMQ_ENCRYPTION_PASSWORD"/> </bean>
//	<bean id="encryptor" class="…StandardPBEStringEncryptor"> <property name="config" ref="config"/> </bean>
//	<bean class="…EncryptablePropertyPlaceholderConfigurer"> <constructor-arg ref="encryptor"/> … </bean>

// textEncryptors are the classes that have an algorithm of their own.
var textEncryptors = map[string]string{
	"BasicTextEncryptor": "PBEWithMD5AndDES", "StrongTextEncryptor": "PBEWithMD5AndTripleDES", "AES256TextEncryptor": "PBEWithHMACSHA512AndAES_256",
}

// fixedMax is the length of the longest salt or vector.
const fixedMax = 16

// encrypting tells whether a configurer is one of those that decrypt.
func (b *bean) encrypting() bool { return strings.Contains(b.class, "Encryptable") }

// decryptorOf makes the decryptor that an encrypting configurer asks for. nil comes with a finding.
func (c *context) decryptorOf(configurer *bean) *decryptor {
	for _, a := range configurer.arguments {
		if b := c.target(a); b != nil {
			return c.encryptor(b)
		}
	}
	c.errorf(configurer.at, "%s names no encryptor: it wants a constructor-arg", configurer.name())
	return nil
}

// encryptor reads a bean of one of Jasypt's encryptors. Its own settings go before those of its configuration. nil comes with a finding.
func (c *context) encryptor(b *bean) *decryptor {
	s := pbeSettings{context: c, beans: []*bean{b}}
	if p := b.property("config"); p != nil && c.target(p.value) != nil {
		s.beans = append(s.beans, c.target(p.value))
	}
	class := b.class[strings.LastIndexByte(b.class, '.')+1:]
	d := &decryptor{
		algorithm:  cmp.Or(textEncryptors[class], s.text("algorithm"), encryptionAlgorithm),
		password:   s.text("password"),
		iterations: encryptionIterations,
		hex:        strings.HasPrefix(strings.ToLower(s.text("stringOutputType")), "hex"),
		fixedSalt:  s.fixed("saltGenerator"),
		fixedIV:    s.fixed("ivGenerator"),
	}
	if text := s.text("keyObtentionIterations"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > iterationsMax {
			c.errorf(b.at, "keyObtentionIterations is %q, want 1 to %d", text, iterationsMax)
			return nil
		}
		d.iterations = n
	}
	if d.password == "" {
		c.errorf(b.at, "there is no password for the values ENC(…)%s", s.empty)
		return nil
	}
	return d
}

// pbeSettings are the settings of an encryptor: each is in the first bean that gives it.
type pbeSettings struct {
	*context
	beans []*bean
	empty string // what named a value and had none, as the end of a message
}

// text returns a setting: itself, or the environment variable or system property that is named in its place.
func (s *pbeSettings) text(name string) string {
	expand := defaultPlaceholders(s.systemValue)
	expand.ignoreUnresolved = true
	for _, b := range s.beans {
		if text, err := expand.expand(b.text(name)); err == nil && text != "" {
			return text
		}
		if variable := b.text(name + "EnvName"); variable != "" {
			if text, ok := s.env.LookupEnv(variable); ok {
				return text
			}
			s.empty = ": environment variable " + variable + " is not set"
		}
		if property := b.text(name + "SysPropertyName"); property != "" {
			if text, ok := s.env.Properties[property]; ok {
				return text
			}
			s.empty = ": system property " + property + " is not set"
		}
	}
	return ""
}

// fixed returns the bytes of a generator that always makes the same, nil for one whose bytes stand before the ciphertext.
func (s *pbeSettings) fixed(name string) []byte {
	for _, b := range s.beans {
		g := s.propertyBean(b, name)
		switch {
		case g == nil:
			continue
		case strings.HasSuffix(g.class, "ZeroSaltGenerator"):
			return make([]byte, fixedMax)
		case strings.Contains(g.class, "Fixed") && strings.Contains(g.class, "String"):
			if text := g.text("salt"); text != "" {
				return []byte(text)
			}
			for _, a := range g.arguments {
				return []byte(a.text)
			}
		}
	}
	return nil
}
