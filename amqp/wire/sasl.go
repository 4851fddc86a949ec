package wire

// Mechanisms tells a client how it may authenticate [AMQP 5.3.3.1].
type Mechanisms struct{ Mechanisms []Symbol }

func (*Mechanisms) code() Code { return codeSASLMechanisms }

func (p *Mechanisms) walk(w *walker) {
	w.required("sasl-server-mechanisms")
	w.symbols(&p.Mechanisms)
}

// Init is the client's choice [AMQP 5.3.3.2].
type Init struct {
	Mechanism Symbol
	Response  []byte // nil: none
	Hostname  string
}

func (*Init) code() Code { return codeSASLInit }

func (p *Init) walk(w *walker) {
	w.required("mechanism")
	w.symbol(&p.Mechanism)
	w.binary(&p.Response)
	w.string(&p.Hostname)
}

// Challenge asks the client for more [AMQP 5.3.3.3].
type Challenge struct{ Challenge []byte }

func (*Challenge) code() Code { return codeSASLChallenge }

func (p *Challenge) walk(w *walker) {
	w.required("challenge")
	w.binary(&p.Challenge)
}

// Response answers a Challenge [AMQP 5.3.3.4].
type Response struct{ Response []byte }

func (*Response) code() Code { return codeSASLResponse }

func (p *Response) walk(w *walker) {
	w.required("response")
	w.binary(&p.Response)
}

// How an authentication ends [AMQP 5.3.3.6].
const (
	SASLOK        uint8 = 0
	SASLAuth      uint8 = 1 // wrong credentials
	SASLSystem    uint8 = 2
	SASLPermanent uint8 = 3 // no use trying again
	SASLTransient uint8 = 4
	noOutcome     uint8 = 0xff
)

// Outcome ends an authentication [AMQP 5.3.3.5].
type Outcome struct {
	Code       uint8
	Additional []byte
}

func (*Outcome) code() Code { return codeSASLOutcome }

func (p *Outcome) walk(w *walker) {
	w.required("code")
	w.ubyte(&p.Code, noOutcome)
	w.binary(&p.Additional)
}
