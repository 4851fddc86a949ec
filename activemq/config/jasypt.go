package config

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Encrypted values are those that Jasypt makes of text and a password:
//
//	ENC( base64 or hexadecimal of:  salt | initialization vector | ciphertext )
//	                                        only with AES: 16
//	     salt: as long as the cipher's block, 8 for DES and 16 for AES; absent where it is fixed
//
// The key comes from the password and the salt, hashed iterations times, in the way that the algorithm's name says:
//
//	PBEWithMD5AndDES                       PKCS #5 version 1.5 (RFC 8018, 6.1): MD5 again and again, key and vector from it
//	PBEWithMD5AndTripleDES                 Java's own: the same for each half of the salt
//	PBEWithSHA1AndDESede                   PKCS #12 (RFC 7292, appendix B)
//	PBEWithHmacSHA{1,224,256,384,512}AndAES_{128,256}   PKCS #5 version 2 (RFC 8018, 6.2)

const (
	encryptionAlgorithm  = "PBEWithMD5AndDES"
	encryptionIterations = 1000
	encryptionVariable   = "ACTIVEMQ_ENCRYPTION_PASSWORD" // names the password where nothing else does
	iterationsMax        = 10_000_000                     // more takes minutes
)

// decryptor decrypts with one password.
type decryptor struct {
	algorithm  string
	password   string
	iterations int
	hex        bool
	fixedSalt  []byte // nil: before the ciphertext
	fixedIV    []byte // of AES; nil: the same
}

var (
	encryptedValue = regexp.MustCompile(`(?s)^\s*ENC\((.*)\)\s*$`)
	pbes2          = regexp.MustCompile(`^PBEWITHHMACSHA(1|224|256|384|512)ANDAES_(128|256)$`)
)

// value returns a value in clear: as it is, unless it is ENC(…).
func (d *decryptor) value(text string) (string, error) {
	m := encryptedValue.FindStringSubmatch(text)
	if m == nil {
		return text, nil
	}
	return d.decrypt(strings.TrimSpace(m[1]))
}

// errDecrypt tells no more than there is to know: a wrong password looks like a damaged text.
var errDecrypt = errors.New("the value cannot be decrypted: the password or the algorithm is another one than it was encrypted with, or it is damaged")

// decrypt decrypts what stands between the brackets.
func (d *decryptor) decrypt(text string) (string, error) {
	var data []byte
	var err error
	if d.hex {
		data, err = hex.DecodeString(text)
	} else {
		data, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	}
	if err != nil {
		return "", fmt.Errorf("encrypted value is neither base64 nor, where that is configured, hexadecimal: %w", err)
	}
	block, iv, data, err := d.keyed(data)
	if err != nil {
		return "", err
	}
	size := block.BlockSize()
	if len(data) == 0 || len(data)%size != 0 {
		return "", errDecrypt
	}
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(data, data)
	padding := int(data[len(data)-1])
	if padding == 0 || padding > size {
		return "", errDecrypt
	}
	clear := data[:len(data)-padding]
	for _, b := range data[len(clear):] {
		if int(b) != padding {
			return "", errDecrypt
		}
	}
	if !utf8.Valid(clear) {
		return "", errDecrypt
	}
	return string(clear), nil
}

