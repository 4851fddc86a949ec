package wire

import "goactivemq/activemq/message"

// brokerInfo is set in init, for its walk needs it.
var brokerInfo *shape[message.BrokerInfo]

func init() { brokerInfo = only("BrokerInfo", typeBrokerInfo, walkBrokerInfo) }

func walkBrokerInfo(w *walker, b *message.BrokerInfo) {
	walkCommand(w, &b.Command)
	cached(w, brokerID, &b.Broker)
	w.text(&b.URL)
	array(w, brokerInfo, &b.Peers)
	w.text(&b.Name)
	w.flag(&b.Slave)
	w.flag(&b.Master)
	w.flag(&b.FaultTolerant)
	if w.since(2) {
		w.flag(&b.Duplex)
		w.flag(&b.Network)
		w.int64(&b.ConnectionNumber)
	}
	if w.since(3) {
		w.text(&b.UploadURL)
		w.text(&b.NetworkProperties)
	}
}

// BrokerSubscriptionInfo tells a peer of a network which durable subscriptions a broker has.
type BrokerSubscriptionInfo struct {
	message.Command
	Broker        *message.BrokerID
	Name          message.Text
	Subscriptions []*message.ConsumerInfo
}

func walkBrokerSubscriptionInfo(w *walker, b *BrokerSubscriptionInfo) {
	walkCommand(w, &b.Command)
	nested(w, brokerID, &b.Broker)
	w.text(&b.Name)
	array(w, consumerInfo, &b.Subscriptions)
}

// DiscoveryEvent tells of a broker found on the network.
type DiscoveryEvent struct {
	Service message.Text // its URI
	Broker  message.Text
}

func walkDiscoveryEvent(w *walker, d *DiscoveryEvent) {
	w.text(&d.Service)
	w.text(&d.Broker)
}

// PartialCommand is a piece of a frame on transports that must cut frames.
type PartialCommand struct {
	CommandID int32
	Data      []byte
}

func walkPartialCommand(w *walker, p *PartialCommand) {
	w.int32(&p.CommandID)
	w.bytes(&p.Data)
}

// LastPartialCommand is the last piece.
type LastPartialCommand struct{ PartialCommand }

func walkLastPartialCommand(w *walker, p *LastPartialCommand) {
	walkPartialCommand(w, &p.PartialCommand)
}

// ReplayCommand asks for commands that got lost on transports that lose some.
type ReplayCommand struct {
	message.Command
	First int32
	Last  int32
}

func walkReplayCommand(w *walker, r *ReplayCommand) {
	walkCommand(w, &r.Command)
	w.int32(&r.First)
	w.int32(&r.Last)
}
