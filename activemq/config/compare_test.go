package config

import (
	"slices"
	"strings"
	"testing"
)

const comparedBefore = `
<destinationPolicy><policyMap><policyEntries>
  <policyEntry queue="a.>" memoryLimit="1mb"/><policyEntry topic="t" producerFlowControl="false"/>
</policyEntries></policyMap></destinationPolicy>
<plugins><simpleAuthenticationPlugin><users>
  <authenticationUser username="u" password="one" groups="g"/><authenticationUser username="v" password="x" groups="g"/>
</users></simpleAuthenticationPlugin></plugins>
<systemUsage><systemUsage><memoryUsage><memoryUsage limit="64 mb"/></memoryUsage></systemUsage></systemUsage>
<destinationInterceptors><virtualDestinationInterceptor><virtualDestinations><compositeQueue name="c"><forwardTo><queue physicalName="x"/><filteredDestination selector="a=1" topic="y"/></forwardTo></compositeQueue></virtualDestinations></virtualDestinationInterceptor></destinationInterceptors>
<transportConnectors><transportConnector name="openwire" uri="tcp://0.0.0.0:61616"/></transportConnectors>`

func changed(t *testing.T, before, after string) []string {
	t.Helper()
	var b [2]*Broker
	for i, inside := range []string{before, after} {
		f, err := loadFiles(inBroker("", "", inside), nil)
		if err != nil {
			t.Fatal(err)
		}
		b[i] = f.Broker
	}
	var out []string
	for _, c := range Compare(b[0], b[1]) {
		out = append(out, c.String())
	}
	return out
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"nothing", "", "", nil},
		{"layout", "><", ">\n\n <", nil},
		{"setting of an entry", `memoryLimit="1mb"`, `memoryLimit="2mb"`, []string{"destinationPolicy.policyEntries[queue://a.>].memoryLimit: 2097152, was 1048576"}},
		{"setting given back", ` memoryLimit="1mb"`, ``, []string{"destinationPolicy.policyEntries[queue://a.>].memoryLimit: 0, was 1048576"}},
		{"entry", `topic="t"`, `topic="s"`, []string{
			"destinationPolicy.policyEntries[topic://t] is gone: policyEntry", "destinationPolicy.policyEntries[topic://s] is new: policyEntry"}},
		{"password", `password="one"`, `password="two"`, []string{"plugins[simpleAuthenticationPlugin].users[u].password: (not shown), was (not shown)"}},
		{"list", `groups="g"/><`, `groups="g,h"/><`, []string{"plugins[simpleAuthenticationPlugin].users[u].groups: g,h, was g"}},
		{"limit", "64 mb", "128 mb", []string{"systemUsage.memoryUsage.limit: 134217728, was 67108864"}},
		{"connector", `"tcp://0.0.0.0:61616"/>`, `"tcp://0.0.0.0:61616"/><transportConnector name="more" uri="nio://0.0.0.0:1"/>`,
			[]string{"transportConnectors[more] is new: transportConnector"}},
		{"address", "61616", "61617", []string{"transportConnectors[openwire].uri: tcp://0.0.0.0:61617, was tcp://0.0.0.0:61616"}},
		{"forwards", `physicalName="x"`, `physicalName="z"`, []string{"destinationInterceptors[virtualDestinationInterceptor].virtualDestinations[c].forwardTo: queue://z,topic://y a=1, was queue://x,topic://y a=1"}},
		{"other kind", `<systemUsage>`, `<persistenceAdapter><memoryPersistenceAdapter/></persistenceAdapter><systemUsage>`, []string{"persistenceAdapter: memoryPersistenceAdapter, was kahaDB"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := 1
			if c.name == "layout" {
				n = -1
			}
			if got := changed(t, comparedBefore, strings.Replace(comparedBefore, c.old, c.new, n)); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestDifferences holds that what a file says is told where it is not what holds anyway.
func TestDifferences(t *testing.T) {
	f, err := loadFiles(inBroker("", `useJmx="true" advisorySupport="false"`, comparedBefore), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range Differences(f.Broker) {
		if c.At.Line == 0 && c.Path != "systemUsage.storeUsage.limit" && !strings.HasSuffix(c.Path, "Usage.limit") {
			t.Errorf("%s has no place", c.Path)
		}
		got = append(got, c.Path+"="+c.New)
	}
	for _, want := range []string{
		"advisorySupport=false", "destinationPolicy=policyMap", "destinationPolicy.policyEntries[queue://a.>].memoryLimit=1048576",
		"destinationPolicy.policyEntries[topic://t].producerFlowControl=false", "plugins[simpleAuthenticationPlugin].users[u].password=(not shown)",
		"systemUsage.memoryUsage.limit=67108864", "transportConnectors[openwire].uri=tcp://0.0.0.0:61616",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing in %q", want, got)
		}
	}
	for _, path := range got {
		if strings.HasPrefix(path, "useJmx") || strings.Contains(path, "Prefetch") || strings.Contains(path, "irectory") {
			t.Errorf("%s is no difference", path)
		}
	}
}
