package protocols_test

import (
	"strings"
	"testing"

	"goactivemq/protocols"
)

// TestLeftover has options of real files. What the original takes was read off its classes' setters, release 5.17.2: it listens with all of these.
func TestLeftover(t *testing.T) {
	for _, c := range []struct{ uri, want string }{
		{"tcp://h:1?maximumConnections=1000&wireFormat.maxFrameSize=104857600", "maximumConnections is not served|maxFrameSize is not served"}, // nobody read them
		{"tcp://h:1?wireformat.maxFrameSize=1", `wireformat.maxFrameSize is not known for tcp and has no effect; did you mean "wireFormat.maxFrameSize"?`},
		{"tcp://h:1?maxFrameSize=1", `did you mean "wireFormat.maxFrameSize"?`},
		{"stomp://h:1?maxFrameSize=1", `did you mean "transport.maxFrameSize"?`},
		{"tcp://h:1?keepAlive=true", `did you mean "transport.keepAlive"?`},
		{"tcp://h:1?transport.maximumConnections=1", `did you mean "maximumConnections"?`},
		{"tcp://h:1?transport.nope=1&nope=2&wireFormat.nope=3", "option nope is not known for tcp|option transport.nope is not known|option wireFormat.nope is not known"},
		{"stomp+nio+ssl://h:1?transport.closeAsync=false&needClientAuth=true&transport.enabledProtocols=TLSv1.2",
			"needClientAuth is not served|closeAsync has no effect: it is about Java|enabledProtocols is not served"},
		{"stomp://h:1?needClientAuth=true", "needClientAuth is not known for stomp"},
		{"amqp://h:1?transport.transformer=jms&wireFormat.maxAmqpFrameSize=1&transport.prefetch=1", "prefetch is not known|transformer is not served|maxAmqpFrameSize is not served"},
		{"mqtt+nio://h:1?transport.subscriptionStrategy=mqtt-virtual-topic-subscriptions", "subscriptionStrategy is not served"},
		{"auto+ssl://h:1?auto.protocols=stomp&wireFormat.default.maxFrameSize=1&protocolDetectionTimeOut=1", "auto.protocols is not served|protocolDetectionTimeOut is|default.maxFrameSize is"},
		{"ws://h:1?http.idleTimeout=1&jmxPort=1", "jmxPort has no effect"},
	} {
		a, err := protocols.ParseAddress(c.uri)
		if err != nil {
			t.Fatal(err)
		}
		got, want := a.Leftover(), strings.Split(c.want, "|")
		if len(got) != len(want) {
			t.Errorf("%s: %q, want %q", c.uri, got, want)
			continue
		}
		for i := range want {
			if !strings.Contains(got[i], want[i]) {
				t.Errorf("%s: %q, want %q", c.uri, got[i], want[i])
			}
		}
	}
}
