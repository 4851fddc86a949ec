package management

// ConnectorView has the attributes of a bean connector=clientConnectors,connectorName=….
type ConnectorView struct {
	Name                       string
	ConnectURI                 string // where clients find it
	ConnectionCount            int    // now
	MaxConnectionExceededCount int64  // connections refused because there were too many, since the start
}

// Connectors returns the transport connectors, in the order of the configuration.
func (m *Model) Connectors() []ConnectorView {
	if m.options.Connectors == nil {
		return nil
	}
	var views []ConnectorView
	for _, c := range m.options.Connectors() {
		open, refused := c.Connections()
		views = append(views, ConnectorView{
			Name:                       c.Name(),
			ConnectURI:                 c.URL(m.options.HostName),
			ConnectionCount:            open,
			MaxConnectionExceededCount: refused,
		})
	}
	return views
}
