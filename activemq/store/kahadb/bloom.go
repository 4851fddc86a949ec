package kahadb

// bloom tells of hashes whether they may have been seen before. It errs in saying so of one in some hundred thousands; never the other way.
type bloom struct {
	bits []uint64
	mask uint64
}

// newBloom returns a filter for about n hashes, within bounds of 8 kB and 32 MB.
func newBloom(n int64) *bloom {
	words := uint64(1 << 10)
	for words*64 < uint64(n)*24 && words < 4<<20 {
		words *= 2
	}
	return &bloom{bits: make([]uint64, words), mask: words*64 - 1}
}

// add puts h in, and tells whether it may have been in before.
func (b *bloom) add(h uint64) bool {
	seen := true
	step := h>>32 | 1
	for range 6 {
		bit := h & b.mask
		word, flag := bit/64, uint64(1)<<(bit%64)
		seen = seen && b.bits[word]&flag != 0
		b.bits[word] |= flag
		h = (h + step) * 0x9e3779b97f4a7c15
		h ^= h >> 31
	}
	return seen
}
