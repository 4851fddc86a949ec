package packet

// Connect is the first packet of a client:
//
//	protocol name : text │ level : 1 │ flags : 1 │ keep alive : 2 │ [5.0] properties
//	client id : text │ [will: [5.0] properties, topic : text, payload : data] │ [user name : text] │ [password : data]
//
// The flags, from the top bit: user name, password, will retain, will QoS (2 bits), will, clean start (clean session before 5.0), 0.
type Connect struct {
	Version    Version
	CleanStart bool
	KeepAlive  uint16 // seconds, 0: none
	Properties Properties
	ClientID   string
	Will       *Will // nil: none
	UserName   string
	Password   string
	HasUser    bool
}

// Will is what the server publishes for a client that goes without a word.
type Will struct {
	Topic      string
	Payload    []byte
	QoS        QoS
	Retain     bool
	Properties Properties
}

// The flags of a CONNECT.
const (
	flagCleanStart = 1 << 1
	flagWill       = 1 << 2
	flagWillRetain = 1 << 5
	flagPassword   = 1 << 6
	flagUserName   = 1 << 7
	flagWillQoS    = 3 // behind willQoSShift
	willQoSShift   = 3
)

// protocolNames are the names of the protocol by version.
var protocolNames = map[Version]string{V31: "MQIsdp", V311: "MQTT", V5: "MQTT"}

// DecodeConnect decodes a CONNECT. Where a client must be told about an error, the Connect has the version that the client spoke.
func DecodeConnect(f Frame) (*Connect, error) {
	c := &cursor{kind: CONNECT, in: f.Body}
	name := string(c.text("protocol name"))
	p := &Connect{Version: Version(c.uint8("protocol level"))}
	if c.err != nil {
		return nil, c.err
	}
	if protocolNames[p.Version] != name {
		if name != protocolNames[V31] && name != protocolNames[V311] {
			return nil, Wrong("the protocol name is %.20q, want MQTT", name) // [MQTT-3.1.2-1]
		}
		return p, &Error{UnsupportedProtocolVersion, unsupported(name, p.Version)} // [MQTT-3.1.2-2]
	}
	flags := c.uint8("flags")
	if err := checkConnectFlags(p.Version, flags); c.err == nil && err != nil {
		return p, err
	}
	p.CleanStart = flags&flagCleanStart != 0
	p.KeepAlive = c.uint16("keep alive")
	if p.Version == V5 {
		p.Properties = c.properties(CONNECT)
	}
	p.ClientID = string(c.text("client identifier"))
	if flags&flagWill != 0 {
		p.Will = c.will(p.Version, flags)
	}
	if flags&flagUserName != 0 {
		p.HasUser = true
		p.UserName = string(c.text("user name"))
	}
	if flags&flagPassword != 0 {
		p.Password = string(c.binary("password"))
	}
	return p, c.end()
}

// unsupported says which level was asked for.
func unsupported(name string, v Version) string {
	return Wrong("%s at level %d, want MQIsdp at 3, or MQTT at 4 or 5", name, v).Text
}

// checkConnectFlags refuses flags that contradict each other.
func checkConnectFlags(v Version, flags uint8) error {
	qos := flags >> willQoSShift & flagWillQoS
	hasWill := flags&flagWill != 0
	switch {
	case flags&1 != 0: // [MQTT-3.1.2-3]
		return malformed("CONNECT: the reserved flag is set")
	case !hasWill && (qos != 0 || flags&flagWillRetain != 0): // [MQTT-3.1.2-11], [MQTT-3.1.2-13], [MQTT-3.1.2-15]
		return malformed("CONNECT: the flags of a will without the will")
	case qos > 2: // [MQTT-3.1.2-14]
		return malformed("CONNECT: the will's QoS is 3")
	case v == V311 && flags&flagPassword != 0 && flags&flagUserName == 0: // [MQTT-3.1.2-22]
		return malformed("CONNECT: a password without a user name")
	}
	return nil
}

// will reads a will.
func (c *cursor) will(v Version, flags uint8) *Will {
	w := &Will{QoS: QoS(flags >> willQoSShift & flagWillQoS), Retain: flags&flagWillRetain != 0}
	if v == V5 {
		w.Properties = c.properties(will).clone()
	}
	topic := c.text("will topic")
	if c.err == nil && !ValidTopic(topic) {
		c.fail(&Error{InvalidTopicName, "CONNECT: the will's topic is no topic name"})
	}
	w.Topic = string(topic)
	w.Payload = append([]byte(nil), c.binary("will payload")...)
	return w
}

// clone copies properties out of the packet that they alias.
func (p Properties) clone() Properties {
	for i := range p {
		p[i].Data = append([]byte(nil), p[i].Data...)
		p[i].Value = append([]byte(nil), p[i].Value...)
	}
	return p
}
