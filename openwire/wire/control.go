package wire

import "goactivemq/activemq/message"

// walkCommand walks what every command starts with.
func walkCommand(w *walker, c *message.Command) {
	w.int32(&c.CommandID)
	w.flag(&c.ResponseRequired)
}

// KeepAliveInfo shows that the peer is alive. One that wants a response is answered by one that does not.
type KeepAliveInfo struct{ message.Command }

func walkKeepAliveInfo(w *walker, k *KeepAliveInfo) { walkCommand(w, &k.Command) }

// ShutdownInfo says that the peer is about to close.
type ShutdownInfo struct{ message.Command }

func walkShutdownInfo(w *walker, s *ShutdownInfo) { walkCommand(w, &s.Command) }

// FlushCommand asks for nothing but the response it may require.
type FlushCommand struct{ message.Command }

func walkFlushCommand(w *walker, f *FlushCommand) { walkCommand(w, &f.Command) }

// ControlCommand asked the original to shut down, and is ignored.
type ControlCommand struct {
	message.Command
	Text message.Text
}

func walkControlCommand(w *walker, c *ControlCommand) {
	walkCommand(w, &c.Command)
	w.text(&c.Text)
}

// ConnectionError tells of a failure that answers no command.
type ConnectionError struct {
	message.Command
	Exception  *message.Throwable
	Connection *message.ConnectionID
}

func walkConnectionError(w *walker, e *ConnectionError) {
	walkCommand(w, &e.Command)
	throwable(w, &e.Exception)
	nested(w, connectionID, &e.Connection)
}

// ConnectionControl steers a client's connection, and tells it of other brokers that it may fail over to.
type ConnectionControl struct {
	message.Command
	Close               bool
	Exit                bool
	FaultTolerant       bool
	Resume              bool
	Suspend             bool
	ConnectedBrokers    message.Text // URIs with commas between
	ReconnectTo         message.Text
	RebalanceConnection bool
	Token               []byte
}

// walkConnectionControl reads empty texts, not null ones, from versions that have none.
func walkConnectionControl(w *walker, c *ConnectionControl) {
	walkCommand(w, &c.Command)
	w.flag(&c.Close)
	w.flag(&c.Exit)
	w.flag(&c.FaultTolerant)
	w.flag(&c.Resume)
	w.flag(&c.Suspend)
	if w.since(6) {
		w.text(&c.ConnectedBrokers)
		w.text(&c.ReconnectTo)
		w.flag(&c.RebalanceConnection)
	} else if w.reading() {
		c.ConnectedBrokers, c.ReconnectTo = message.T(""), message.T("")
	}
	if w.since(8) {
		w.bytes(&c.Token)
	}
}

// ConsumerControl changes a consumer's prefetch, or closes, stops or starts it.
type ConsumerControl struct {
	message.Command
	Destination *message.Destination
	Close       bool
	Consumer    *message.ConsumerID
	Prefetch    int32
	Flush       bool
	Start       bool
	Stop        bool
}

// walkConsumerControl has the destination, which came with version 6, in front.
func walkConsumerControl(w *walker, c *ConsumerControl) {
	walkCommand(w, &c.Command)
	if w.since(6) {
		nested(w, destination, &c.Destination)
	}
	w.flag(&c.Close)
	nested(w, consumerID, &c.Consumer)
	w.int32(&c.Prefetch)
	if w.since(2) {
		w.flag(&c.Flush)
		w.flag(&c.Start)
		w.flag(&c.Stop)
	}
}
