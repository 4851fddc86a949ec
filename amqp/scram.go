package amqp

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"goactivemq/activemq/message"
)

// scram is the server's side of SCRAM-SHA-256 [RFC 5802, RFC 7677]:
//
//	client   n,,n=user,r=nonce
//	server   r=nonce and more,s=salt,i=rounds
//	client   c=biws,r=nonce and more,p=proof
//	server   v=signature
//
// The password is never sent. It is known here in plain, so a salt is made for each exchange.
type scram struct {
	password func(user string) (string, bool)

	user    string
	plain   string
	known   bool
	nonce   string
	bare    string // the client's first message without its head
	first   string // the server's
	header  string // the head of the client's first message
	started bool
	salted  []byte
}

// scramRounds is how often the password is hashed. RFC 7677 wants 4096 at least.
const scramRounds = 4096

// step takes a message of the client and answers it.
func (s *scram) step(response []byte) ([]byte, *login, error) {
	if !s.started {
		s.started = true
		challenge, err := s.begin(string(response))
		return challenge, nil, err
	}
	return s.finish(string(response))
}

// begin answers the client's first message.
func (s *scram) begin(text string) ([]byte, error) {
	// n: no channel binding, y: the client could, and thinks that we cannot. An authorization id may stand between the commas.
	if !strings.HasPrefix(text, "n,") && !strings.HasPrefix(text, "y,") {
		return nil, errors.New("channel binding is not served")
	}
	authorization, bare, ok := strings.Cut(text[2:], ",")
	if !ok {
		return nil, errors.New("the first message is cut short")
	}
	s.header, s.bare = text[:len(text)-len(bare)], bare
	user, rest, ok := strings.Cut(bare, ",")
	user, isUser := strings.CutPrefix(user, "n=")
	nonce, _, _ := strings.Cut(rest, ",")
	nonce, isNonce := strings.CutPrefix(nonce, "r=")
	if !ok || !isUser || !isNonce || nonce == "" {
		return nil, errors.New("the first message has no user or no nonce")
	}
	s.user = strings.NewReplacer("=2C", ",", "=3D", "=").Replace(user)
	if a := strings.TrimPrefix(authorization, "a="); a != "" && a != user {
		return nil, fmt.Errorf("authorization as %q by %q", a, s.user)
	}
	s.nonce = nonce + rand.Text()
	salt := []byte(rand.Text())
	// Who does not exist is asked like everybody, and fails in the end.
	s.plain, s.known = s.password(s.user)
	salted, err := pbkdf2.Key(sha256.New, s.plain, salt, scramRounds, sha256.Size)
	if err != nil {
		return nil, err
	}
	s.salted = salted
	s.first = fmt.Sprintf("r=%s,s=%s,i=%d", s.nonce, base64.StdEncoding.EncodeToString(salt), scramRounds)
	return []byte(s.first), nil
}

// finish checks the client's proof, and shows that the server knows the password too.
func (s *scram) finish(text string) ([]byte, *login, error) {
	at := strings.LastIndex(text, ",p=")
	if at < 0 {
		return nil, nil, errors.New("the last message has no proof")
	}
	proof, err := base64.StdEncoding.DecodeString(text[at+3:])
	if err != nil {
		return nil, nil, fmt.Errorf("the proof: %w", err)
	}
	if want := "c=" + base64.StdEncoding.EncodeToString([]byte(s.header)) + ",r=" + s.nonce; text[:at] != want {
		return nil, nil, errors.New("the last message does not belong to the first")
	}
	all := s.bare + "," + s.first + "," + text[:at]
	key := digest(s.salted, "Client Key")
	stored := sha256.Sum256(key)
	signature := digest(stored[:], all)
	for i := range signature {
		signature[i] ^= key[i]
	}
	if !hmac.Equal(signature, proof) || !s.known {
		return nil, nil, errCredentials
	}
	server := digest(digest(s.salted, "Server Key"), all)
	return []byte("v=" + base64.StdEncoding.EncodeToString(server)), &login{message.T(s.user), message.T(s.plain)}, nil
}

// digest is the HMAC of a text.
func digest(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
