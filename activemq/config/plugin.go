package config

// Plugin is a part of the broker that <plugins> switches on: *SimpleAuthentication, *JAASAuthentication, *Authorization,
// *RuntimeConfiguration, one of those in plugins.go, or *Unserved. A broker must not start over an unserved plugin that may have kept people out.
type Plugin interface{ plugin() }

func (*SimpleAuthentication) plugin() {}
func (*JAASAuthentication) plugin()   {}
func (*Authorization) plugin()        {}

// SimpleAuthentication is <simpleAuthenticationPlugin>: users written into the configuration.
type SimpleAuthentication struct {
	Source `element:"simpleAuthenticationPlugin"`

	Users                  []*AuthenticationUser `xml:"users"` // of several with one name, the last counts
	UserPasswords          map[string]string     `xml:"userPasswords"`
	AnonymousAccessAllowed bool                  `xml:"anonymousAccessAllowed"`
	AnonymousUser          string                `xml:"anonymousUser" default:"anonymous"`
	AnonymousGroup         string                `xml:"anonymousGroup" default:"anonymous"`
}

// AuthenticationUser is <authenticationUser>.
type AuthenticationUser struct {
	Source `element:"authenticationUser"`

	Username string   `xml:"username"`
	Password string   `xml:"password"`
	Groups   []string `xml:"groups"`
}

// JAASAuthentication is <jaasAuthenticationPlugin>: users as login.config says.
type JAASAuthentication struct {
	Source `element:"jaasAuthenticationPlugin"`

	Configuration       string `xml:"configuration" default:"activemq-domain"` // the entry in login.config
	DiscoverLoginConfig bool   `xml:"discoverLoginConfig" default:"true"`      // look for login.config in the conf directory
}

// Authorization is <authorizationPlugin>.
type Authorization struct {
	Source `element:"authorizationPlugin"`

	Map AuthorizationMap `xml:"map"`
}

// AuthorizationMap says who may do what: *AuthorizationTable, or *Unserved.
type AuthorizationMap interface{ authorizationMap() }

func (*AuthorizationTable) authorizationMap() {}

// AuthorizationTable is <authorizationMap>.
type AuthorizationTable struct {
	Source `element:"authorizationMap"`

	Entries      []*AuthorizationEntry   `xml:"authorizationEntries|entries"`
	DefaultEntry *AuthorizationEntry     `xml:"defaultEntry"`                      // for what no entry matches
	Temp         *TempAuthorizationEntry `xml:"tempDestinationAuthorizationEntry"` // for temporary destinations
	GroupClass   string                  `xml:"groupClass" default:"org.apache.activemq.jaas.GroupPrincipal"`
}

// complete refuses what the original does: an entry without a name has no place in its tree.
func (t *AuthorizationTable) complete(c *context) {
	for _, e := range t.Entries {
		if e.Destination.Kind == "" {
			c.errorf(e.At, "authorizationEntry names no destination, want queue or topic")
		}
	}
}

// Rights are groups by what they may do; * stands for everybody.
type Rights struct {
	Read       []string `xml:"read"`
	Write      []string `xml:"write"`
	Admin      []string `xml:"admin"`
	GroupClass string   `xml:"groupClass"`
}

// AuthorizationEntry is <authorizationEntry>.
type AuthorizationEntry struct {
	Source `element:"authorizationEntry"`
	Rights

	Destination Destination `xml:"queue|topic|tempQueue|tempTopic|destination"`
}

// TempAuthorizationEntry is <tempDestinationAuthorizationEntry>.
type TempAuthorizationEntry struct {
	Source `element:"tempDestinationAuthorizationEntry"`
	Rights

	Destination Destination `xml:"queue|topic|tempQueue|tempTopic|destination"`
}

// RuntimeConfiguration is <runtimeConfigurationPlugin>: the broker follows changes of its configuration while it runs.
type RuntimeConfiguration struct {
	Source `element:"runtimeConfigurationPlugin"`

	CheckPeriod Millis `xml:"checkPeriod"` // how often to look for changes, 0: when asked only
}

func (*RuntimeConfiguration) plugin() {}
