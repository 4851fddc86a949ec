package wire

// State is the state of a delivery [AMQP 3.4, 4.5.5, 4.5.8]. It is held by value, for nearly all are Accepted and nothing more.
type State struct {
	Kind Code // Received, Accepted, Rejected, Released, Modified, Declared, Transactional; 0: none

	Error *Condition // Rejected

	DeliveryFailed    bool // Modified
	UndeliverableHere bool
	Annotations       Value

	SectionNumber uint32 // Received
	SectionOffset uint64

	Transaction []byte // Declared, Transactional: its id
	Outcome     *State // Transactional: provisional, nil for none
}

func (s *State) code() Code { return s.Kind }

func (s *State) walk(w *walker) {
	switch s.Kind {
	case Received:
		w.mustUint32("section-number", &s.SectionNumber)
		w.required("section-offset")
		w.ulong(&s.SectionOffset)
	case Accepted, Released:
	case Rejected:
		nested(w, &s.Error)
	case Modified:
		w.flag(&s.DeliveryFailed)
		w.flag(&s.UndeliverableHere)
		w.fields(&s.Annotations)
	case Declared:
		w.required("txn-id")
		w.binary(&s.Transaction)
	case Transactional:
		w.required("txn-id")
		w.binary(&s.Transaction)
		w.outcome(s)
	default:
		w.fail("%s: %s is no state of a delivery", w.name, s.Kind)
	}
}

// state walks the state of a delivery, which may be missing.
func (w *walker) state(s *State) {
	if !w.next(s.Kind != 0) {
		return
	}
	if w.writing {
		w.write(s)
		w.wrote()
		return
	}
	s.Kind = w.descriptor()
	if w.err == nil {
		w.read(s)
	}
}

// outcome walks the outcome that a transactional state may hold, which is none of these again.
func (w *walker) outcome(s *State) {
	if w.writing && s.Outcome == nil {
		w.next(false)
		return
	}
	if s.Outcome == nil {
		s.Outcome = new(State)
	}
	w.state(s.Outcome)
	switch s.Outcome.Kind {
	case 0:
		s.Outcome = nil
	case Transactional, Declared:
		w.fail("%s within a transactional state", s.Outcome.Kind)
	}
}
