package wire

// A message is a row of described values, its sections, in this order, of which only the body must be there [AMQP 3.2]:
//
//	header                  list   what intermediaries may change
//	delivery-annotations    map    for the next hop
//	message-annotations     map    for all on the way
//	properties              list   immutable from here on, as all the rest
//	application-properties  map    from string to a simple value
//	body                           one amqp-value, or data sections, or amqp-sequence sections
//	footer                  map

// MessageHeader is a message's header section [AMQP 3.2.1].
type MessageHeader struct {
	Durable       bool
	Priority      Optional[uint8]
	TTL           Optional[uint32] // milliseconds
	FirstAcquirer bool
	DeliveryCount uint32
}

func (*MessageHeader) code() Code { return codeHeader }

func (h *MessageHeader) walk(w *walker) {
	w.flag(&h.Durable)
	w.maybeUbyte(&h.Priority)
	w.maybeUint32(&h.TTL)
	w.flag(&h.FirstAcquirer)
	w.uint32(&h.DeliveryCount, 0)
}

// Properties is a message's properties section [AMQP 3.2.4].
type Properties struct {
	MessageID          Value // ulong, uuid, binary or string
	UserID             []byte
	To                 Optional[string]
	Subject            Optional[string]
	ReplyTo            Optional[string]
	CorrelationID      Value // as MessageID
	ContentType        Symbol
	ContentEncoding    Symbol
	AbsoluteExpiryTime Optional[int64] // milliseconds since 1970
	CreationTime       Optional[int64]
	GroupID            Optional[string]
	GroupSequence      Optional[uint32]
	ReplyToGroupID     Optional[string]
}

func (*Properties) code() Code { return codeProperties }

func (p *Properties) walk(w *walker) {
	w.messageID(&p.MessageID)
	w.binary(&p.UserID)
	w.maybeString(&p.To)
	w.maybeString(&p.Subject)
	w.maybeString(&p.ReplyTo)
	w.messageID(&p.CorrelationID)
	w.symbol(&p.ContentType)
	w.symbol(&p.ContentEncoding)
	w.timestamp(&p.AbsoluteExpiryTime)
	w.timestamp(&p.CreationTime)
	w.maybeString(&p.GroupID)
	w.maybeUint32(&p.GroupSequence)
	w.maybeString(&p.ReplyToGroupID)
}

// messageID walks a message's id, of one of the types that these may have [AMQP 3.2.11].
func (w *walker) messageID(v *Value) {
	w.any(v)
	if w.writing {
		return
	}
	switch v.Type() {
	case Null, Ulong, UUID, Binary, String:
	default:
		w.fail("%s: message id of type %s", w.name, v.Type())
	}
}

// BodyKind is what a message's body is made of.
type BodyKind uint8

// The kinds of body.
const (
	NoBody BodyKind = iota // which the standard does not allow, and happens
	DataBody
	SequenceBody
	ValueBody
)

// Message is a message taken apart. Sections that are missing are nil. All shares memory with the encoded message.
type Message struct {
	Header                *MessageHeader
	DeliveryAnnotations   Value
	Annotations           Value
	Properties            *Properties
	ApplicationProperties Value
	Kind                  BodyKind
	Body                  []Value // of each section of the body: a binary, a list, or any value
	Footer                Value

	HeaderEnd int // where the header ends in what was parsed, 0 without one

	header     MessageHeader
	properties Properties
	body       [1]Value
}

// Parse takes an encoded message apart, whose memory it keeps. m is filled anew.
func (m *Message) Parse(encoded []byte) error {
	*m = Message{}
	w := walker{cursor: cursor{in: encoded}, name: "message"}
	last := Code(0)
	for w.more() {
		code := w.descriptor()
		if w.err == nil && (code < last || code == last && code != codeData && code != codeSequence) {
			w.fail("%s behind %s", code, last)
		}
		last = code
		m.section(&w, code)
	}
	return w.err
}

// section reads one section whose descriptor was read.
func (m *Message) section(w *walker, code Code) {
	switch code {
	case codeHeader:
		m.Header = &m.header
		w.read(m.Header)
		m.HeaderEnd = w.at
	case codeDeliveryAnnotations:
		m.DeliveryAnnotations = w.section(code, Map)
	case codeMessageAnnotations:
		m.Annotations = w.section(code, Map)
	case codeProperties:
		m.Properties = &m.properties
		w.read(m.Properties)
	case codeApplicationProperties:
		m.ApplicationProperties = w.section(code, Map)
	case codeData:
		m.addBody(w, DataBody, w.section(code, Binary))
	case codeSequence:
		m.addBody(w, SequenceBody, w.section(code, List))
	case codeValue:
		m.addBody(w, ValueBody, w.value())
	case codeFooter:
		m.Footer = w.section(code, Map)
	default:
		w.fail("%s is no section of a message", code)
	}
}

// section reads a section that is a value of one type.
func (w *walker) section(code Code, want Type) Value {
	v := w.value()
	if w.err == nil && v.Type() != want {
		w.fail("%s of %s, want a %s", code, v.Type(), want)
	}
	return v
}

// addBody adds a section to the body, which has sections of one kind only.
func (m *Message) addBody(w *walker, kind BodyKind, v Value) {
	if m.Kind != NoBody && m.Kind != kind {
		w.fail("a body of sections of different kinds")
	}
	if m.Body == nil {
		m.Body = m.body[:0]
	}
	m.Kind = kind
	m.Body = append(m.Body, v)
}

// The sections that are values.
const (
	DeliveryAnnotations   = codeDeliveryAnnotations
	MessageAnnotations    = codeMessageAnnotations
	ApplicationProperties = codeApplicationProperties
	Data                  = codeData
	Sequence              = codeSequence
	BodyValue             = codeValue
	Footer                = codeFooter
)

// AppendSection appends the descriptor of a section whose value follows.
func AppendSection(to []byte, code Code) []byte { return AppendDescriptor(to, uint64(code)) }

// ParseControl reads what a message to a coordinator asks for: *Declare or *Discharge.
func ParseControl(encoded []byte) (any, error) {
	var m Message
	if err := m.Parse(encoded); err != nil {
		return nil, err
	}
	if m.Kind != ValueBody {
		return nil, decodeError("a message to a coordinator without an amqp-value")
	}
	w := walker{cursor: cursor{in: m.Body[0]}, name: "message to a coordinator"}
	var p composite
	switch code := w.descriptor(); {
	case w.err != nil:
		return nil, w.err
	case code == codeDeclare:
		p = new(Declare)
	case code == codeDischarge:
		p = new(Discharge)
	default:
		return nil, decodeError("a coordinator cannot %s", code)
	}
	w.read(p)
	return p, w.err
}