// keyed takes salt and vector off the data, and makes the cipher of them and the password.
func (d *decryptor) keyed(data []byte) (block cipher.Block, iv, rest []byte, err error) {
	name := strings.ToUpper(d.algorithm)
	m := pbes2.FindStringSubmatch(name)
	size := des.BlockSize
	if m != nil {
		size = aes.BlockSize
	}
	salt := d.fixedSalt
	if salt == nil {
		if len(data) < size {
			return nil, nil, nil, errDecrypt
		}
		salt, data = data[:size], data[size:]
	}
	if len(salt) < size {
		return nil, nil, nil, fmt.Errorf("salt has %d bytes, want %d", len(salt), size)
	}
	salt = salt[:size]
	switch {
	case m != nil:
		if iv = d.fixedIV; iv == nil {
			if len(data) < size {
				return nil, nil, nil, errDecrypt
			}
			iv, data = data[:size], data[size:]
		}
		block, err = d.pbes2(m[1], m[2], salt)
	case name == "PBEWITHMD5ANDDES":
		derived := d.digest(salt)
		iv = derived[8:]
		block, err = des.NewCipher(derived[:8])
	case name == "PBEWITHMD5ANDTRIPLEDES":
		derived := d.tripleDES(salt)
		iv = derived[24:]
		block, err = des.NewTripleDESCipher(derived[:24])
	case name == "PBEWITHSHA1ANDDESEDE":
		iv = d.pkcs12(2, salt, size)
		block, err = des.NewTripleDESCipher(d.pkcs12(1, salt, 24))
	default:
		err = fmt.Errorf("algorithm %q is not served, want PBEWithMD5AndDES, PBEWithMD5AndTripleDES, PBEWithSHA1AndDESede or "+
			"PBEWithHmacSHA{1,224,256,384,512}AndAES_{128,256}", d.algorithm)
	}
	if err == nil && len(iv) != size {
		err = fmt.Errorf("initialization vector has %d bytes, want %d", len(iv), size)
	}
	return block, iv, data, err
}

// digest is the key derivation of PKCS #5 version 1.5 with MD5.
func (d *decryptor) digest(salt []byte) []byte {
	sum := md5.Sum(append([]byte(d.password), salt...))
	for range d.iterations - 1 {
		sum = md5.Sum(sum[:])
	}
	return sum[:]
}

// tripleDES makes 32 bytes: for each half of the salt, the half and the password are hashed, and what comes out with the password again. Equal halves
// have the first one reversed.
func (d *decryptor) tripleDES(salt []byte) []byte {
	salt = slices.Clone(salt)
	if string(salt[:4]) == string(salt[4:]) {
		salt[0], salt[1], salt[2], salt[3] = salt[3], salt[2], salt[1], salt[0]
	}
	var out []byte
	for _, half := range [][]byte{salt[:4], salt[4:]} {
		for range d.iterations {
			sum := md5.Sum(append(slices.Clone(half), d.password...))
			half = sum[:]
		}
		out = append(out, half...)
	}
	return out
}

// pbes2 makes the cipher of PKCS #5 version 2.
func (d *decryptor) pbes2(digest, bits string, salt []byte) (cipher.Block, error) {
	hashes := map[string]func() hash.Hash{"1": sha1.New, "224": sha256.New224, "256": sha256.New, "384": sha512.New384, "512": sha512.New}
	key, err := pbkdf2.Key(hashes[digest], d.password, salt, d.iterations, map[string]int{"128": 16, "256": 32}[bits])
	if err != nil {
		return nil, err
	}
	return aes.NewCipher(key)
}

// pkcs12 is the key derivation of PKCS #12 with SHA-1. purpose is 1 for a key, 2 for a vector.
func (d *decryptor) pkcs12(purpose byte, salt []byte, n int) []byte {
	const u, v = sha1.Size, 64 // bytes of the digest and of its blocks
	var password []byte        // UTF-16, ended by zero
	for _, c := range append(utf16.Encode([]rune(d.password)), 0) {
		password = binary.BigEndian.AppendUint16(password, c)
	}
	input := append(filled(salt, v), filled(password, v)...)
	var out []byte
	for len(out) < n {
		sum := sha1.Sum(append(filled([]byte{purpose}, v), input...))
		for range d.iterations - 1 {
			sum = sha1.Sum(sum[:])
		}
		out = append(out, sum[:u]...)
		// The input for more: each of its blocks plus the digest, repeated to a block's length, plus one.
		addend := filled(sum[:], v)[:v]
		for start := 0; start < len(input); start += v {
			carry := 1
			for i := v - 1; i >= 0; i-- {
				carry += int(input[start+i]) + int(addend[i])
				input[start+i] = byte(carry)
				carry >>= 8
			}
		}
	}
	return out[:n]
}

// filled repeats bytes up to a multiple of n.
func filled(b []byte, n int) []byte {
	var out []byte
	for len(b) > 0 && (len(out) < len(b) || len(out)%n != 0) {
		out = append(out, b[len(out)%len(b)])
	}
	return out
}
