// Package wire is the codec of OpenWire, versions 1 to 12: frames from and to the nouns of package message and the commands
// declared here, which are talk between two peers only.
//
// Start with format.go, which draws a frame, then message.go for what a structure looks like here: one walk function names the
// fields of a structure in their order, with the versions that have them, and serves reading and writing, tight and loose.
//
// Nothing here knows a connection or a broker. A [Reader] cuts a stream into frames, a [Decoder] and an [Encoder] hold what the two
// sides of one connection remember (the caches), [Negotiate] finds the [Settings] that both peers can do.
package wire

import "time"

// VersionMax is the highest version of OpenWire there is, and the one that is offered.
const VersionMax = 12

// Settings are what the two ends of a connection agreed on. The zero value but for Version is loose, without cache.
type Settings struct {
	Version            int
	Tight              bool
	Cache              bool
	CacheSize          int   // slots; 0: 16383, as in the original
	StackTrace         bool  // exceptions carry stack and cause
	MaxFrame           int64 // bytes behind the size; 0: no limit but that of the size's 31 bits
	SizePrefixDisabled bool  // frames have no size in front; no peer asks for that on TCP

	// What follows is for the connection; the codec makes no use of it.
	TCPNoDelay             bool
	MaxInactivity          time.Duration // 0: nobody watches
	MaxInactivityBeginning time.Duration // grace before the watching starts
}

// cacheSize returns the number of slots.
func (s *Settings) cacheSize() int {
	if s.CacheSize <= 0 || s.CacheSize > cacheSizeMax {
		return cacheSizeDefault
	}
	return s.CacheSize
}

// IsMessage tells whether a frame of that type aliases its bytes once it is decoded, so that the frame must not be reused:
// the messages, and the dispatch of one.
func IsMessage(typeID byte) bool {
	return messageTypeFirst <= typeID && typeID <= messageTypeLast || typeID == typeMessageDispatch
}
