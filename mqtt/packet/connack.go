package packet

// AppendConnack appends a CONNACK, the answer to a CONNECT: flags : 1 (session present) │ reason : 1 │ [5.0] properties. Versions before 5.0
// are told a return code. A session is never present where the connection is refused [MQTT-3.2.2-4], in 5.0 [MQTT-3.2.2-6].
func AppendConnack(to []byte, v Version, sessionPresent bool, reason Reason, properties Properties) []byte {
	flags := uint8(0)
	if sessionPresent && reason == Success && v != V31 {
		flags = 1
	}
	if v != V5 {
		return append(appendHead(to, CONNACK, 0, 2), flags, reason.ReturnCode())
	}
	to = append(appendHead(to, CONNACK, 0, 2+properties.encodedSize()), flags, uint8(reason))
	return appendProperties(to, properties)
}
