package mqtt

import (
	"net"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/mqtt/packet"
	"goactivemq/protocols"
)

// item is one packet to send: a message, or an answer.
type item struct {
	kind   packet.Kind
	qos    packet.QoS // of a message, as it is sent
	dup    bool
	id     uint16 // packet identifier
	reason packet.Reason

	sub     *subscription
	message *message.Message

	raw []byte // of any other answer: the packet
}

// outbox is what a connection has to send, with what turns it into packets.
type outbox struct {
	protocols.Outbox[item]
	conn    *conn
	direct  *protocols.Socket
	publish packet.Publish
	topic   []byte // of publish
	spent   spent
}

// init makes the outbox ready.
func (o *outbox) init(c *conn, socket net.Conn) {
	o.conn = c
	o.Outbox.Init(socket, new(protocols.Inactivity), o.encode, c.lost)
	o.Outbox.Settle = o.settle
	o.direct = o.Outbox.Socket()
}

// encode appends an item's packet to to.
func (o *outbox) encode(to []byte, i *item) ([]byte, error) {
	v := o.conn.version
	switch i.kind {
	case packet.PUBLISH:
		return o.encodeMessage(to, i)
	case packet.PINGRESP:
		return packet.AppendPingresp(to), nil
	case packet.PUBACK, packet.PUBREC, packet.PUBREL, packet.PUBCOMP:
		return packet.AppendAck(to, v, i.kind, i.id, i.reason), nil
	case packet.DISCONNECT:
		return packet.AppendDisconnect(to, i.reason, nil), nil
	}
	return append(to, i.raw...), nil
}

// encodeMessage appends the PUBLISH for a message. One that is too large for the client, or that has expired while it waited, counts as sent
// [MQTT-3.1.2-25], [MQTT-3.3.2-5].
func (o *outbox) encodeMessage(to []byte, i *item) ([]byte, error) {
	p := &o.publish
	*p = packet.Publish{Dup: i.dup, QoS: i.qos, ID: i.id, Properties: p.Properties[:0]}
	if err := o.convert(p, i.message, i.sub); err != nil {
		o.conn.handler.log.Warn("message "+i.message.ID.String()+" from "+i.message.Destination.String()+" cannot be sent to "+o.conn.remote, "error", err)
		o.spent.add(i)
		return to, nil
	}
	if limit := o.conn.flow.packetMax; limit > 0 && p.Size(o.conn.version) > limit || i.message.Expiration != 0 && i.message.ExpiredAt(time.Now().UnixMilli()) {
		o.spent.add(i)
		return to, nil
	}
	if i.qos == packet.AtMostOnce {
		o.spent.add(i)
	}
	return p.Append(to, o.conn.version), nil
}
