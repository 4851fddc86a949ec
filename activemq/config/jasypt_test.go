package config

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// jasyptVectors are texts that Jasypt encrypted; testdata/Jasypt.java made them.
func jasyptVectors(t testing.TB) (all [][]string) {
	data, err := os.ReadFile("testdata/jasypt.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		all = append(all, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return all
}

func TestDecrypt(t *testing.T) {
	for _, v := range jasyptVectors(t) {
		iterations, err := strconv.Atoi(v[1])
		if err != nil {
			t.Fatal(err)
		}
		d := &decryptor{algorithm: v[0], iterations: iterations, hex: v[2] == "hexadecimal", password: v[3]}
		if salt, ok := strings.CutPrefix(v[2], "salt "); ok {
			d.fixedSalt = []byte(salt)
		}
		if got, err := d.value(" ENC(" + v[5] + ") "); err != nil || got != v[4] {
			t.Errorf("%s of %q: %q, %v", v[0], v[4], got, err)
		}
		d.password = "other"
		if got, err := d.value("ENC(" + v[5] + ")"); err == nil && got == v[4] {
			t.Errorf("%s of %q opens with any password", v[0], v[4])
		}
	}
}

func TestDecryptRefuses(t *testing.T) {
	for _, c := range []struct{ algorithm, text, want string }{
		{encryptionAlgorithm, "ENC()", "cannot be decrypted"}, {encryptionAlgorithm, "ENC(!)", "neither base64"},
		{encryptionAlgorithm, "ENC(AAAA)", "cannot be decrypted"}, {encryptionAlgorithm, "ENC(AAAAAAAAAAAAAAAA)", "cannot be decrypted"},
		{"PBEWithHmacSHA512AndAES_256", "ENC(AAAAAAAAAAAAAAAAAAAAAAAAAAAA)", "cannot be decrypted"},
		{"PBEWithSHA1AndRC2_40", "ENC(AAAAAAAAAAAAAAAAAAAAAA==)", `algorithm "PBEWithSHA1AndRC2_40" is not served`},
	} {
		d := &decryptor{algorithm: c.algorithm, iterations: 10, password: "x"}
		if got, err := d.value(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q, %v; want %q", c.text, got, err, c.want)
		}
	}
	for _, plain := range []string{"", "secret", "ENC(", "xENC(a)", "enc(a)"} {
		if got, err := (&decryptor{}).value(plain); got != plain || err != nil {
			t.Errorf("%q is %q, %v; want it as it is", plain, got, err)
		}
	}
}

// TestEncryptedProperties has the encryptors as configurations have them; the values are Jasypt's.
func TestEncryptedProperties(t *testing.T) {
	const file = `<bean class="org.jasypt.spring31.properties.EncryptablePropertyPlaceholderConfigurer">%<property name="location" value="file:${activemq.conf}/enc.properties"/></bean>`
	vectors := jasyptVectors(t)
	find := func(algorithm, kind string) string {
		for _, v := range vectors {
			if v[0] == algorithm && v[2] == kind && v[4] == "manager" {
				return "ENC(" + v[5] + ")"
			}
		}
		t.Fatalf("no vector of %s", algorithm)
		return ""
	}
	const environment = `<bean id="c" class="org.jasypt.encryption.pbe.config.EnvironmentStringPBEConfig"><property name="algorithm" value="PBEWithMD5AndDES"/>
  <property name="passwordEnvName" value="ACTIVEMQ_ENCRYPTION_PASSWORD"/></bean>
<bean id="e" class="org.jasypt.encryption.pbe.StandardPBEStringEncryptor"><property name="config" ref="c"/></bean>`
	const ref = `<constructor-arg ref="e"/>`
	encryptor := func(class, inside string) string {
		return `<bean id="e" class="` + class + `">` + inside + `</bean>`
	}
	const standard = "org.jasypt.encryption.pbe.StandardPBEStringEncryptor"
	for _, c := range []struct{ name, before, argument, value, password, want string }{
		{"the release's example", environment, ref, find("PBEWithMD5AndDES", "base64"), "activemq", ""},
		{"password in the file", encryptor(standard, `<property name="algorithm" value="PBEWithMD5AndDES"/><property name="password" value="activemq"/>`), ref, find("PBEWithMD5AndDES", "base64"), "", ""},
		{"hexadecimal", encryptor(standard, `<property name="password" value="activemq"/><property name="stringOutputType" value="hexadecimal"/><property name="keyObtentionIterations" value="7"/>`),
			ref, find("PBEWithMD5AndDES", "hexadecimal"), "", ""},
		{"AES", encryptor(standard, `<property name="algorithm" value="PBEWITHHMACSHA512ANDAES_256"/><property name="password" value="activemq"/>
  <property name="ivGenerator"><bean class="org.jasypt.iv.RandomIvGenerator"/></property>`), ref, find("PBEWITHHMACSHA512ANDAES_256", "base64"), "", ""},
		{"text encryptor", encryptor("org.jasypt.util.text.StrongTextEncryptor", `<property name="password" value="activemq"/>`), ref, find("PBEWithMD5AndTripleDES", "base64"), "", ""},
		{"fixed salt", encryptor(standard, `<property name="algorithm" value="PBEWithMD5AndTripleDES"/><property name="password" value="activemq"/>
  <property name="saltGenerator"><bean class="org.jasypt.salt.StringFixedSaltGenerator"><constructor-arg value="abcdabcd"/></bean></property>`), ref, find("PBEWithMD5AndTripleDES", "salt abcdabcd"), "", ""},
		{"no password", environment, ref, find("PBEWithMD5AndDES", "base64"), "", `there is no password for the values ENC(…): environment variable ACTIVEMQ_ENCRYPTION_PASSWORD is not set`},
		{"wrong password", environment, ref, find("PBEWithMD5AndDES", "base64"), "wrong", `property "name": the value cannot be decrypted`},
		{"no encryptor", "", "", "x", "", "names no encryptor: it wants a constructor-arg"},
		{"iterations", encryptor(standard, `<property name="password" value="x"/><property name="keyObtentionIterations" value="99999999999"/>`), ref, "x", "", "keyObtentionIterations is"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := inBroker(c.before+strings.Replace(file, "%", c.argument, 1), `brokerName="${name}"`, "")
			files["/conf/enc.properties"] = "name=" + c.value
			properties := map[string]string{}
			if c.password != "" {
				properties["env.ACTIVEMQ_ENCRYPTION_PASSWORD"] = c.password
			}
			f, err := loadFiles(files, properties)
			switch {
			case c.want == "" && (err != nil || f.Broker.Name != "manager"):
				t.Errorf("got %+v, %v; want the broker's name decrypted", f, err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func FuzzDecrypt(f *testing.F) {
	for _, v := range jasyptVectors(f) {
		f.Add(v[0], v[2] == "hexadecimal", "ENC("+v[5]+")")
	}
	f.Fuzz(func(t *testing.T, algorithm string, hexadecimal bool, text string) {
		d := &decryptor{algorithm: algorithm, iterations: 3, hex: hexadecimal, password: "activemq"}
		if got, err := d.value(text); err != nil && got != "" {
			t.Errorf("%q with the error %v", got, err)
		}
	})
}
