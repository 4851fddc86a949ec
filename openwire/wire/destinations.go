package wire

import "goactivemq/activemq/message"

// destination is the shape of a field that can name any of the four kinds of destination.
var destination = &shape[message.Destination]{
	ref: "ActiveMQDestination",
	id:  func(d *message.Destination) byte { return byte(d.Kind) },
	make: func(id byte) *message.Destination {
		if id < byte(message.Queue) || id > byte(message.TempTopic) {
			return nil
		}
		return &message.Destination{Kind: message.DestinationKind(id)}
	},
	walk: walkDestination,
	key:  destinationKey,
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
