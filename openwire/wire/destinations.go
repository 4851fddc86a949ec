package wire

import "goactivemq/activemq/message"

// destination is the shape of a field that can name any of the four kinds of destination.
var destination = &shape[message.Destination]{
	ref: "ActiveMQDestination",
	id:  destinationType,
	make: func(id byte) *message.Destination {
		d := &message.Destination{Kind: message.DestinationKind(id)}
		if destinationType(d) == typeNull {
			return nil
		}
		return d
	},
	walk: walkDestination,
	key:  destinationKey,
}

// destinationType returns the type of a destination's kind, typeNull for a kind that there is not.
func destinationType(d *message.Destination) byte {
	if d.Kind < message.Queue || d.Kind > message.TempTopic {
		return typeNull
	}
	return byte(d.Kind)
}

func walkDestination(w *walker, d *message.Destination) {
	w.name(&d.Name)
}

func walkDestinationInfo(w *walker, d *message.DestinationInfo) {
	walkCommand(w, &d.Command)
	cached(w, connectionID, &d.Connection)
	cached(w, destination, &d.Destination)
	w.int8((*int8)(&d.Operation))
	w.int64(&d.Timeout)
	array(w, brokerID, &d.BrokerPath)
}
