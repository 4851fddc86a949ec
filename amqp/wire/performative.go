package wire

import "math"

// Open describes the sender's end of a connection [AMQP 2.7.1].
type Open struct {
	ContainerID         string
	Hostname            string
	MaxFrameSize        uint32
	ChannelMax          uint16
	IdleTimeOut         Optional[uint32] // milliseconds
	OutgoingLocales     []Symbol
	IncomingLocales     []Symbol
	OfferedCapabilities []Symbol
	DesiredCapabilities []Symbol
	Properties          Value
}

func (*Open) code() Code { return codeOpen }

func (p *Open) walk(w *walker) {
	w.mustString("container-id", &p.ContainerID)
	w.string(&p.Hostname)
	w.uint32(&p.MaxFrameSize, math.MaxUint32)
	w.ushort(&p.ChannelMax, math.MaxUint16)
	w.maybeUint32(&p.IdleTimeOut)
	w.symbols(&p.OutgoingLocales)
	w.symbols(&p.IncomingLocales)
	w.symbols(&p.OfferedCapabilities)
	w.symbols(&p.DesiredCapabilities)
	w.fields(&p.Properties)
}

// BeginSession begins a session on a channel [AMQP 2.7.2].
type BeginSession struct {
	RemoteChannel       Optional[uint16]
	NextOutgoingID      uint32
	IncomingWindow      uint32
	OutgoingWindow      uint32
	HandleMax           uint32
	OfferedCapabilities []Symbol
	DesiredCapabilities []Symbol
	Properties          Value
}

func (*BeginSession) code() Code { return codeBegin }

func (p *BeginSession) walk(w *walker) {
	w.maybeUshort(&p.RemoteChannel)
	w.mustUint32("next-outgoing-id", &p.NextOutgoingID)
	w.mustUint32("incoming-window", &p.IncomingWindow)
	w.mustUint32("outgoing-window", &p.OutgoingWindow)
	w.uint32(&p.HandleMax, math.MaxUint32)
	w.symbols(&p.OfferedCapabilities)
	w.symbols(&p.DesiredCapabilities)
	w.fields(&p.Properties)
}

// The roles of a link's ends, as Attach and Disposition have them.
const (
	SenderRole   = false
	ReceiverRole = true
)

// The modes in which senders and receivers settle [AMQP 2.8.2, 2.8.3].
const (
	SenderUnsettled uint8 = 0
	SenderSettled   uint8 = 1
	SenderMixed     uint8 = 2

	ReceiverFirst  uint8 = 0 // settles whatever it gets at once
	ReceiverSecond uint8 = 1 // settles after the sender has
)

// Attach attaches a link to a session [AMQP 2.7.3].
type Attach struct {
	Name                 string
	Handle               uint32
	Role                 bool
	SenderSettleMode     uint8
	ReceiverSettleMode   uint8
	Source               *Source
	Target               *Target
	Coordinator          *Coordinator // in the place of Target
	Unsettled            Value        // a map from delivery tags to states
	IncompleteUnsettled  bool
	InitialDeliveryCount Optional[uint32]
	MaxMessageSize       uint64
	OfferedCapabilities  []Symbol
	DesiredCapabilities  []Symbol
	Properties           Value
}

func (*Attach) code() Code { return codeAttach }

func (p *Attach) walk(w *walker) {
	w.mustString("name", &p.Name)
	w.mustUint32("handle", &p.Handle)
	w.must("role", &p.Role)
	w.ubyte(&p.SenderSettleMode, SenderMixed)
	w.ubyte(&p.ReceiverSettleMode, ReceiverFirst)
	nested(w, &p.Source)
	w.target(p)
	w.fields(&p.Unsettled)
	w.flag(&p.IncompleteUnsettled)
	w.maybeUint32(&p.InitialDeliveryCount)
	w.ulong(&p.MaxMessageSize)
	w.symbols(&p.OfferedCapabilities)
	w.symbols(&p.DesiredCapabilities)
	w.fields(&p.Properties)
}

// target walks what may be a target or a coordinator.
func (w *walker) target(p *Attach) {
	coordinator := p.Coordinator != nil
	if !w.writing && w.left > 0 {
		ahead := walker{cursor: w.cursor, name: w.name}
		coordinator = ahead.peek() == codeDescribed && ahead.descriptor() == codeCoordinator
	}
	if coordinator {
		nested(w, &p.Coordinator)
	} else {
		nested(w, &p.Target)
	}
}

