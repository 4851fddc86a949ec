package config

import (
	"slices"
	"strings"
	"testing"
)

// The encoded forms were made by Jetty and by crypt(3).
const testRealm = `# user: password[,role...]
admin: admin, admin
clear: pass word,user, admin ,
obf: OBF:1u2a1toa1w8v1tok1u30, admin
obf2: OBF:1v2j1uum1xtv1zej1zer1xtn1uvk1v1v
umlauts: OBF:1v2jU12luU0wjaU12o3U0vhzU0nmnU12o3U102sU0mo31v1v,user
md5: MD5:21232f297a57a5a743894a0e4a801fc3,user
crypt: CRYPT:adpexzg3FUZAk,admin
crypt2: CRYPT:9kTZ9xibOexYo,user
prefix: md5:notencoded
noroles: secret
empty:
comma: ,role
`

func TestRealm(t *testing.T) {
	r, err := ParseRealm("realm.properties", []byte(testRealm))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		user, password string
		ok             bool
		roles          []string
	}{
		{"admin", "admin", true, []string{"admin"}}, {"admin", "Admin", false, nil}, {"admin", "", false, nil}, {"admin", "admi", false, nil},
		{"clear", "pass word", true, []string{"user", "admin"}},
		{"obf", "admin", true, []string{"admin"}}, {"obf", "OBF:1u2a1toa1w8v1tok1u30", false, nil}, {"obf2", "password", true, nil},
		{"md5", "admin", true, []string{"user"}}, {"md5", "Admin", false, nil},
		{"crypt", "admin", true, []string{"admin"}}, {"crypt", "user", false, nil},
		{"crypt2", "longer than eight", true, []string{"user"}}, {"crypt2", "longer t", true, []string{"user"}}, {"crypt2", "longer", false, nil},
		{"prefix", "md5:notencoded", true, nil}, {"noroles", "secret", true, nil},
		{"empty", "", false, nil}, {"nobody", "", false, nil}, {"", "", false, nil}, {"comma", ",role", true, nil},
	} {
		roles, ok := r.Authenticate(c.user, c.password)
		if ok != c.ok || !slices.Equal(roles, c.roles) {
			t.Errorf("Authenticate(%q, %q) = %q, %v; want %q, %v", c.user, c.password, roles, ok, c.roles, c.ok)
		}
		if (roles == nil) == ok {
			t.Errorf("Authenticate(%q, %q) has roles %#v: nil is for strangers", c.user, c.password, roles)
		}
	}
	var none *Realm
	if _, ok := none.Authenticate("admin", ""); ok {
		t.Error("a realm that is not there let somebody in")
	}
}

func TestRealmRefusesBrokenForms(t *testing.T) {
	for _, line := range []string{"a: MD5:12", "a: OBF:1", "a: OBF:....", "a: CRYPT:x", "a: CRYPT:!!xxxxxxxxxxx"} {
		_, err := ParseRealm("realm.properties", []byte("ok: x\n"+line))
		if err == nil || !strings.HasPrefix(err.Error(), "realm.properties:2:1: password of a: ") {
			t.Errorf("%q: got %v, want an error on line 2", line, err)
		}
	}
}

func TestDeobfuscate(t *testing.T) {
	for in, want := range map[string]string{
		"OBF:1u2a1toa1w8v1tok1u30": "admin", "OBF:1v2j1uum1xtv1zej1zer1xtn1uvk1v1v": "password", "clear": "clear", "": "",
	} {
		if got, err := Deobfuscate(in); err != nil || got != want {
			t.Errorf("Deobfuscate(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

// TestUnixCrypt has answers of crypt(3).
func TestUnixCrypt(t *testing.T) {
	for _, c := range []struct{ password, salt, want string }{
		{"admin", "ad", "adpexzg3FUZAk"}, {"Passw0rd$", "./", "./avGXNtEX8ss"}, {"", "zZ", "zZO7u0HfQST3A"}, {"longer than eight", "9k", "9kTZ9xibOexYo"},
		{"admin", "a", ""}, {"admin", "!a", ""},
	} {
		if got := unixCrypt([]byte(c.password), c.salt); got != c.want {
			t.Errorf("unixCrypt(%q, %q) = %q, want %q", c.password, c.salt, got, c.want)
		}
	}
}
