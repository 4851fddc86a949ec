package openwire

import (
	"errors"
	"strconv"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
)

// classes are the Java exceptions that clients know, for each kind of error. Clients make an exception of that class from its text alone.
var classes = map[broker.Kind]string{
	broker.Internal:           "javax.jms.JMSException",
	broker.IllegalState:       "javax.jms.JMSException",
	broker.NoDestination:      "org.apache.activemq.DestinationDoesNotExistException",
	broker.NoSubscription:     "javax.jms.InvalidDestinationException",
	broker.InvalidDestination: "javax.jms.InvalidDestinationException",
	broker.InvalidSelector:    "javax.jms.InvalidSelectorException",
	broker.InvalidClientID:    "javax.jms.InvalidClientIDException",
	broker.NotAuthorized:      "java.lang.SecurityException",
	broker.LimitReached:       "javax.jms.ResourceAllocationException",
	broker.NoTransaction:      "javax.transaction.xa.XAException",
	broker.TransactionState:   "javax.transaction.xa.XAException",
	broker.RolledBack:         "javax.jms.TransactionRolledBackException",
	broker.NotConnected:       "java.lang.IllegalStateException",
	broker.InvalidMessage:     "javax.jms.MessageFormatException",
}

// The XA error codes of the kinds that are XAExceptions. Clients read them from the end of the text.
var xaCodes = map[broker.Kind]int{
	broker.NoTransaction:    -4, // XAER_NOTA
	broker.TransactionState: -6, // XAER_PROTO
}

// textMax keeps exception texts far below what a tight string can hold, in bytes of modified UTF-8.
const textMax = 8 << 10

// throwable puts an error into Java's form. What the broker has no words of its own for is told only in general: the log has it in full.
func throwable(err error) *message.Throwable {
	var e *broker.Error
	if !errors.As(err, &e) {
		return &message.Throwable{Class: message.T(classes[broker.Internal]), Message: message.T("the broker failed to do this; its log says why")}
	}
	class, text := classes[e.Kind], message.CutMUTF8(e.Error(), textMax)
	if code, ok := xaCodes[e.Kind]; ok {
		text += " xaErrorCode:" + strconv.Itoa(code)
	}
	return &message.Throwable{Class: message.T(class), Message: message.T(text)}
}
