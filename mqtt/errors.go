package mqtt

import (
	"errors"

	"goactivemq/activemq/broker"
	"goactivemq/mqtt/packet"
)

// reasons are what clients of 5.0 are told of each kind of error.
var reasons = map[broker.Kind]packet.Reason{
	broker.Internal:           packet.UnspecifiedError,
	broker.IllegalState:       packet.ImplementationSpecificError,
	broker.NoDestination:      packet.InvalidTopicName,
	broker.NoSubscription:     packet.NoSubscriptionExisted,
	broker.InvalidDestination: packet.InvalidTopicName,
	broker.InvalidSelector:    packet.ImplementationSpecificError,
	broker.InvalidClientID:    packet.InvalidClientID,
	broker.NotAuthorized:      packet.NotAuthorized,
	broker.LimitReached:       packet.QuotaExceeded,
	broker.NoTransaction:      packet.ImplementationSpecificError,
	broker.TransactionState:   packet.ImplementationSpecificError,
	broker.RolledBack:         packet.ImplementationSpecificError,
	broker.NotConnected:       packet.ServerUnavailable,
}

// reasonOf puts an error into MQTT's form. What there are no words for is told only in general: the log has it in full.
func reasonOf(err error) packet.Reason {
	var reason packet.Reason
	var bad *packet.Error
	var e *broker.Error
	switch {
	case err == nil:
		return packet.Success
	case errors.As(err, &reason):
		return reason
	case errors.As(err, &bad):
		return bad.Reason
	case errors.Is(err, broker.ErrStopped):
		return packet.ServerShuttingDown
	case errors.As(err, &e):
		return reasons[e.Kind]
	}
	return packet.UnspecifiedError
}
