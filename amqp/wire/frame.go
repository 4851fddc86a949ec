package wire

import "encoding/binary"

// The types of frames.
const (
	FrameAMQP byte = 0
	FrameSASL byte = 1
)

// Frame is one frame of a stream. Body is valid until the next one is read; it is empty in frames that only show that their sender is alive.
type Frame struct {
	Type    byte
	Channel uint16
	Body    []byte
}

// Decoder reads performatives. Those that come often it keeps and fills anew, so that what it returns is valid until the next call.
type Decoder struct {
	transfer    Transfer
	disposition Disposition
	flow        Flow
}

// Decode reads the performative of a frame's body: *Open, *BeginSession, *Attach, *Flow, *Transfer, *Disposition, *Detach, *End or *Close in
// frames of AMQP, *Mechanisms, *Init, *Challenge, *Response or *Outcome in frames of SASL. payload is what stands behind it. Both
// share memory with the body.
func (d *Decoder) Decode(f Frame) (performative any, payload []byte, err error) {
	w := walker{cursor: cursor{in: f.Body}, name: "frame"}
	code := w.descriptor()
	if w.err != nil {
		return nil, nil, w.err
	}
	p := d.empty(f.Type, code)
	if p == nil {
		return nil, nil, decodeError("%s in a frame of type %d", code, f.Type)
	}
	w.read(p)
	if w.err != nil {
		return nil, nil, w.err
	}
	payload = w.in[w.at:]
	if _, carries := p.(*Transfer); !carries && len(payload) > 0 {
		return nil, nil, decodeError("%d bytes behind %s", len(payload), code)
	}
	return p, payload, nil
}

// empty returns a performative to fill, nil for a code of none.
func (d *Decoder) empty(frameType byte, code Code) composite {
	if frameType == FrameSASL {
		return emptySASL(code)
	}
	switch code {
	case codeTransfer:
		d.transfer = Transfer{}
		return &d.transfer
	case codeDisposition:
		d.disposition = Disposition{}
		return &d.disposition
	case codeFlow:
		d.flow = Flow{}
		return &d.flow
	case codeOpen:
		return new(Open)
	case codeBegin:
		return new(BeginSession)
	case codeAttach:
		return new(Attach)
	case codeDetach:
		return new(Detach)
	case codeEnd:
		return new(End)
	case codeClose:
		return new(Close)
	}
	return nil
}

// emptySASL returns a performative of SASL to fill.
func emptySASL(code Code) composite {
	switch code {
	case codeSASLMechanisms:
		return new(Mechanisms)
	case codeSASLInit:
		return new(Init)
	case codeSASLChallenge:
		return new(Challenge)
	case codeSASLResponse:
		return new(Response)
	case codeSASLOutcome:
		return new(Outcome)
	}
	return nil
}

// Performative is what a frame may say.
type Performative = composite

// Encoder writes frames. It is not for concurrent use.
type Encoder struct{ w walker }

// AppendFrame appends a frame.
func (e *Encoder) AppendFrame(to []byte, frameType byte, channel uint16, p Performative) []byte {
	at := len(to)
	to = append(to, 0, 0, 0, 0, 2, frameType, byte(channel>>8), byte(channel))
	return endFrame(e.AppendComposite(to, p), at)
}

// AppendTransfer appends a transfer with as much of the payload as fits a frame of size limit, and returns the rest; it sets More. A limit
// below the least that the protocol allows is taken for that.
func (e *Encoder) AppendTransfer(to []byte, channel uint16, t *Transfer, payload []byte, limit uint32) (out, rest []byte) {
	at := len(to)
	t.More = false
	to = append(to, 0, 0, 0, 0, 2, FrameAMQP, byte(channel>>8), byte(channel))
	head := len(to)
	to = e.AppendComposite(to, t)
	if room := int64(max(limit, FrameSizeMin)) - int64(len(to)-at); int64(len(payload)) > room {
		t.More = true
		to = e.AppendComposite(to[:head], t)
		room = int64(max(limit, FrameSizeMin)) - int64(len(to)-at)
		payload, rest = payload[:room], payload[room:]
	}
	return endFrame(append(to, payload...), at), rest
}

// AppendComposite appends a value of a composite type: a section, a lifetime, or what a frame says.
func (e *Encoder) AppendComposite(to []byte, p composite) []byte {
	e.w.writing, e.w.out = true, to
	e.w.write(p)
	to, e.w.out = e.w.out, nil
	return to
}

// endFrame writes the size of the frame that begins at at.
func endFrame(to []byte, at int) []byte {
	binary.BigEndian.PutUint32(to[at:], uint32(len(to)-at))
	return to
}

// emptyFrame is the frame that says nothing.
var emptyFrame = [frameHeaderSize]byte{3: frameHeaderSize, 4: 2}

// AppendEmpty appends the frame that only shows that its sender is alive.
func AppendEmpty(to []byte) []byte { return append(to, emptyFrame[:]...) }

// Header is the beginning of a stream of frames: "AMQP", what is talked, and the version [AMQP 2.2].
type Header [8]byte

// The headers of the two protocols that there are, and of the one for TLS, which here comes before any of this.
var (
	HeaderAMQP = Header{'A', 'M', 'Q', 'P', 0, 1, 0, 0}
	HeaderSASL = Header{'A', 'M', 'Q', 'P', 3, 1, 0, 0}
)
