package config

// TransportConnector is <transportConnector>: an address to listen on.
type TransportConnector struct {
	Source `element:"transportConnector"`

	Name         string `xml:"name"` // unset: the URI takes its place
	URI          URI    `xml:"uri"`
	DiscoveryURI URI    `xml:"discoveryUri"`
	AutoStart    bool   `xml:"autoStart" default:"true"`

	MaximumConsumersAllowedPerConnection int  `xml:"maximumConsumersAllowedPerConnection" default:"2147483647"`
	MaximumProducersAllowedPerConnection int  `xml:"maximumProducersAllowedPerConnection" default:"2147483647"`
	AllowLinkStealing                    bool `xml:"allowLinkStealing"`
	AuditNetworkProducers                bool `xml:"auditNetworkProducers"`
	EnableStatusMonitor                  bool `xml:"enableStatusMonitor"`
	DisableAsyncDispatch                 bool `xml:"disableAsyncDispatch"`
	DisplayStackTrace                    bool `xml:"displayStackTrace"`
	WarnOnRemoteClose                    bool `xml:"warnOnRemoteClose"`

	UpdateClusterClients         bool                    `xml:"updateClusterClients"`
	UpdateClusterClientsOnRemove bool                    `xml:"updateClusterClientsOnRemove"`
	RebalanceClusterClients      bool                    `xml:"rebalanceClusterClients"`
	UpdateClusterFilter          string                  `xml:"updateClusterFilter"`
	PublishedAddressPolicy       *PublishedAddressPolicy `xml:"publishedAddressPolicy" default:"<publishedAddressPolicy>"`
}

// PublishedAddressPolicy is <publishedAddressPolicy>: what a connector tells others of its address.
type PublishedAddressPolicy struct {
	Source `element:"publishedAddressPolicy"`

	ClusterClientURIQuery string            `xml:"clusterClientUriQuery"`
	HostMapping           map[string]string `xml:"hostMapping"`
	PortMapping           map[string]string `xml:"portMapping"`
	PublishedHostStrategy string            `xml:"publishedHostStrategy" default:"DEFAULT"`
}

func (p *PublishedAddressPolicy) complete(c *context) {
	c.constant(&p.Source, "publishedHostStrategy", &p.PublishedHostStrategy, "DEFAULT", "IPADDRESS", "HOSTNAME", "FQDN")
}
