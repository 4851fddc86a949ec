package broker

// afterwards is what work under the lock of a queue or topic leaves to be done once the lock is released.
type afterwards struct {
	touched touched
	dead    []deadLetter
}

// deadLetter is a delivery that a dead letter strategy has to see.
type deadLetter struct {
	delivery *delivery
	cause    string // "" for an expired message
}

// touched are the peers that were given messages, each once.
type touched []Peer

// add notes the consumer's peer.
func (t *touched) add(s *Subscription) {
	peer := s.conn.peer
	for _, known := range *t {
		if known == peer {
			return
		}
	}
	*t = append(*t, peer)
}

// take returns what is to be done, and forgets it.
func (a *afterwards) take() afterwards {
	taken := *a
	*a = afterwards{}
	return taken
}

// do does it. The caller holds no lock.
func (a *afterwards) do(b *Broker) {
	for _, peer := range a.touched {
		peer.Flush()
	}
	for _, l := range a.dead {
		b.bury(l)
	}
}
