package stomp

import (
	"errors"

	"goactivemq/activemq/broker"
)

// protocolError is what a client did wrong. Its text is the original's where that has one: clients match it.
type protocolError struct {
	text  string
	fatal bool // nothing after it can be understood: the connection ends
}

// Error returns the text.
func (e *protocolError) Error() string { return e.text }

// wrong makes a protocolError after which the connection goes on.
func wrong(text string) error { return &protocolError{text, false} }

// fatal makes a protocolError that ends the connection.
func fatal(text string) error { return &protocolError{text, true} }

// failed is what tells the client of an error. What neither protocol nor broker have words for is told only in general: the log has it in full.
func (c *conn) failed(receiptID string, err error) item {
	text := "the broker failed to do this; its log says why"
	var p *protocolError
	var e *broker.Error
	switch {
	case errors.As(err, &p):
		text = p.text
	case errors.As(err, &e):
		text = e.Error()
	}
	c.handler.log.Warn("Exception occurred for client " + c.clientID + " (" + c.remote + "): " + err.Error())
	return item{kind: failed, receipt: receiptID, text: text}
}
