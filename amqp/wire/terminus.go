package wire

// What of a terminus is kept while it is not attached [AMQP 3.5.5].
const (
	DurableNone          uint32 = 0
	DurableConfiguration uint32 = 1
	DurableState         uint32 = 2
)

// When a terminus that is not attached is forgotten [AMQP 3.5.6].
const (
	ExpireLinkDetach      Symbol = "link-detach"
	ExpireSessionEnd      Symbol = "session-end"
	ExpireConnectionClose Symbol = "connection-close"
	ExpireNever           Symbol = "never"
)

// The ways in which a node gives out messages [AMQP 3.5.7].
const (
	DistributeMove Symbol = "move"
	DistributeCopy Symbol = "copy"
)

// Source is where a link's messages come from [AMQP 3.5.3].
type Source struct {
	Address          Optional[string]
	Durable          uint32
	ExpiryPolicy     Symbol
	Timeout          uint32 // seconds
	Dynamic          bool
	DynamicNode      Value // a map
	DistributionMode Symbol
	Filter           Value // a map
	DefaultOutcome   State
	Outcomes         []Symbol
	Capabilities     []Symbol
}

func (*Source) code() Code { return codeSource }

func (s *Source) walk(w *walker) {
	w.maybeString(&s.Address)
	w.uint32(&s.Durable, DurableNone)
	w.symbol(&s.ExpiryPolicy)
	w.uint32(&s.Timeout, 0)
	w.flag(&s.Dynamic)
	w.fields(&s.DynamicNode)
	w.symbol(&s.DistributionMode)
	w.fields(&s.Filter)
	w.state(&s.DefaultOutcome)
	w.symbols(&s.Outcomes)
	w.symbols(&s.Capabilities)
}

// Target is where a link's messages go to [AMQP 3.5.4].
type Target struct {
	Address      Optional[string]
	Durable      uint32
	ExpiryPolicy Symbol
	Timeout      uint32 // seconds
	Dynamic      bool
	DynamicNode  Value // a map
	Capabilities []Symbol
}

func (*Target) code() Code { return codeTarget }

func (t *Target) walk(w *walker) {
	w.maybeString(&t.Address)
	w.uint32(&t.Durable, DurableNone)
	w.symbol(&t.ExpiryPolicy)
	w.uint32(&t.Timeout, 0)
	w.flag(&t.Dynamic)
	w.fields(&t.DynamicNode)
	w.symbols(&t.Capabilities)
}

// Coordinator is the target of links that carry what is to be done with transactions [AMQP 4.5.1].
type Coordinator struct{ Capabilities []Symbol }

func (*Coordinator) code() Code       { return codeCoordinator }
func (c *Coordinator) walk(w *walker) { w.symbols(&c.Capabilities) }

// Declare asks for a transaction [AMQP 4.5.2].
type Declare struct{ GlobalID Value }

func (*Declare) code() Code       { return codeDeclare }
func (d *Declare) walk(w *walker) { w.any(&d.GlobalID) }

// Discharge ends a transaction [AMQP 4.5.3].
type Discharge struct {
	Transaction []byte
	Fail        bool // roll back
}

func (*Discharge) code() Code { return codeDischarge }

func (d *Discharge) walk(w *walker) {
	w.required("txn-id")
	w.binary(&d.Transaction)
	w.flag(&d.Fail)
}

// AppendLifetime appends the lifetime policy of a dynamic node, which has no fields.
func AppendLifetime(to []byte, policy Code) []byte {
	return append(AppendDescriptor(to, uint64(policy)), codeList0)
}
