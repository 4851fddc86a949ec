package protocols

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"goactivemq/activemq/config"
)

// The options of a connector's URI, as the original has them. There they are bound by reflection to the setters of several objects, and a prefix says to
// which:
//
//	maximumConnections=…              the server that listens
//	transport.soTimeout=…             each connection, and the listening socket
//	transport.socket.keepAlive=…      the connection's socket
//	wireFormat.maxFrameSize=…         the wire format; of several on one port by their names: wireFormat.stomp.maxFrameSize
//	auto.protocols=…  http.…=…        what recognizes protocols; the HTTP server
//
// A connector with an option that none of them knows listens all the same, without it; here the log tells. A value of the wrong form is dropped there
// with an error in the log, and refused here: a limit that is not set is worse than a broker that says why it does not start. Addresses that the
// original connects to are refused for either, "Invalid connect parameters".
var (
	serverOptions = names("allowLinkStealing backlog connectionTimeout daemon dynamicManagement jmxPort joinOnStop logWriterName maxInactivityDuration " +
		"maxInactivityDurationInitalDelay maximumConnections minmumWireFormatVersion soTimeout socketBufferSize stackSize startLogging trace " +
		"useQueueForAccept wireFormat")
	connectionOptions = names("closeAsync connectAttemptTimeout connectionTimeout daemon diffServ dynamicManagement ignoreAllWireFormatInfo " +
		"ignoreRemoteWireFormat initialDelayTime ioBufferSize jmxPort keepAlive keepAliveResponseRequired logWriterName minmumWireFormatVersion " +
		"negotiateTimeout readCheckTime receiveBufferSize reuseAddress soLinger soTimeout soWriteTimeout socketBufferSize stackSize startLogging " +
		"syncOnCommand tcpNoDelay threadName trace typeOfService useInactivityMonitor useKeepAlive useLocalHost writeCheckTime")
	socketOptions = names("keepAlive OOBInline receiveBufferSize reuseAddress sendBufferSize soTimeout tcpNoDelay trafficClass")
	secureOptions = names("needClientAuth wantClientAuth")
	cipherOptions = names("enabledCipherSuites enabledProtocols enableSessionCreation needClientAuth useClientMode verifyHostName wantClientAuth")
	// What the original's HTTP server takes, and allowedOrigins, which it has not.
	socketOptionsOfWeb = names("maxTextMessageSize maxBinaryMessageSize inputBufferSize outputBufferSize idleTimeout autoFragment allowedOrigins")

	autoOptions = names("maxConnectionThreadPoolSize protocolDetectionTimeOut auto.protocols")

	// By wire format: what a filter of the connection takes, and what the format itself does.
	protocolOptions = map[string][]string{
		"stomp": names("defaultHeartBeat hbGracePeriodMultiplier maxDataLength maxFrameSize"),
		"mqtt":  names("activeMQSubscriptionPrefetch defaultKeepAlive maxFrameSize publishDollarTopics subscriptionStrategy"),
		"amqp":  names("maxFrameSize producerCredit transformer"),
	}
	formatOptions = map[string][]string{
		"openwire": names("cacheEnabled cacheSize host includePlatformDetails maxFrameSize maxFrameSizeEnabled maxInactivityDuration " +
			"maxInactivityDurationInitalDelay platformDetails providerName providerVersion sizePrefixDisabled stackTraceEnabled tcpNoDelayEnabled " +
			"tightEncodingEnabled version"),
		"stomp": names("maxDataLength maxFrameSize"),
		"mqtt":  names("maxFrameSize"),
		"amqp":  names("allowNonSaslConnections idelTimeout maxAmqpFrameSize maxFrameSize producerCredit transformer"),
	}
)

// javaOptions have no meaning here: they are about Java's threads, its management and its way to log.
var javaOptions = names("daemon dynamicManagement jmxPort joinOnStop logWriterName stackSize startLogging threadName useQueueForAccept closeAsync " +
	"maxConnectionThreadPoolSize host includePlatformDetails platformDetails providerName providerVersion syncOnCommand")

func names(list string) []string { return strings.Fields(list) }

// knownOptions lists what the original takes for a scheme.
func knownOptions(scheme string) []string {
	parts := strings.Split(scheme, "+")
	secure := slices.Contains(parts, "ssl") || scheme == "wss" || scheme == "https"
	var formats []string
	for _, f := range slices.Sorted(maps.Keys(formatOptions)) {
		if parts[0] == f || parts[0] == "auto" || parts[0] == "ws" || parts[0] == "wss" {
			formats = append(formats, f)
		}
	}
	if formats == nil {
		formats = []string{"openwire"}
	}
	known := slices.Clone(serverOptions)
	add := func(prefix string, names []string) {
		for _, n := range names {
			known = append(known, prefix+n)
		}
	}
	add("transport.", connectionOptions)
	add("transport.socket.", socketOptions)
	if secure {
		add("", secureOptions)
		add("transport.", cipherOptions)
	}
	if parts[0] == "auto" {
		add("", autoOptions)
	}
	if parts[0] == "ws" || parts[0] == "wss" {
		add("websocket.", socketOptionsOfWeb)
	}
	for _, f := range formats {
		add("transport.", protocolOptions[f])
		add("wireFormat.", formatOptions[f])
		if parts[0] == "auto" {
			add("wireFormat."+strings.Replace(f, "openwire", "default", 1)+".", formatOptions[f])
		}
	}
	return known
}

// Leftover tells of the options that nobody has asked for, in the order of their names: those that the original does not know either, with the
// likeliest name, and those that have no effect here.
func (a *Address) Leftover() []string {
	known := knownOptions(a.Scheme)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(a.options)) {
		switch {
		case a.read[name] || strings.HasPrefix(name, "http."):
		case !slices.Contains(known, name):
			out = append(out, fmt.Sprintf("option %s is not known for %s and has no effect%s", name, a.Scheme, meant(name, known)))
		case slices.Contains(javaOptions, name[strings.LastIndexByte(name, '.')+1:]):
			out = append(out, fmt.Sprintf("option %s has no effect: it is about Java's own threads, management or log", name))
		default:
			out = append(out, fmt.Sprintf("option %s is not served by this version and has no effect", name))
		}
	}
	return out
}

// meant suggests the same option with another prefix, else the name spelt most alike.
func meant(name string, known []string) string {
	last := name[strings.LastIndexByte(name, '.')+1:]
	for _, k := range known {
		if k[strings.LastIndexByte(k, '.')+1:] == last {
			return fmt.Sprintf("; did you mean %q?", k)
		}
	}
	return config.DidYouMean(name, known)
}
