// Package configuration has the built program read configurations: while it runs, and to tell of them.
package configuration

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"goactivemq/test/broker"
)

func TestMain(m *testing.M) { broker.Main(m) }

const limit = 30 * time.Second

// guarded is a configuration with a user, and with marks that tests put something else in place of.
const guarded = broker.Head + `
  <broker xmlns="http://activemq.apache.org/schema/core" brokerName="localhost" dataDirectory="${activemq.data}">
    <destinationPolicy><policyMap><policyEntries><policyEntry queue=">" memoryLimit="1mb"/></policyEntries></policyMap></destinationPolicy>
    <plugins>
      <simpleAuthenticationPlugin><users><authenticationUser username="u" password="one" groups=""/></users></simpleAuthenticationPlugin>
      <!-- plugins -->
    </plugins>
    <systemUsage><systemUsage><memoryUsage><memoryUsage limit="64 mb"/></memoryUsage></systemUsage></systemUsage>
    <persistenceAdapter><kahaDB directory="${activemq.data}/kahadb"/></persistenceAdapter>
    <transportConnectors>
      <transportConnector name="openwire" uri="tcp://127.0.0.1:@openwire@"/>
      <!-- connectors -->
    </transportConnectors>
  </broker>
` + broker.Foot

// running is a broker whose configuration a test changes.
type running struct {
	*broker.Broker
	t    *testing.T
	text string
}

// replace changes the file as it is now.
func (r *running) replace(old, new string) {
	r.t.Helper()
	if !strings.Contains(r.text, old) {
		r.t.Fatalf("the configuration has no %q", old)
	}
	r.text = strings.Replace(r.text, old, new, 1)
	r.Configure(r.text)
}

// logs waits until the log has a text that was not there before, and returns what came.
func (r *running) logs(from int, want string) string {
	r.t.Helper()
	if !broker.Poll(limit, func() bool { return strings.Contains(r.Log()[from:], want) }) {
		r.t.Fatalf("the log does not say %q", want)
	}
	return r.Log()[from:]
}

// login connects as the user, and tells whether that was allowed.
func (r *running) login(password string) bool {
	c := r.Dial(r.t)
	c.Greet()
	f := c.LoginAs("u", password)
	allowed := false
	c.Put(f.Bytes())
	c.Await("an answer to the login", func(frame []byte) bool {
		allowed = frame[0] == broker.Response
		return allowed || frame[0] == broker.ExceptionResponse && bytes.Contains(frame, []byte("is invalid"))
	})
	return allowed
}

