package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// jettyFiles is a console in the form of 6.3.
func jettyFiles() map[string]string {
	const doctype = `<?xml version="1.0"?><!DOCTYPE Configure PUBLIC "-//Jetty//Configure//EN" "https://jetty.org/configure_10_0.dtd">`
	put := func(path, constraint string) string {
		return `<Call name="put"><Arg>` + path + `</Arg><Arg>` + constraint + `</Arg></Call>`
	}
	from := func(roles string) string {
		return `<Call class="org.eclipse.jetty.security.Constraint" name="from"><Arg><Array type="java.lang.String"><Item>` + strings.ReplaceAll(roles, ",", "</Item><Item>") + `</Item></Array></Arg></Call>`
	}
	return map[string]string{
		"/conf/activemq.xml": strings.Replace(importingBroker, "jetty.xml", "jetty-spring.xml", 1),
		"/conf/jetty-spring.xml": beansHead + `<bean id="jettyServer" class="org.apache.activemq.spring.jetty.JettyServerBean">
			<property name="jettyXmlDirectory" value="${activemq.conf}/jetty"/><property name="jettyConfDirectory" value="${activemq.conf}"/>
			<property name="webAppsContext" value="webapps.xml"/></bean></beans>`,
		"/conf/jetty-spring.properties": "jettyXmlFiles=security.xml\njettyHttpXmlFiles=http.xml\njettyHttpsXmlFiles=ssl.xml\nhttpsEnabled=true\n" +
			"jetty.http.port=8161\njetty.sslContext.keyStorePath=conf/k.ks\njetty.sslContext.keyStorePassword=OBF:1v2j1uum1xtv1zej1zer1xtn1uvk1v1v\n",
		"/conf/jetty/http.xml": doctype + `<Configure id="Server" class="org.eclipse.jetty.server.Server"><Call name="addConnector"><Arg>
			<New id="httpConnector" class="org.eclipse.jetty.server.ServerConnector"><Arg name="server"><Ref refid="Server"/></Arg>
			<Set name="host" property="jetty.http.host"/><Set name="port"><Property name="jetty.http.port" default="8080"/></Set></New></Arg></Call></Configure>`,
		"/conf/jetty/ssl.xml": doctype + `<Configure id="Server"><Call name="addConnector"><Arg><New id="sslConnector" class="org.eclipse.jetty.server.ServerConnector">
			<Set name="host"><Property name="jetty.ssl.host" default="127.0.0.1"/></Set><Set name="port"><Property name="jetty.ssl.port" default="8443"/></Set></New></Arg></Call></Configure>`,
		"/conf/jetty/security.xml": doctype + `<Configure id="Server"><New id="login" class="org.eclipse.jetty.security.jaas.JAASLoginService">
			<Set name="name">ActiveMQRealm</Set><Set name="loginModuleName">activemq</Set></New>
			<Call name="insertHandler"><Arg><New class="org.eclipse.jetty.server.handler.InetAccessHandler"><Set name="handler">
			<New class="org.eclipse.jetty.security.SecurityHandler$PathMapped">` +
			put("/admin/*", from("admins")) + put("/open", `<Get class="org.eclipse.jetty.security.Constraint" name="ALLOWED"/>`) +
			put("/never", `<Get class="org.eclipse.jetty.security.Constraint" name="FORBIDDEN"/>`) + put("/*", from("users,admins")) +
			`</New></Set><Call name="include"><Arg><Array type="java.lang.String"><Item>127.0.0.1</Item><Item>::1</Item></Array></Arg></Call></New></Arg></Call></Configure>`,
		"/conf/jetty/webapps.xml": doctype + `<Configure id="Contexts"><Call name="addHandler"><Arg><New class="org.eclipse.jetty.ee11.webapp.WebAppContext">
			<Set name="contextPath">/admin</Set><Set name="baseResourceAsString"><Property name="activemq.home" default="."/>/webapps/admin</Set></New></Arg></Call>
			<New class="org.eclipse.jetty.rewrite.handler.HeaderPatternRule"><Set name="pattern">*</Set><Set name="headerName">A</Set><Set name="headerValue">b; c</Set></New></Configure>`,
		"/conf/login.config": `activemq { org.apache.activemq.jaas.PropertiesLoginModule required org.apache.activemq.jaas.properties.user="u" org.apache.activemq.jaas.properties.group="g"; };`,
		"/conf/u":            "admin=secret\nguest=guest\n",
		"/conf/g":            "admins=admin\nusers=guest\n",
	}
}

