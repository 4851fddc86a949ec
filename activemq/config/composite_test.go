package config

import (
	"slices"
	"strings"
	"testing"
)

func TestParseComposite(t *testing.T) {
	for _, c := range []struct {
		uri, scheme string
		parts       []URI
		option      string // name=value
	}{
		{"static:(tcp://a:1,tcp://b:2)", "static", []URI{"tcp://a:1", "tcp://b:2"}, ""},
		{"static://(tcp://a:1)", "static", []URI{"tcp://a:1"}, ""},
		{"static:tcp://a:1", "static", []URI{"tcp://a:1"}, ""},
		{"static:(tcp://a:1?x=1&y=2)?initialReconnectDelay=100", "static", []URI{"tcp://a:1?x=1&y=2"}, "initialReconnectDelay=100"},
		{"static:(failover:(tcp://a:1,tcp://b:2)?randomize=false,tcp://c:3)", "static", []URI{"failover:(tcp://a:1,tcp://b:2)?randomize=false", "tcp://c:3"}, ""},
		{"masterslave:(tcp://a:1,tcp://b:2)", "masterslave", []URI{"tcp://a:1", "tcp://b:2"}, ""},
		{"multicast://default?group=x", "multicast", []URI{"default?group=x"}, ""},
		{"static:()", "static", nil, ""},
	} {
		got, err := ParseComposite(URI(c.uri))
		name, value, _ := strings.Cut(c.option, "=")
		if err != nil || got.Scheme != c.scheme || !slices.Equal(got.Parts, c.parts) || got.Options.Get(name) != value {
			t.Errorf("%s: %+v, %v", c.uri, got, err)
		}
	}
	for _, uri := range []string{"", "static", "1:(a)", "static:(tcp://a:1", "static:(tcp://a:1,%20tcp://b:2)"} {
		if got, err := ParseComposite(URI(uri)); err == nil {
			t.Errorf("%q is taken as %+v", uri, got)
		}
	}
}

// TestTutorials has what web pages tell people to put into activemq.xml, with the mistakes that copying leaves in it.
func TestTutorials(t *testing.T) {
	const replicated = `<persistenceAdapter><replicatedLevelDB directory="${activemq.data}/leveldb" replicas="3" bind="tcp://0.0.0.0:0" zkAddress="a:2281,b:2381,c:2481"
  zkPassword="" hostname="192.168.2.86" sync="local_disk" zkPath="/activemq/leveldb-stores" zkSessionTimeout="2s" securityToken="x" weight="1"/></persistenceAdapter>`
	const jdbc = `<persistenceAdapter><jdbcPersistenceAdapter dataSource="#mysql-ds" useDatabaseLock="false" transactionIsolation="4"/></persistenceAdapter>`
	const pool = `<bean id="mysql-ds" class="org.apache.commons.dbcp2.BasicDataSource" destroy-method="close"><property name="driverClassName" value="com.mysql.jdbc.Driver"/>
  <property name="url" value="jdbc:mysql://192.168.0.200:3306/test_activemq?relaxAutoCommit=true"/><property name="username" value="activemq"/>
  <property name="password" value="activemq"/><property name="poolPreparedStatements" value="true"/></bean>`
	network := func(uri string) string {
		return `<networkConnectors><networkConnector uri="` + uri + `" duplex="true"/></networkConnectors>`
	}
	five := `<transportConnectors>`
	for _, scheme := range []string{"tcp", "amqp", "stomp", "mqtt", "ws"} {
		five += `<transportConnector name="` + scheme + `" uri="` + scheme + `://0.0.0.0:1?maximumConnections=1000&amp;wireFormat.maxFrameSize=104857600"/>`
	}
	five += `</transportConnectors>`
	for _, c := range []struct{ name, before, attributes, inside, want string }{
		{"replicated LevelDB", configurer, `brokerName="broker-a"`, replicated, ""},
		{"database", pool, `persistent="true"`, jdbc, ""},
		{"shared directory", configurer, "", `<persistenceAdapter><kahaDB directory="${activemq.data}/kahadb"/></persistenceAdapter>`, ""},
		{"five connectors", "", `schedulerSupport="true"`, five, ""},
		{"static", "", "", network("static:(tcp://a:61616,tcp://b:61616)"), ""},
		{"masterslave", "", "", network("masterslave:(tcp://a:61616,tcp://b:61616)"), ""},
		{"multicast", "", "", network("multicast://default"), ""},
		{"plain address", "", "", network("tcp://a:61616"), `uri of networkConnector is "tcp://a:61616", want one of static, simple, masterslave, multicast, zeroconf, http: for one address, static:(tcp://a:61616)`},
		{"blank in a list", "", "", network("static:(tcp://a:1, tcp://b:2)"), `no blanks or other characters may stand before its scheme`},
		{"glued attributes", "", `brokerName="a" schedulerSupport="true"dataDirectory="x"`, "", `:4:94: attributes need a blank between them: write one before dataDirectory`},
		{"glued name", "", "", `<transportConnectors><transportConnectorname="mqtt"uri="mqtt://h:1"/></transportConnectors>`, `blank missing between element and attribute: write <transportConnector name=`},
		{"comment in a tag", "", "", "<persistenceAdapter><replicatedLevelDB\n  replicas=\"3\"  <!-- copies -->\n/></persistenceAdapter>", `:5:17: comment inside the start tag of replicatedLevelDB: move it before the tag`},
		{"missing data source", "", "", jdbc, `no bean is named "mysql-ds"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := loadFiles(inBroker(c.before, c.attributes, c.inside), nil)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}