// TestReload: what can change while the broker runs does, each change is told, and who is connected notices nothing.
func TestReload(t *testing.T) {
	r := &running{broker.Start(t, broker.Config{XML: guarded}), t, guarded}
	if !r.login("one") || r.login("two") {
		t.Fatal("the user's password is not the one of the file")
	}
	change := func(old, new, want string) {
		t.Helper()
		from := len(r.Log())
		r.replace(old, new)
		r.HangUp()
		r.logs(from, want)
	}

	stays := r.Dial(t)
	stays.Greet()
	stays.Request(stays.LoginAs("u", "one"))
	stays.Open()

	change(`password="one"`, `password="two"`, "plugins[simpleAuthenticationPlugin].users[u].password: (not shown), was (not shown): applied")
	if r.login("one") || !r.login("two") {
		t.Error("the old password still opens, or the new one does not")
	}
	change("<!-- connectors -->", `<transportConnector name="more" uri="nio://127.0.0.1:@more@"/><!-- connectors -->`, "transportConnectors[more] is new: transportConnector: applied")
	r.accepts("more", true)
	change("@more@", "@other@", ": applied")
	r.accepts("other", true)
	r.accepts("more", false)
	change(`name="more" uri="nio://127.0.0.1:@other@"`, `name="more" uri="nio://127.0.0.1:@openwire@"`, "in use")
	r.accepts("other", true) // the new address is taken: the connector is as it was
	change(`name="more" uri="nio://127.0.0.1:@openwire@"`, `name="more" uri="nio://127.0.0.1:@other@"`, " 0 changes")
	change(`<transportConnector name="more" uri="nio://127.0.0.1:@other@"/>`, "", "transportConnectors[more] is gone: transportConnector: applied")
	r.accepts("other", false)

	change(`memoryLimit="1mb"`, `memoryLimit="2mb"`, "destinationPolicy.policyEntries[queue://>].memoryLimit: 2097152, was 1048576: applied")
	stays.Publish("from", "stays there") // before there is a composite queue of that name
	const composite = `<destinationInterceptors><virtualDestinationInterceptor><virtualDestinations>
    <compositeQueue name="from"><forwardTo><queue physicalName="to"/></forwardTo></compositeQueue>
  </virtualDestinations></virtualDestinationInterceptor></destinationInterceptors>`
	change("<plugins>", composite+"<plugins>", "destinationInterceptors[virtualDestinationInterceptor] is new: virtualDestinationInterceptor: applied")
	stays.Subscribe("to")
	stays.Publish("from", "is forwarded")
	stays.Await("the forwarded message", func(frame []byte) bool { return bytes.Contains(frame, []byte("is forwarded")) })
	change(`limit="64 mb"`, `limit="32 mb"`, "systemUsage.memoryUsage.limit: 33554432, was 67108864: applied")
	change(`persistenceAdapter><kahaDB`, `persistenceAdapter><kahaDB cleanupInterval="1"`, "persistenceAdapter.cleanupInterval: 1, was 30000: needs a restart")

	stays.Publish("stays", "after all that") // the connection is as it was
}

// accepts holds that something listens, or does not.
func (r *running) accepts(name string, want bool) {
	r.t.Helper()
	if got := broker.Accepts(r.AddrOf(name)); got != want {
		r.t.Errorf("port %s accepts: %v, want %v", name, got, want)
	}
}

// TestBrokenReload: a file that is not valid, or asks for what there is not, changes nothing, and the log says why; mended, it holds.
func TestBrokenReload(t *testing.T) {
	r := &running{broker.Start(t, broker.Config{XML: guarded}), t, guarded}
	for _, c := range []struct{ old, new, want string }{
		{"</broker>", "</brokr>", "activemq.xml:17:3: end of brokr inside broker"},
		{`password="one"`, `passwort="two"`, `attribute passwort is not known in authenticationUser; did you mean "password"?`},
		{"<!-- plugins -->", `<jaasAuthenticationPlugin/>`, "jaasAuthenticationPlugin is not served by this version"},
	} {
		from := len(r.Log())
		r.replace(c.old, c.new)
		r.HangUp()
		r.logs(from, "the broker goes on as it is: ")
		r.logs(from, c.want)
		if !r.login("one") {
			t.Errorf("after %s the user does not get in", c.new)
		}
		r.replace(c.new, c.old)
	}
	from := len(r.Log())
	r.replace(`password="one"`, `password="two"`)
	r.HangUp()
	r.logs(from, ": applied")
	if r.login("one") || !r.login("two") {
		t.Error("the mended file does not hold")
	}
}

// TestRuntimeConfiguration: with the original's plugin the broker finds out for itself, also in the files that are imported.
func TestRuntimeConfiguration(t *testing.T) {
	text := strings.Replace(guarded, "<!-- plugins -->", `<runtimeConfigurationPlugin checkPeriod="20"/>`, 1)
	r := &running{broker.Start(t, broker.Config{XML: text}), t, text}
	from := len(r.Log())
	r.replace(`password="one"`, `password="three"`)
	r.logs(from, "runtimeConfigurationPlugin: the configuration was read again, 1 changes")
	r.logs(from, ": applied")
	if r.login("one") || !r.login("three") {
		t.Error("the new password does not hold")
	}
}
