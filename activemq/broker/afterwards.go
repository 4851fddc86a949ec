package broker

// afterwards is what work under the lock of a queue or topic leaves to be done once the lock is released.
type afterwards struct {
	touched touched
	dead    []deadLetter
	slow    []*Subscription // that have just become slow
	told    []told
}

// touched are the peers that were given messages, each once.
type touched []Peer

// add notes the consumer's peer.
func (t *touched) add(s *Subscription) { t.addPeer(s.conn.peer) }

// addPeer notes a peer.
func (t *touched) addPeer(peer Peer) {
	for _, known := range *t {
		if known == peer {
			return
		}
	}
	*t = append(*t, peer)
}

// flush sends what the peers were given.
func (t touched) flush() {
	for _, peer := range t {
		peer.Flush()
	}
}

// take returns what is to be done, and forgets it.
func (a *afterwards) take() afterwards {
	taken := *a
	*a = afterwards{}
	return taken
}

// do does it. The caller holds no lock. A connection whose client has more to say at once puts the sending off until it has said that.
func (a *afterwards) do(d *Destination, by *Connection) {
	if by != nil && len(a.touched) > 0 {
		by.gave = true
	}
	if by != nil && by.putsOff {
		for _, peer := range a.touched {
			by.later.addPeer(peer)
		}
	} else {
		a.touched.flush()
	}
	for _, l := range a.dead {
		d.broker.bury(l)
	}
	for _, t := range a.told {
		t.tell(d)
	}
	for _, s := range a.slow {
		d.broker.slowConsumer(s, d)
	}
}
