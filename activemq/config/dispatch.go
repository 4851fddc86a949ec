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

// The cursors of the original say where messages wait. Here a destination always keeps the front of its backlog in memory and what is
// stored beyond that in the store only; what is not stored waits in the temporary store, unless the cursor of a queue is to keep it in memory.

// QueueCursor is <storeCursor>, <fileQueueCursor> or <vmQueueCursor>.
type QueueCursor interface{ queueCursor() }

// DiskQueueCursor is <storeCursor> or <fileQueueCursor>.
type DiskQueueCursor struct {
	Source `element:"storeCursor fileQueueCursor"`
}

// MemoryQueueCursor is <vmQueueCursor>.
type MemoryQueueCursor struct {
	Source `element:"vmQueueCursor"`
}

// SubscriberCursor is <vmCursor> or <fileCursor>.
type SubscriberCursor struct {
	Source `element:"vmCursor fileCursor"`
}

// DurableSubscriberCursor is a *DurableCursor or a *StoreDurableCursor, or *Unserved.
type DurableSubscriberCursor interface{ durableSubscriberCursor() }

// DurableCursor is <vmDurableCursor> or <fileDurableSubscriberCursor>.
type DurableCursor struct {
	Source `element:"vmDurableCursor fileDurableSubscriberCursor"`
}

// StoreDurableCursor is <storeDurableSubscriberCursor>.
type StoreDurableCursor struct {
	Source `element:"storeDurableSubscriberCursor"`

	ImmediatePriorityDispatch bool `xml:"immediatePriorityDispatch" default:"true"`
	UseCache                  bool `xml:"useCache" default:"true"`
}

func (*DiskQueueCursor) queueCursor()                {}
func (*MemoryQueueCursor) queueCursor()              {}
func (*DurableCursor) durableSubscriberCursor()      {}
func (*StoreDurableCursor) durableSubscriberCursor() {}
