package stomp

import (
	"fmt"
	"strconv"

	"goactivemq/activemq/message"
)

// What advisories tell about, in the original's names and order. A field that is null is left out.

// elementOfData puts what an advisory tells about into elements.
func elementOfData(data any) (element, error) {
	switch v := data.(type) {
	case *message.ConnectionInfo:
		return elementOfConnection(v), nil
	case *message.ConsumerInfo:
		return elementOfConsumer(v), nil
	case *message.ProducerInfo:
		return elementOfProducer(v), nil
	case *message.DestinationInfo:
		return elementOfDestination(v), nil
	case *message.RemoveInfo:
		e := command("RemoveInfo", v.Command)
		e.add(elementOfObject(v.Object)).number("lastDeliveredSequenceId", v.LastDelivered)
		return e, nil
	}
	return element{}, fmt.Errorf("an advisory about a %T has no text form", data)
}

// command begins the element of a command.
func command(name string, c message.Command) element {
	e := element{name: name}
	e.number("commandId", int64(c.CommandID)).truth("responseRequired", c.ResponseRequired)
	return e
}

// add appends a child, unless it has no name.
func (e *element) add(child element) *element {
	if child.name != "" {
		e.children = append(e.children, child)
	}
	return e
}

func (e *element) number(name string, n int64) *element {
	return e.add(element{name: name, text: strconv.FormatInt(n, 10)})
}

func (e *element) truth(name string, b bool) *element {
	return e.add(element{name: name, text: strconv.FormatBool(b)})
}

func (e *element) nullable(name string, t message.Text) *element {
	if t.IsNull() {
		return e
	}
	return e.add(element{name: name, text: t.String()})
}

// elementOfConnection tells about a connection. Its password is never told.
func elementOfConnection(v *message.ConnectionInfo) element {
	e := command("ConnectionInfo", v.Command)
	e.add(connectionID("connectionId", v.Connection)).nullable("clientId", v.ClientID).nullable("clientIp", v.ClientIP).nullable("userName", v.UserName)
	e.add(element{name: "password"})
	e.truth("brokerMasterConnector", v.BrokerMasterConnector).truth("manageable", v.Manageable).truth("clientMaster", v.ClientMaster)
	e.truth("faultTolerant", v.FaultTolerant).truth("failoverReconnect", v.FailoverReconnect)
	return e
}

func elementOfConsumer(v *message.ConsumerInfo) element {
	e := command("ConsumerInfo", v.Command)
	e.add(consumerID("consumerId", v.Consumer)).add(destination(v.Destination))
	e.number("prefetchSize", int64(v.Prefetch)).number("maximumPendingMessageLimit", int64(v.MaxPending))
	e.truth("browser", v.Browser).truth("dispatchAsync", v.DispatchAsync)
	e.nullable("selector", v.Selector).nullable("clientId", v.ClientID).nullable("subscriptionName", v.SubscriptionName)
	e.truth("noLocal", v.NoLocal).truth("exclusive", v.Exclusive).truth("retroactive", v.Retroactive).number("priority", int64(v.Priority))
	e.truth("optimizedAcknowledge", v.OptimizedAcknowledge).truth("noRangeAcks", v.NoRangeAcks)
	return e
}

func elementOfProducer(v *message.ProducerInfo) element {
	e := command("ProducerInfo", v.Command)
	e.add(producerID("producerId", v.Producer)).add(destination(v.Destination))
	e.truth("dispatchAsync", v.DispatchAsync).number("windowSize", int64(v.Window))
	return e
}

func elementOfDestination(v *message.DestinationInfo) element {
	e := command("DestinationInfo", v.Command)
	e.add(connectionID("connectionId", v.Connection)).add(destination(v.Destination))
	e.number("operationType", int64(v.Operation)).number("timeout", v.Timeout)
	return e
}

// elementOfObject tells what ended.
func elementOfObject(object any) element {
	var e element
	switch id := object.(type) {
	case *message.ConnectionID:
		e = connectionID("objectId", id)
		e.class = "ConnectionId"
	case *message.ConsumerID:
		e = consumerID("objectId", id)
		e.class = "ConsumerId"
	case *message.ProducerID:
		e = producerID("objectId", id)
		e.class = "ProducerId"
	}
	return e
}

// destinationClasses are the original's names for the kinds of destination.
var destinationClasses = map[message.DestinationKind]string{
	message.Queue: "ActiveMQQueue", message.Topic: "ActiveMQTopic", message.TempQueue: "ActiveMQTempQueue", message.TempTopic: "ActiveMQTempTopic",
}

func destination(d *message.Destination) element {
	if d == nil {
		return element{}
	}
	return element{name: "destination", class: destinationClasses[d.Kind], children: []element{{name: "string", text: d.Name}, {name: "null"}}}
}

func connectionID(name string, id *message.ConnectionID) element {
	if id == nil {
		return element{}
	}
	return element{name: name, children: []element{{name: "value", text: id.Value}}}
}

func consumerID(name string, id *message.ConsumerID) element {
	if id == nil {
		return element{}
	}
	e := element{name: name}
	e.add(element{name: "connectionId", text: id.Connection}).number("sessionId", id.Session).number("value", id.Value)
	return e
}

func producerID(name string, id *message.ProducerID) element {
	if id == nil {
		return element{}
	}
	e := element{name: name}
	e.add(element{name: "connectionId", text: id.Connection}).number("value", id.Value).number("sessionId", id.Session)
	return e
}
