package broker

import (
	"errors"

	"goactivemq/activemq/message"
)

// ConnectInPlace is Connect for protocols in which a client that comes again takes the place of the one before (the original's
// allowLinkStealing): a connection with the same client id, of whatever protocol, is ended first.
func (b *Broker) ConnectInPlace(info *message.ConnectionInfo, peer Peer, remote string) (*Connection, error) {
	for {
		c, err := b.Connect(info, peer, remote)
		var e *Error
		if err == nil || !errors.As(err, &e) || e.Kind != InvalidClientID {
			return c, err
		}
		b.mu.Lock()
		other := b.clients[info.ClientID.String()]
		b.mu.Unlock()
		if other == nil && info.ClientID.IsEmpty() {
			return nil, err
		}
		if other != nil {
			b.log.Info("client " + info.ClientID.String() + " at " + remote + " takes the place of the one at " + other.remote)
			other.peer.Close(fail(IllegalState, "client %s came again from %s", info.ClientID, remote))
			other.Close()
		}
	}
}
