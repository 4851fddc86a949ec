package packet

import "fmt"

// Reason tells a client of version 5.0 how something ended; from 0x80 on it failed. It is an error too.
type Reason uint8

// The reasons.
const (
	Success                     Reason = 0x00
	GrantedQoS1                 Reason = 0x01
	GrantedQoS2                 Reason = 0x02
	DisconnectWithWill          Reason = 0x04
	NoMatchingSubscribers       Reason = 0x10
	NoSubscriptionExisted       Reason = 0x11
	ContinueAuthentication      Reason = 0x18
	Reauthenticate              Reason = 0x19
	UnspecifiedError            Reason = 0x80
	MalformedPacket             Reason = 0x81
	ProtocolError               Reason = 0x82
	ImplementationSpecificError Reason = 0x83
	UnsupportedProtocolVersion  Reason = 0x84
	InvalidClientID             Reason = 0x85
	BadUserNameOrPassword       Reason = 0x86
	NotAuthorized               Reason = 0x87
	ServerUnavailable           Reason = 0x88
	ServerBusy                  Reason = 0x89
	Banned                      Reason = 0x8A
	ServerShuttingDown          Reason = 0x8B
	BadAuthenticationMethod     Reason = 0x8C
	KeepAliveTimeout            Reason = 0x8D
	SessionTakenOver            Reason = 0x8E
	InvalidTopicFilter          Reason = 0x8F
	InvalidTopicName            Reason = 0x90
	PacketIDInUse               Reason = 0x91
	PacketIDNotFound            Reason = 0x92
	ReceiveMaximumExceeded      Reason = 0x93
	InvalidTopicAlias           Reason = 0x94
	PacketTooLarge              Reason = 0x95
	MessageRateTooHigh          Reason = 0x96
	QuotaExceeded               Reason = 0x97
	AdministrativeAction        Reason = 0x98
	InvalidPayloadFormat        Reason = 0x99
	RetainNotSupported          Reason = 0x9A
	QoSNotSupported             Reason = 0x9B
	UseAnotherServer            Reason = 0x9C
	ServerMoved                 Reason = 0x9D
	NoSharedSubscriptions       Reason = 0x9E
	ConnectionRateExceeded      Reason = 0x9F
	MaximumConnectTime          Reason = 0xA0
	NoSubscriptionIDs           Reason = 0xA1
	NoWildcards                 Reason = 0xA2
)

// reasonNames are the reasons in words.
var reasonNames = map[Reason]string{
	Success:                     "success",
	GrantedQoS1:                 "granted QoS 1",
	GrantedQoS2:                 "granted QoS 2",
	DisconnectWithWill:          "disconnect with will message",
	NoMatchingSubscribers:       "no matching subscribers",
	NoSubscriptionExisted:       "no subscription existed",
	ContinueAuthentication:      "continue authentication",
	Reauthenticate:              "re-authenticate",
	UnspecifiedError:            "unspecified error",
	MalformedPacket:             "malformed packet",
	ProtocolError:               "protocol error",
	ImplementationSpecificError: "implementation specific error",
	UnsupportedProtocolVersion:  "unsupported protocol version",
	InvalidClientID:             "client identifier not valid",
	BadUserNameOrPassword:       "bad user name or password",
	NotAuthorized:               "not authorized",
	ServerUnavailable:           "server unavailable",
	ServerBusy:                  "server busy",
	Banned:                      "banned",
	ServerShuttingDown:          "server shutting down",
	BadAuthenticationMethod:     "bad authentication method",
	KeepAliveTimeout:            "keep alive timeout",
	SessionTakenOver:            "session taken over",
	InvalidTopicFilter:          "topic filter invalid",
	InvalidTopicName:            "topic name invalid",
	PacketIDInUse:               "packet identifier in use",
	PacketIDNotFound:            "packet identifier not found",
	ReceiveMaximumExceeded:      "receive maximum exceeded",
	InvalidTopicAlias:           "topic alias invalid",
	PacketTooLarge:              "packet too large",
	MessageRateTooHigh:          "message rate too high",
	QuotaExceeded:               "quota exceeded",
	AdministrativeAction:        "administrative action",
	InvalidPayloadFormat:        "payload format invalid",
	RetainNotSupported:          "retain not supported",
	QoSNotSupported:             "QoS not supported",
	UseAnotherServer:            "use another server",
	ServerMoved:                 "server moved",
	NoSharedSubscriptions:       "shared subscriptions not supported",
	ConnectionRateExceeded:      "connection rate exceeded",
	MaximumConnectTime:          "maximum connect time",
	NoSubscriptionIDs:           "subscription identifiers not supported",
	NoWildcards:                 "wildcard subscriptions not supported",
}

// Failed tells a failure from a success.
func (r Reason) Failed() bool { return r >= 0x80 }

// Error returns the reason in words.
func (r Reason) Error() string {
	if name, ok := reasonNames[r]; ok {
		return name
	}
	return fmt.Sprintf("reason 0x%02x", uint8(r))
}

// ReturnCode is the CONNACK return code that versions before 5.0 have for the reason (table 3.1 of 3.1.1).
func (r Reason) ReturnCode() uint8 {
	switch r {
	case Success:
		return 0
	case UnsupportedProtocolVersion:
		return 1
	case InvalidClientID:
		return 2
	case BadUserNameOrPassword:
		return 4
	case NotAuthorized, BadAuthenticationMethod, Banned:
		return 5
	}
	return 3 // the server is unavailable
}
