package wire

// A frame, big-endian throughout:
//
//	loose   | size:int32 | type:byte | fields, flags among them                      |
//	tight   | size:int32 | type:byte | boolean stream | fields without their booleans |
//
// size counts what follows it. Type 0 with nothing behind it is the null command. The first frame of each direction, a
// WireFormatInfo, is loose and uncached whatever is agreed on later.
//
// The boolean stream has the booleans of the whole frame, nested structures included, in the order of the fields, the first
// in the lowest bit. In front of it stands its number of bytes n:
//
//	n < 64        | n:byte |
//	n < 256       | c0 | n:byte |
//	n <= 32767    | 80 | n:int16 |
//
// Fields. "?" is a boolean, in the stream if tight, a byte 0 or 1 in place if loose:
//
//	              loose                        tight
//	boolean       ?                            ?
//	byte, int     1, 4 bytes                   1, 4 bytes
//	long          8 bytes                      ?? then 00: nothing, for 0; 01: uint16; 10: uint32; 11: 8 bytes
//	string        ?present size:uint16 utf     ?present ?ascii size:uint16, bytes if ascii, else utf
//	bytearray     ?present size:int32 bytes    the same
//	bytesequence  as bytearray; shares memory with the frame here where that may be
//	constbytes    bytes                        bytes
//	nested        ?present type:byte fields    ?present, ?0 if the type is marshal aware, type:byte fields
//	array         ?present count:int16 nested… the same
//	cached        without cache as nested; with it ?new index:int16, then if new, as nested
//	throwable     ?present class:string message:string, then with stack traces count:int16,
//	              count times (class:string method:string file:string line:int), cause:throwable
//
// utf is modified UTF-8 (message.DecodeMUTF8). Both bits of a long have the meaning of the unsigned value, so that a negative number
// always takes 8 bytes. The classes of the original are the BaseDataStreamMarshaller and the OpenWireFormat.

const (
	headSize = 4 // the size of the size

	bitsShort  = 64  // stream bytes from which their number takes two bytes
	bitsMedium = 256 // and from which it takes three
	bitsLong   = 0x7fff

	markMedium = 0xc0
	markLong   = 0x80

	// tightStringMax and looseStringMax are the most bytes that the original writes and reads.
	tightStringMax = 32766
	looseStringMax = 65535

	arrayMax = 0x7fff

	// depthMax bounds how deep structures may lie in each other. Honest ones reach a handful; a chain of causes may be longer.
	depthMax = 200
)
