package wire

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// goNames has the Go fields whose names differ from the original's by more than case and a trailing Id.
var goNames = map[string]string{
	"brokerInTime": "BrokerIn", "brokerOutTime": "BrokerOut", "dataStructure": "Data", "marshalledProperties": "Properties",
	"messageId": "ID", "recievedByDFBridge": "ReceivedByDFB", "redeliveryCounter": "Redeliveries",
	"JMSXGroupFirstForConsumer": "GroupFirst", "physicalName": "Name",
	"remoteBlobUrl": "BlobURL", "mimeType": "BlobMIMEType", "deletedByBroker": "BlobDeletedByUs",

	"BrokerInfo.brokerName": "Name", "BrokerInfo.brokerURL": "URL", "BrokerInfo.peerBrokerInfos": "Peers",
	"BrokerInfo.slaveBroker": "Slave", "BrokerInfo.masterBroker": "Master",
	"BrokerInfo.faultTolerantConfiguration": "FaultTolerant", "BrokerInfo.duplexConnection": "Duplex",
	"BrokerInfo.networkConnection": "Network", "BrokerInfo.connectionId": "ConnectionNumber", "BrokerInfo.brokerUploadUrl": "UploadURL",
	"BrokerSubscriptionInfo.brokerName": "Name", "BrokerSubscriptionInfo.subscriptionInfos": "Subscriptions",
	"ConsumerInfo.prefetchSize": "Prefetch", "ConsumerInfo.maximumPendingMessageLimit": "MaxPending",
	"ControlCommand.command": "Text", "DestinationInfo.operationType": "Operation",
	"DiscoveryEvent.serviceName": "Service", "DiscoveryEvent.brokerName": "Broker",
	"JournalQueueAck.messageAck": "Ack", "JournalTopicAck.subscritionName": "SubscriptionName",
	"JournalTopicAck.messageId": "Message", "JournalTopicAck.messageSequenceId": "MessageSequence",
	"MessageAck.ackType": "Kind", "MessageAck.firstMessageId": "First", "MessageAck.lastMessageId": "Last",
	"MessageAck.messageCount": "Count", "MessageAck.poisonCause": "Cause",
	"MessageDispatchNotification.messageId": "Message", "MessagePull.messageId": "Message",
	"NetworkBridgeFilter.networkTTL": "MessageTTL", "NetworkBridgeFilter.networkBrokerId": "Broker",
	"ProducerInfo.windowSize": "Window", "RemoveInfo.lastDeliveredSequenceId": "LastDelivered",
	"ReplayCommand.firstNakNumber": "First", "ReplayCommand.lastNakNumber": "Last",
	"SubscriptionInfo.subscribedDestination": "Subscribed", "TransactionInfo.type": "Step",
	"XATransactionId.globalTransactionId": "Global", "XATransactionId.branchQualifier": "Branch",
}

// goName returns the name of the Go field that holds a field of the original's.
func goName(structure, field string) string {
	if name, ok := goNames[structure+"."+field]; ok {
		return name
	}
	if name, ok := goNames[field]; ok {
		return name
	}
	return strings.TrimSuffix(strings.TrimSuffix(field, "Id"), "ID")
}

// TestFieldTable compares what the walks name with the original's description, for each structure in each version.
func TestFieldTable(t *testing.T) {
	all := describe(t)
	known := 0
	for _, s := range structures {
		if s != nil {
			known++
		}
	}
	concrete := 0
	for name, d := range all {
		if d.TypeID == nil {
			continue
		}
		concrete++
		id := byte(*d.TypeID)
		s := structures[id]
		if s == nil || s.name != name || s.since != d.MinVersion || isMarshalAware(id) != d.MarshallAware {
			t.Errorf("type %d is %+v, want %+v", id, s, d)
			continue
		}
		for version := 1; version <= VersionMax; version++ {
			if (structureOf(id, version) != nil) != (version >= d.MinVersion) {
				t.Errorf("%s in version %d: known %v, since %d", name, version, structureOf(id, version) != nil, d.MinVersion)
			}
			if version < d.MinVersion {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d", name, version), func(t *testing.T) { checkFields(t, all, s, version) })
		}
	}
	if known != concrete || concrete == 0 {
		t.Errorf("%d structures known, want %d", known, concrete)
	}
}

func checkFields(t *testing.T, all map[string]*description, s *structure, version int) {
	v := s.make()
	_, shown := visit(v, version)
	want := fields(all, s.name, version)
	if len(shown) != len(want) {
		t.Fatalf("%d fields, want %d", len(shown), len(want))
	}
	for i, f := range want {
		if shown[i].kind != f.Type || shown[i].ref != f.Ref {
			t.Errorf("field %d is %s %s, want %s %s %s", i, shown[i].kind, shown[i].ref, f.Name, f.Type, f.Ref)
		}
		name := goField(reflect.ValueOf(v).Elem(), shown[i].field)
		if want := goName(s.name, f.Name); !strings.EqualFold(want, name) && !strings.EqualFold(want+"ID", name) {
			t.Errorf("%s.%s is in field %s", s.name, f.Name, name)
		}
	}
}

// goField returns the name of the field of a struct that lies where field points to.
func goField(v reflect.Value, field any) string {
	at := reflect.ValueOf(field).Pointer()
	for i := range v.NumField() {
		sub, typ := v.Field(i), v.Type().Field(i)
		if typ.Anonymous {
			if name := goField(sub, field); name != "" {
				return name
			}
		} else if sub.Addr().Pointer() == at {
			return typ.Name
		}
	}
	return ""
}

// TestDefaults checks that fields that a version does not have hold what the original assumes.
func TestDefaults(t *testing.T) {
	all := describe(t)
	for name, d := range all {
		if d.TypeID == nil || d.MinVersion > 1 {
			continue
		}
		empty := zero(t, name)
		v, err := NewDecoder(Settings{Version: 1}).Decode(empty)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p := plain{all, VersionMax, false}
		got := p.of(v, false)
		for _, f := range fields(all, name, VersionMax) {
			if f.Since == 1 || f.Name == "messageTTL" || f.Name == "consumerTTL" {
				continue // there is no default where the value comes from another field
			}
			want := f.JavaDefault
			if f.Type == "long" {
				want = fmt.Sprintf("%.0f", want)
			} else if n, ok := want.(float64); ok {
				want = json.Number(strconv.Itoa(int(n)))
			}
			if !reflect.DeepEqual(got[f.Name], want) {
				t.Errorf("%s.%s is %v, want %v", name, f.Name, got[f.Name], want)
			}
		}
	}
}

// zero returns the frame of a structure of version 1 in which everything is 0 or missing.
func zero(t *testing.T, name string) []byte {
	frame := []byte{byte(*describe(t)[name].TypeID)}
	for _, f := range fields(describe(t), name, 1) {
		n := map[string]int{"int": 4, "long": 8, "constbytes": 8}[f.Type]
		frame = append(frame, make([]byte, max(n, 1))...)
	}
	return frame
}