// Flow tells the state of a session and, where it has a handle, of a link [AMQP 2.7.4].
type Flow struct {
	NextIncomingID Optional[uint32]
	IncomingWindow uint32
	NextOutgoingID uint32
	OutgoingWindow uint32
	Handle         Optional[uint32]
	DeliveryCount  Optional[uint32]
	LinkCredit     Optional[uint32]
	Available      Optional[uint32]
	Drain          bool
	Echo           bool
	Properties     Value
}

func (*Flow) code() Code { return codeFlow }

func (p *Flow) walk(w *walker) {
	w.maybeUint32(&p.NextIncomingID)
	w.mustUint32("incoming-window", &p.IncomingWindow)
	w.mustUint32("next-outgoing-id", &p.NextOutgoingID)
	w.mustUint32("outgoing-window", &p.OutgoingWindow)
	w.maybeUint32(&p.Handle)
	w.maybeUint32(&p.DeliveryCount)
	w.maybeUint32(&p.LinkCredit)
	w.maybeUint32(&p.Available)
	w.flag(&p.Drain)
	w.flag(&p.Echo)
	w.fields(&p.Properties)
}

// Transfer carries a message or a part of one [AMQP 2.7.5]. The payload stands behind it in the frame.
type Transfer struct {
	Handle        uint32
	DeliveryID    Optional[uint32]
	DeliveryTag   []byte
	MessageFormat uint32
	Settled       Optional[bool]
	More          bool
	SettleMode    Optional[uint8]
	State         State
	Resume        bool
	Aborted       bool
	Batchable     bool
}

func (*Transfer) code() Code { return codeTransfer }

func (p *Transfer) walk(w *walker) {
	w.mustUint32("handle", &p.Handle)
	w.maybeUint32(&p.DeliveryID)
	w.binary(&p.DeliveryTag)
	w.uint32(&p.MessageFormat, noFormat)
	w.maybeFlag(&p.Settled)
	w.flag(&p.More)
	w.maybeUbyte(&p.SettleMode)
	w.state(&p.State)
	w.flag(&p.Resume)
	w.flag(&p.Aborted)
	w.flag(&p.Batchable)
}

// noFormat stands for a message format that is missing. No format has that number.
const noFormat = math.MaxUint32

// Format returns the message format, 0 where it is missing.
func (p *Transfer) Format() uint32 {
	if p.MessageFormat == noFormat {
		return 0
	}
	return p.MessageFormat
}

// Disposition tells the state of a range of deliveries [AMQP 2.7.6].
type Disposition struct {
	Role      bool // of who tells it
	First     uint32
	Last      Optional[uint32] // missing: First
	Settled   bool
	State     State
	Batchable bool
}

func (*Disposition) code() Code { return codeDisposition }

func (p *Disposition) walk(w *walker) {
	w.must("role", &p.Role)
	w.mustUint32("first", &p.First)
	w.maybeUint32(&p.Last)
	w.flag(&p.Settled)
	w.state(&p.State)
	w.flag(&p.Batchable)
}

// Detach takes a link off its session, and ends it where Closed says so [AMQP 2.7.7].
type Detach struct {
	Handle uint32
	Closed bool
	Error  *Condition
}

func (*Detach) code() Code { return codeDetach }

func (p *Detach) walk(w *walker) {
	w.mustUint32("handle", &p.Handle)
	w.flag(&p.Closed)
	nested(w, &p.Error)
}

// End ends a session [AMQP 2.7.8].
type End struct{ Error *Condition }

func (*End) code() Code       { return codeEnd }
func (p *End) walk(w *walker) { nested(w, &p.Error) }

// Close ends a connection [AMQP 2.7.9].
type Close struct{ Error *Condition }

func (*Close) code() Code       { return codeClose }
func (p *Close) walk(w *walker) { nested(w, &p.Error) }

// Condition is an error as peers tell it each other [AMQP 2.8.14].
type Condition struct {
	Condition   Symbol
	Description string
	Info        Value // a map
}

func (*Condition) code() Code { return codeError }

func (p *Condition) walk(w *walker) {
	w.required("condition")
	w.symbol(&p.Condition)
	w.string(&p.Description)
	w.fields(&p.Info)
}
