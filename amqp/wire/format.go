package wire

// A frame, big-endian throughout [AMQP 2.3]:
//
//	| size:uint32 | doff:byte | type:byte | channel:uint16 | extended header | body |
//
// size counts all of it, doff is where the body begins in words of four bytes, and the extended header means nothing to us. The body is a
// performative and, behind a transfer, payload. A frame without a body only shows that its sender is alive. Type 0 is AMQP, type 1 is
// SASL, where the channel means nothing.
//
// A value is a constructor and what it announces [AMQP 1.2, 1.6]. The first digit of the constructor tells how much follows:
//
//	4x  nothing             8x  8 bytes              cx  size:byte   count:byte   values
//	5x  1 byte              9x  16 bytes             dx  size:uint32 count:uint32 values
//	6x  2 bytes             ax  size:byte   bytes    ex  size:byte   count:byte   constructor elements
//	7x  4 bytes             bx  size:uint32 bytes    fx  size:uint32 count:uint32 constructor elements
//
// 00 stands in front of a descriptor, itself a value, and the value that it describes. A composite is a list that is described by the code of
// its type; fields that are missing at its end are null.
const (
	frameHeaderSize = 8

	codeDescribed = 0x00

	codeNull       = 0x40
	codeTrue       = 0x41
	codeFalse      = 0x42
	codeUint0      = 0x43
	codeUlong0     = 0x44
	codeList0      = 0x45
	codeUbyte      = 0x50
	codeByte       = 0x51
	codeSmallUint  = 0x52
	codeSmallUlong = 0x53
	codeSmallInt   = 0x54
	codeSmallLong  = 0x55
	codeBoolean    = 0x56
	codeUshort     = 0x60
	codeShort      = 0x61
	codeUint       = 0x70
	codeInt        = 0x71
	codeFloat      = 0x72
	codeChar       = 0x73
	codeDecimal32  = 0x74
	codeUlong      = 0x80
	codeLong       = 0x81
	codeDouble     = 0x82
	codeTimestamp  = 0x83
	codeDecimal64  = 0x84
	codeDecimal128 = 0x94
	codeUUID       = 0x98
	codeBinary8    = 0xa0
	codeString8    = 0xa1
	codeSymbol8    = 0xa3
	codeBinary32   = 0xb0
	codeString32   = 0xb1
	codeSymbol32   = 0xb3
	codeList8      = 0xc0
	codeMap8       = 0xc1
	codeList32     = 0xd0
	codeMap32      = 0xd1
	codeArray8     = 0xe0
	codeArray32    = 0xf0
)

// depthMax is how deep values may lie in each other. Honest ones reach a handful.
const depthMax = 64

// Type is what a value is, however it is encoded.
type Type uint8

// The types of values.
const (
	None Type = iota // not the constructor of any type
	Null
	Boolean
	Ubyte
	Ushort
	Uint
	Ulong
	Byte
	Short
	Int
	Long
	Float
	Double
	Decimal32
	Decimal64
	Decimal128
	Char
	Timestamp
	UUID
	Binary
	String
	SymbolType
	List
	Map
	Array
	Described
)

// types has the type of each constructor.
var types = [256]Type{
	codeDescribed: Described,
	codeNull:      Null,
	codeTrue:      Boolean, codeFalse: Boolean, codeBoolean: Boolean,
	codeUbyte: Ubyte, codeUshort: Ushort,
	codeUint: Uint, codeSmallUint: Uint, codeUint0: Uint,
	codeUlong: Ulong, codeSmallUlong: Ulong, codeUlong0: Ulong,
	codeByte: Byte, codeShort: Short,
	codeInt: Int, codeSmallInt: Int,
	codeLong: Long, codeSmallLong: Long,
	codeFloat: Float, codeDouble: Double,
	codeDecimal32: Decimal32, codeDecimal64: Decimal64, codeDecimal128: Decimal128,
	codeChar: Char, codeTimestamp: Timestamp, codeUUID: UUID,
	codeBinary8: Binary, codeBinary32: Binary,
	codeString8: String, codeString32: String,
	codeSymbol8: SymbolType, codeSymbol32: SymbolType,
	codeList0: List, codeList8: List, codeList32: List,
	codeMap8: Map, codeMap32: Map,
	codeArray8: Array, codeArray32: Array,
}

// typeNames are the standard's names of the types.
var typeNames = [...]string{
	"no type", "null", "boolean", "ubyte", "ushort", "uint", "ulong", "byte", "short", "int", "long", "float", "double", "decimal32", "decimal64",
	"decimal128", "char", "timestamp", "uuid", "binary", "string", "symbol", "list", "map", "array", "described value",
}

// String returns the standard's name of the type.
func (t Type) String() string { return typeNames[t] }

// Symbol is a name out of some agreed-on set, in ASCII.
type Symbol string
