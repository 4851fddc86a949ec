package amqp

import (
	"errors"

	"goactivemq/activemq/broker"
	"goactivemq/amqp/wire"
)

// The conditions that peers are told, beside those of package wire [AMQP 2.8.15 to 2.8.18, 4.5.9].
const (
	internalError       wire.Symbol = "amqp:internal-error"
	notFound            wire.Symbol = "amqp:not-found"
	unauthorizedAccess  wire.Symbol = "amqp:unauthorized-access"
	resourceLimit       wire.Symbol = "amqp:resource-limit-exceeded"
	notAllowed          wire.Symbol = "amqp:not-allowed"
	invalidField        wire.Symbol = "amqp:invalid-field"
	notImplemented      wire.Symbol = "amqp:not-implemented"
	resourceDeleted     wire.Symbol = "amqp:resource-deleted"
	illegalState        wire.Symbol = "amqp:illegal-state"
	preconditionFailed  wire.Symbol = "amqp:precondition-failed"
	connectionForced    wire.Symbol = "amqp:connection:forced"
	unattachedHandle    wire.Symbol = "amqp:session:unattached-handle"
	handleInUse         wire.Symbol = "amqp:session:handle-in-use"
	errantLink          wire.Symbol = "amqp:session:errant-link"
	transferLimit       wire.Symbol = "amqp:link:transfer-limit-exceeded"
	messageSizeExceeded wire.Symbol = "amqp:link:message-size-exceeded"
	linkStolen          wire.Symbol = "amqp:link:stolen"
	unknownTransaction  wire.Symbol = "amqp:transaction:unknown-id"
	rolledBack          wire.Symbol = "amqp:transaction:rollback"
	failed              wire.Symbol = "failed" // the original's, for a message that it did not take
)

// conditions are the conditions for each kind of error.
var conditions = map[broker.Kind]wire.Symbol{
	broker.Internal:           internalError,
	broker.IllegalState:       illegalState,
	broker.NoDestination:      notFound,
	broker.NoSubscription:     notFound,
	broker.InvalidDestination: invalidField,
	broker.InvalidSelector:    invalidField,
	broker.InvalidClientID:    invalidField,
	broker.NotAuthorized:      unauthorizedAccess,
	broker.LimitReached:       resourceLimit,
	broker.NoTransaction:      unknownTransaction,
	broker.TransactionState:   illegalState,
	broker.RolledBack:         rolledBack,
	broker.NotConnected:       illegalState,
}

// textMax keeps descriptions far below the smallest frame that peers must take.
const textMax = 300

// condition puts an error into the protocol's form. What the broker has no words of its own for is told only in general: the log has it in full.
func condition(err error) *wire.Condition {
	var e *broker.Error
	if errors.As(err, &e) && e.Kind != broker.Internal {
		return &wire.Condition{Condition: conditions[e.Kind], Description: cut(e.Error())}
	}
	var w *wire.Error
	if errors.As(err, &w) {
		return &wire.Condition{Condition: w.Condition, Description: cut(w.Text)}
	}
	if errors.Is(err, broker.ErrStopped) {
		return &wire.Condition{Condition: connectionForced, Description: "the broker is stopping"}
	}
	return &wire.Condition{Condition: internalError, Description: "the broker failed to do this; its log says why"}
}

// refuse makes an error with a condition of its own.
func refuse(condition wire.Symbol, text string) error {
	return &wire.Error{Condition: condition, Text: text}
}

// cut shortens a text to what fits any frame, in whole characters where it can.
func cut(text string) string {
	if len(text) <= textMax {
		return text
	}
	end := textMax
	for end > textMax-4 && text[end]&0xc0 == 0x80 {
		end--
	}
	return text[:end]
}

// sessionError ends a session. Any other error of what a client sends ends the connection.
type sessionError struct {
	session   *session
	condition wire.Symbol
	text      string
}

// Error returns the condition and the text.
func (e *sessionError) Error() string { return "amqp: " + string(e.condition) + ": " + e.text }
