package config

// DispatchPolicy says in which order, and to whom, a topic gives its messages: one of the types below, or *Unserved. The original gives queues none.
type DispatchPolicy interface{ dispatchPolicy() }

// SimpleDispatch is <simpleDispatchPolicy>: in the order in which they came.
type SimpleDispatch struct {
	Source `element:"simpleDispatchPolicy"`
}

// RoundRobinDispatch is <roundRobinDispatchPolicy>: who was the first is the last for the next message.
type RoundRobinDispatch struct {
	Source `element:"roundRobinDispatchPolicy"`
}

// StrictOrderDispatch is <strictOrderDispatchPolicy>: all see all messages in the same order, which here they always do.
type StrictOrderDispatch struct {
	Source `element:"strictOrderDispatchPolicy"`
}

// PriorityDispatch is <priorityDispatchPolicy>: by the consumers' priority.
type PriorityDispatch struct {
	Source `element:"priorityDispatchPolicy"`
}

// PriorityNetworkDispatch is <priorityNetworkDispatchPolicy>: of several ways through a network to a consumer only the one of the highest priority.
type PriorityNetworkDispatch struct {
	Source `element:"priorityNetworkDispatchPolicy"`
}

// ClientIDFilterDispatch is <clientIdFilterDispatchPolicy>: a message that names a client goes to that client only.
type ClientIDFilterDispatch struct {
	Source `element:"clientIdFilterDispatchPolicy"`

	ClientIDProperty string `xml:"ptpClientId" default:"PTP_CLIENTID"` // whose value is the client's id
	TopicSuffix      string `xml:"ptpSuffix" default:".PTP"`           // of the topics that such messages may go to
}

func (*SimpleDispatch) dispatchPolicy()          {}
func (*RoundRobinDispatch) dispatchPolicy()      {}
func (*StrictOrderDispatch) dispatchPolicy()     {}
func (*PriorityDispatch) dispatchPolicy()        {}
func (*PriorityNetworkDispatch) dispatchPolicy() {}
func (*ClientIDFilterDispatch) dispatchPolicy()  {}

// The cursors of the original say where messages wait. Here a destination always keeps the front of its backlog in memory, what is
// stored beyond that in the store only, and what is not stored in the temporary store.

// QueueCursor is <storeCursor>, <vmQueueCursor> or <fileQueueCursor>.
type QueueCursor struct {
	Source `element:"storeCursor vmQueueCursor fileQueueCursor"`
}

// SubscriberCursor is <vmCursor> or <fileCursor>.
type SubscriberCursor struct {
	Source `element:"vmCursor fileCursor"`
}

// DurableCursor is <vmDurableCursor> or <fileDurableSubscriberCursor>.
type DurableCursor struct {
	Source `element:"vmDurableCursor fileDurableSubscriberCursor"`
}

// StoreDurableCursor is <storeDurableSubscriberCursor>.
type StoreDurableCursor struct {
	Source `element:"storeDurableSubscriberCursor"`

	ImmediatePriorityDispatch bool `xml:"immediatePriorityDispatch" default:"true" inert:"what has the highest priority is always the next"`
	UseCache                  bool `xml:"useCache" default:"true" inert:"what does not fit into memory always waits on disk"`
}

// DurableSubscriberCursor is a *DurableCursor or a *StoreDurableCursor, or *Unserved.
type DurableSubscriberCursor interface{ durableSubscriberCursor() }

func (*DurableCursor) durableSubscriberCursor()      {}
func (*StoreDurableCursor) durableSubscriberCursor() {}