func TestJettyXML(t *testing.T) {
	f, err := loadFiles(jettyFiles(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := f.Console
	for i := range c.Listeners {
		c.Listeners[i].At = Position{}
	}
	want := []Listener{{Port: 8161}, {Host: "127.0.0.1", Port: 8443, TLS: &ListenerTLS{KeyStorePath: "/base/conf/k.ks", KeyStorePassword: "password"}}}
	if !reflect.DeepEqual(c.Listeners, want) {
		t.Errorf("listeners are %+v, want %+v", c.Listeners, want)
	}
	if !slices.Equal(c.Headers, []Header{{"*", "A", "b; c"}}) || !slices.Equal(c.Contexts, []WebContext{{"/admin", "/home/webapps/admin"}}) ||
		!slices.Equal(c.Include, []string{"127.0.0.1", "::1"}) {
		t.Errorf("headers are %v, contexts %v, addresses %v", c.Headers, c.Contexts, c.Include)
	}
	roles, ok := c.Realm.Authenticate("guest", "guest")
	if !ok || c.Realm.Name != "ActiveMQRealm" {
		t.Fatalf("realm %q lets guest in: %v", c.Realm.Name, ok)
	}
	for path, want := range map[string]bool{"/admin/x": false, "/x": true, "/open": true, "/never": false} {
		if got := c.Permits(path, roles); got != want {
			t.Errorf("guest sees %s: %v, want %v", path, got, want)
		}
	}
	if !c.Permits("/open", nil) || c.Permits("/x", nil) || c.Permits("/never", []string{"admins"}) || !c.Permits("/admin/x", []string{"admins"}) {
		t.Error("strangers must see /open only, admins all but /never")
	}
}

// TestJettyXMLSwitches holds that properties decide which files count, and that system properties win.
func TestJettyXMLSwitches(t *testing.T) {
	f, err := loadFiles(jettyFiles(), map[string]string{"httpsEnabled": "false", "jetty.http.host": "::1", "jetty.http.port": "9"})
	if err != nil {
		t.Fatal(err)
	}
	if l := f.Console.Listeners; len(l) != 1 || l[0].Host != "::1" || l[0].Port != 9 {
		t.Errorf("listeners are %+v, want one at ::1 port 9", l)
	}
}

func TestJettyXMLErrors(t *testing.T) {
	for _, c := range []struct{ file, old, new, want string }{
		{"/conf/jetty/http.xml", `"8080"`, `"8080"`, ""},
		{"/conf/jetty-spring.properties", "8161", "none", `/conf/jetty/http.xml:2:4: port of the web console is "none"`},
		{"/conf/jetty-spring.properties", "security.xml", "missing.xml", "/conf/jetty/missing.xml cannot be read"},
		{"/conf/jetty/security.xml", `name="FORBIDDEN"`, `name="SOMETHING"`, "constraint of /never is not understood"},
		{"/conf/jetty/security.xml", `<Arg>/open</Arg>`, ``, "put wants a path and a constraint"},
		{"/conf/jetty/webapps.xml", `_10_0.dtd">`, `_10_0.dtd" [<!ENTITY a "b">]>`, "document type declarations are not allowed"},
		{"/conf/jetty/webapps.xml", `</Configure>`, ``, "element Configure is not closed"},
		{"/conf/login.config", `activemq {`, `other {`, `has no entry "activemq"`},
	} {
		files := jettyFiles()
		files[c.file] = strings.Replace(files[c.file], c.old, c.new, 1)
		_, err := loadFiles(files, nil)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s with %s: got %v, want %q", c.file, c.new, err, c.want)
		}
	}
	files := jettyFiles()
	delete(files, "/conf/jetty-spring.properties")
	if _, err := loadFiles(files, nil); err == nil || !strings.Contains(err.Error(), "/conf/jetty-spring.properties cannot be read") {
		t.Errorf("got %v, want an error about the missing properties", err)
	}
}
