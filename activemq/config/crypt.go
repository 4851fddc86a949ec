package config

// The traditional password hash of Unix: 25 turns of DES over zeros, with the password as the key and a salt that swaps
// bits of the expanded half block, so that DES hardware is of no use. It is weak, and stands here because files use it.
//
//	ad pexzg3FUZAk
//	│  └ 64 bits as eleven characters of six, two zero bits at the end
//	└ salt: two characters, twelve bits

const cryptAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Tables of FIPS 46-3. Entries count bits from 1.
var (
	desInitial = [64]byte{
		58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40, 32, 24, 16, 8,
		57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61, 53, 45, 37, 29, 21, 13, 5, 63, 55, 47, 39, 31, 23, 15, 7,
	}
	desExpand = [48]byte{
		32, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9, 8, 9, 10, 11, 12, 13, 12, 13, 14, 15, 16, 17,
		16, 17, 18, 19, 20, 21, 20, 21, 22, 23, 24, 25, 24, 25, 26, 27, 28, 29, 28, 29, 30, 31, 32, 1,
	}
	desPermute = [32]byte{
		16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
	}
	desKey = [56]byte{
		57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
		63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
	}
	desRoundKey = [48]byte{
		14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
		41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
	}
	desShifts = [16]int{1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1}
	desBoxes  = [8][64]byte{
		{
			14, 4, 13, 1, 2, 15, 11, 8, 3, 10, 6, 12, 5, 9, 0, 7, 0, 15, 7, 4, 14, 2, 13, 1, 10, 6, 12, 11, 9, 5, 3, 8,
			4, 1, 14, 8, 13, 6, 2, 11, 15, 12, 9, 7, 3, 10, 5, 0, 15, 12, 8, 2, 4, 9, 1, 7, 5, 11, 3, 14, 10, 0, 6, 13,
		},
		{
			15, 1, 8, 14, 6, 11, 3, 4, 9, 7, 2, 13, 12, 0, 5, 10, 3, 13, 4, 7, 15, 2, 8, 14, 12, 0, 1, 10, 6, 9, 11, 5,
			0, 14, 7, 11, 10, 4, 13, 1, 5, 8, 12, 6, 9, 3, 2, 15, 13, 8, 10, 1, 3, 15, 4, 2, 11, 6, 7, 12, 0, 5, 14, 9,
		},
		{
			10, 0, 9, 14, 6, 3, 15, 5, 1, 13, 12, 7, 11, 4, 2, 8, 13, 7, 0, 9, 3, 4, 6, 10, 2, 8, 5, 14, 12, 11, 15, 1,
			13, 6, 4, 9, 8, 15, 3, 0, 11, 1, 2, 12, 5, 10, 14, 7, 1, 10, 13, 0, 6, 9, 8, 7, 4, 15, 14, 3, 11, 5, 2, 12,
		},
		{
			7, 13, 14, 3, 0, 6, 9, 10, 1, 2, 8, 5, 11, 12, 4, 15, 13, 8, 11, 5, 6, 15, 0, 3, 4, 7, 2, 12, 1, 10, 14, 9,
			10, 6, 9, 0, 12, 11, 7, 13, 15, 1, 3, 14, 5, 2, 8, 4, 3, 15, 0, 6, 10, 1, 13, 8, 9, 4, 5, 11, 12, 7, 2, 14,
		},
		{
			2, 12, 4, 1, 7, 10, 11, 6, 8, 5, 3, 15, 13, 0, 14, 9, 14, 11, 2, 12, 4, 7, 13, 1, 5, 0, 15, 10, 3, 9, 8, 6,
			4, 2, 1, 11, 10, 13, 7, 8, 15, 9, 12, 5, 6, 3, 0, 14, 11, 8, 12, 7, 1, 14, 2, 13, 6, 15, 0, 9, 10, 4, 5, 3,
		},
		{
			12, 1, 10, 15, 9, 2, 6, 8, 0, 13, 3, 4, 14, 7, 5, 11, 10, 15, 4, 2, 7, 12, 9, 5, 6, 1, 13, 14, 0, 11, 3, 8,
			9, 14, 15, 5, 2, 8, 12, 3, 7, 0, 4, 10, 1, 13, 11, 6, 4, 3, 2, 12, 9, 5, 15, 10, 11, 14, 1, 7, 6, 0, 8, 13,
		},
		{
			4, 11, 2, 14, 15, 0, 8, 13, 3, 12, 9, 7, 5, 10, 6, 1, 13, 0, 11, 7, 4, 9, 1, 10, 14, 3, 5, 12, 2, 15, 8, 6,
			1, 4, 11, 13, 12, 3, 7, 14, 10, 15, 6, 8, 0, 5, 9, 2, 6, 11, 13, 8, 1, 4, 10, 7, 9, 5, 0, 15, 14, 2, 3, 12,
		},
		{
			13, 2, 8, 4, 6, 15, 11, 1, 10, 9, 3, 14, 5, 0, 12, 7, 1, 15, 13, 8, 10, 3, 7, 4, 12, 5, 6, 11, 0, 14, 9, 2,
			7, 11, 4, 1, 9, 12, 14, 2, 0, 6, 10, 13, 15, 3, 5, 8, 2, 1, 14, 7, 4, 10, 8, 13, 15, 12, 9, 0, 3, 5, 6, 11,
		},
	}
)

