package message

// Property returns the value of a user property: a bool, int8, Char, int16, int32, int64, float32, float64, string, []byte,
// Map, List, or nil for one that is there and null. Headers and the properties that JMS itself defines (JMSXGroupID …) are fields of the message.
func (m *Message) Property(name string) (value any, found bool) {
	p, ok := Find(m.Properties, name)
	if !ok {
		return nil, false
	}
	v, err := p.Value()
	return v, err == nil
}

// PropertyMap returns all user properties. The result is the caller's.
func (m *Message) PropertyMap() (Map, error) { return DecodeMap(m.Properties) }
