package wire

import "goactivemq/activemq/message"

// walkConnectionInfo reads true for ClientMaster from version 1, which was written when no client was anything else.
func walkConnectionInfo(w *walker, c *message.ConnectionInfo) {
	walkCommand(w, &c.Command)
	cached(w, connectionID, &c.Connection)
	w.text(&c.ClientID)
	w.text(&c.Password)
	w.text(&c.UserName)
	array(w, brokerID, &c.BrokerPath)
	w.flag(&c.BrokerMasterConnector)
	w.flag(&c.Manageable)
	if w.since(2) {
		w.flag(&c.ClientMaster)
	} else if w.reading() {
		c.ClientMaster = true
	}
	if w.since(6) {
		w.flag(&c.FaultTolerant)
		w.flag(&c.FailoverReconnect)
	}
	if w.since(8) {
		w.text(&c.ClientIP)
	}
}

func walkSessionInfo(w *walker, s *message.SessionInfo) {
	walkCommand(w, &s.Command)
	cached(w, sessionID, &s.Session)
}

func walkProducerInfo(w *walker, p *message.ProducerInfo) {
	walkCommand(w, &p.Command)
	cached(w, producerID, &p.Producer)
	cached(w, destination, &p.Destination)
	array(w, brokerID, &p.BrokerPath)
	if w.since(2) {
		w.flag(&p.DispatchAsync)
	}
	if w.since(3) {
		w.int32(&p.Window)
	}
}

// walkRemoveInfo lets the object be anything, as the original does, though only identifiers mean something.
func walkRemoveInfo(w *walker, r *message.RemoveInfo) {
	walkCommand(w, &r.Command)
	cachedAny(w, &r.Object)
	if w.since(5) {
		w.int64(&r.LastDelivered)
	} else if w.reading() {
		r.LastDelivered = message.DeliveredUnknown
	}
}
