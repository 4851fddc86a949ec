package wire

import "goactivemq/activemq/message"

var consumerInfo = only("ConsumerInfo", typeConsumerInfo, walkConsumerInfo)

// walkConsumerInfo has the client id, which came with version 10, in the midst.
func walkConsumerInfo(w *walker, c *message.ConsumerInfo) {
	walkCommand(w, &c.Command)
	cached(w, consumerID, &c.Consumer)
	w.flag(&c.Browser)
	cached(w, destination, &c.Destination)
	w.int32(&c.Prefetch)
	w.int32(&c.MaxPending)
	w.flag(&c.DispatchAsync)
	w.text(&c.Selector)
	if w.since(10) {
		w.text(&c.ClientID)
	}
	w.text(&c.SubscriptionName)
	w.flag(&c.NoLocal)
	w.flag(&c.Exclusive)
	w.flag(&c.Retroactive)
	w.int8(&c.Priority)
	array(w, brokerID, &c.BrokerPath)
	predicate(w, &c.AdditionalPredicate)
	w.flag(&c.NetworkSubscription)
	w.flag(&c.OptimizedAcknowledge)
	w.flag(&c.NoRangeAcks)
	if w.since(4) {
		array(w, consumerID, &c.NetworkConsumerPath)
	}
}

// NetworkBridgeFilter is what a network bridge gives as ConsumerInfo.AdditionalPredicate: send nothing that was at that broker
// already or that has come through as many brokers as it may.
type NetworkBridgeFilter struct {
	Broker      *message.BrokerID
	MessageTTL  int32 // brokers that a message may pass
	ConsumerTTL int32 // brokers that a subscription may pass
}

var networkBridgeFilter = only("BooleanExpression", typeNetworkBridgeFilter, walkNetworkBridgeFilter)

// walkNetworkBridgeFilter knows that until version 9 there was one number for messages and subscriptions.
func walkNetworkBridgeFilter(w *walker, f *NetworkBridgeFilter) {
	if w.until(9) {
		w.int32(&f.MessageTTL)
		if w.reading() {
			f.ConsumerTTL = f.MessageTTL
		}
	}
	cached(w, brokerID, &f.Broker)
	if w.since(10) {
		w.int32(&f.MessageTTL)
		w.int32(&f.ConsumerTTL)
	}
}

// predicate walks a field that holds a *NetworkBridgeFilter or nil. Package message does not know the type.
func predicate(w *walker, v *any) {
	if w.mode == visiting {
		w.visit("nested", networkBridgeFilter.ref, v)
		return
	}
	f, _ := (*v).(*NetworkBridgeFilter)
	if f == nil && *v != nil && !w.reading() {
		w.fail("predicate of type %T, want %T", *v, f)
	}
	nested(w, networkBridgeFilter, &f)
	if w.reading() {
		if *v = nil; f != nil {
			*v = f
		}
	}
}

func walkSubscriptionInfo(w *walker, s *message.SubscriptionInfo) {
	w.text(&s.ClientID)
	cached(w, destination, &s.Destination)
	w.text(&s.Selector)
	w.text(&s.SubscriptionName)
	if w.since(3) {
		nested(w, destination, &s.Subscribed)
	}
	if w.since(11) {
		w.flag(&s.NoLocal)
	}
}

func walkRemoveSubscriptionInfo(w *walker, r *message.RemoveSubscriptionInfo) {
	walkCommand(w, &r.Command)
	cached(w, connectionID, &r.Connection)
	w.text(&r.SubscriptionName)
	w.text(&r.ClientID)
}
