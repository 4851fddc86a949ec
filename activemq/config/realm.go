package config

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Realm knows who may log in to the web console and in which roles. A nil Realm knows nobody.
type Realm struct {
	Name string // shown by browsers when they ask for the password
	At   Position

	users map[string]realmUser
}

type realmUser struct {
	credential string
	clear      bool // the credential is the password even if it looks encoded
	roles      []string
}

// ParseRealm reads the text of a jetty-realm.properties:
//
//	user: password[,role[,role…]]
//
// The password is clear text, or begins with OBF:, MD5: or CRYPT:. The path only names the file in errors.
func ParseRealm(path string, data []byte) (*Realm, error) {
	p, err := ParseProperties(path, data)
	if err != nil {
		return nil, err
	}
	r := &Realm{users: map[string]realmUser{}}
	for _, user := range p.Names() {
		v, _ := p.Get(user)
		u := realmUser{credential: strings.TrimSpace(v)}
		if i := strings.IndexByte(u.credential, ','); i > 0 {
			u.roles = splitList(u.credential[i+1:])
			u.credential = strings.TrimSpace(u.credential[:i])
		}
		if user == "" || u.credential == "" {
			continue // nobody: a user needs a password
		}
		if err := checkCredential(u.credential); err != nil {
			return nil, &syntaxError{Position{File: path, Line: p.Line(user), Column: 1}, fmt.Sprintf("password of %s: %v", user, err)}
		}
		r.users[user] = u
	}
	return r, nil
}

// Authenticate tells whether the password is the user's, and in which roles the user is then: an empty list where in none, nil for a stranger. The
// time it takes does not tell whether the user exists.
func (r *Realm) Authenticate(user, password string) (roles []string, ok bool) {
	var u realmUser
	known := false
	if r != nil {
		u, known = r.users[user]
	}
	match := matchCredential
	if u.clear {
		match = sameSecret
	}
	if !match(u.credential, password) || !known {
		return nil, false
	}
	return append([]string{}, u.roles...), true
}

// Users is how many users the realm has.
func (r *Realm) Users() int {
	if r == nil {
		return 0
	}
	return len(r.users)
}

// checkCredential refuses what no password can match.
func checkCredential(credential string) error {
	if s, ok := strings.CutPrefix(credential, "OBF:"); ok {
		_, err := deobfuscate(s)
		return err
	}
	if s, ok := strings.CutPrefix(credential, "MD5:"); ok {
		if b, err := hex.DecodeString(s); err != nil || len(b) != md5.Size {
			return fmt.Errorf("MD5: wants 32 hexadecimal digits")
		}
	}
	if s, ok := strings.CutPrefix(credential, "CRYPT:"); ok && unixCrypt(nil, s) == "" {
		return fmt.Errorf("CRYPT: wants two characters of salt first")
	}
	return nil
}

// matchCredential compares a password with a credential in any of its forms, in constant time.
func matchCredential(credential, password string) bool {
	if s, ok := strings.CutPrefix(credential, "OBF:"); ok {
		clear, err := deobfuscate(s)
		return sameSecret(clear, password) && err == nil
	}
	if s, ok := strings.CutPrefix(credential, "MD5:"); ok {
		sum := md5.Sum(lowBytes(password))
		want, err := hex.DecodeString(s)
		return subtle.ConstantTimeCompare(sum[:], want) == 1 && err == nil
	}
	if s, ok := strings.CutPrefix(credential, "CRYPT:"); ok {
		return sameSecret(unixCrypt(lowBytes(password), s), s)
	}
	return sameSecret(credential, password)
}

// sameSecret compares hashes, whose length says nothing about that of the secrets.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// lowBytes encodes as ISO-8859-1, with ? for what that lacks.
func lowBytes(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}

// deobfuscate reads what follows OBF:. Each byte a of the text, taken with its mirror b from the other end, is a number
// in base 36:
//
//	plain:  4 digits of (127+a+b)*256 + (127+a-b)    both below 128
//	U:      4 digits of a*256 + b, behind a U         otherwise
func deobfuscate(s string) (string, error) {
	var out []byte
	for s != "" {
		digits, wide := strings.CutPrefix(s, "U")
		if len(digits) < 4 {
			return "", fmt.Errorf("OBF: ends within a character")
		}
		v, err := strconv.ParseUint(digits[:4], 36, 32)
		if err != nil {
			return "", fmt.Errorf("OBF: %q is not a number in base 36", digits[:4])
		}
		if wide {
			out = append(out, byte(v>>8))
		} else {
			out = append(out, byte((int(v/256)+int(v%256)-254)/2))
		}
		s = digits[4:]
	}
	return string(out), nil
}

// Deobfuscate returns a password that may be written as OBF:…, as those of key stores are.
func Deobfuscate(password string) (string, error) {
	if s, ok := strings.CutPrefix(password, "OBF:"); ok {
		return deobfuscate(s)
	}
	return password, nil
}