// unixCrypt hashes the first eight bytes of a password. It returns "" where the salt is not two characters of the alphabet.
func unixCrypt(password []byte, salt string) string {
	if len(salt) < 2 {
		return ""
	}
	expand, ok := saltedExpansion(salt[:2])
	if !ok {
		return ""
	}
	var key [64]byte
	for i := 0; i < len(password) && i < 8; i++ {
		for bit := range 7 { // the eighth bit of each byte is parity
			key[i*8+bit] = password[i] >> (6 - bit) & 1
		}
	}
	keys := roundKeys(key)
	var block [64]byte
	for range 25 {
		block = desBlock(block, &keys, &expand)
	}
	out := []byte(salt[:2])
	for i := 0; i < 66; i += 6 {
		v := 0
		for j := i; j < i+6; j++ {
			v <<= 1
			if j < 64 {
				v |= int(block[j])
			}
		}
		out = append(out, cryptAlphabet[v])
	}
	return string(out)
}

// saltedExpansion swaps entries i and i+24 of the expansion for each bit i of the salt.
func saltedExpansion(salt string) ([48]byte, bool) {
	expand := desExpand
	for i := range 2 {
		v := -1
		for j := range cryptAlphabet {
			if cryptAlphabet[j] == salt[i] {
				v = j
			}
		}
		if v < 0 {
			return expand, false
		}
		for bit := range 6 {
			if v>>bit&1 == 1 {
				at := 6*i + bit
				expand[at], expand[at+24] = expand[at+24], expand[at]
			}
		}
	}
	return expand, true
}

func roundKeys(key [64]byte) (keys [16][48]byte) {
	var half [56]byte
	for i, bit := range desKey {
		half[i] = key[bit-1]
	}
	shifted := 0
	for round := range keys {
		shifted += desShifts[round]
		for i, bit := range desRoundKey {
			at := int(bit) - 1
			keys[round][i] = half[at/28*28+(at%28+shifted)%28]
		}
	}
	return keys
}

// desBlock encrypts 64 bits, one to a byte.
func desBlock(in [64]byte, keys *[16][48]byte, expand *[48]byte) (out [64]byte) {
	var left, right [32]byte
	for i := range 32 {
		left[i], right[i] = in[desInitial[i]-1], in[desInitial[i+32]-1]
	}
	for round := range keys {
		var boxed [32]byte
		for box := range 8 {
			var b [6]byte
			for i := range b {
				b[i] = right[expand[box*6+i]-1] ^ keys[round][box*6+i]
			}
			row, column := b[0]<<1|b[5], b[1]<<3|b[2]<<2|b[3]<<1|b[4]
			v := desBoxes[box][row*16+column]
			for i := range 4 {
				boxed[box*4+i] = v >> (3 - i) & 1
			}
		}
		next := left
		for i, bit := range desPermute {
			next[i] ^= boxed[bit-1]
		}
		left, right = right, next
	}
	for i, bit := range desInitial { // the final permutation is the inverse, on swapped halves
		if i < 32 {
			out[bit-1] = right[i]
		} else {
			out[bit-1] = left[i-32]
		}
	}
	return out
}
