package config

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const beansHead = `<beans xmlns="http://www.springframework.org/schema/beans" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans.xsd
  http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd">
`

const importingBroker = beansHead + `<bean class="org.springframework.beans.factory.config.PropertyPlaceholderConfigurer"/>
<broker xmlns="http://activemq.apache.org/schema/core" id="broker"/>
<import resource="jetty.xml"/></beans>`

// loadFiles loads /conf/activemq.xml of some files in memory.
func loadFiles(files map[string]string, properties map[string]string) (*File, error) {
	all := map[string]string{"activemq.home": "/home", "activemq.base": "/base", "activemq.conf": "/conf", "activemq.data": "/data"}
	for n, v := range properties {
		all[n] = v
	}
	lookup := func(name string) (string, bool) { v, ok := properties["env."+name]; return v, ok }
	return Load("/conf/activemq.xml", Environment{Properties: all, LookupEnv: lookup, Hostname: "this-host", ReadFile: func(path string) ([]byte, error) {
		if text, ok := files[path]; ok {
			return []byte(text), nil
		}
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}})
}

const consoleFixture = beansHead + `
<bean id="login" class="org.eclipse.jetty.security.HashLoginService">
  <property name="name" value="ActiveMQRealm"/><property name="config" value="${activemq.conf}/jetty-realm.properties"/></bean>
<bean id="some" class="org.eclipse.jetty.util.security.Constraint">
  <property name="roles" value="user, admin"/><property name="authenticate" value="true"/></bean>
<bean id="admins" class="org.eclipse.jetty.util.security.Constraint">
  <property name="roles" value="admin"/><property name="authenticate" value="true"/></bean>
<bean id="open" class="org.eclipse.jetty.util.security.Constraint"><property name="authenticate" value="false"/></bean>
<bean id="m1" class="org.eclipse.jetty.security.ConstraintMapping">
  <property name="constraint" ref="some"/><property name="pathSpec" value="/,/api/*,*.jsp"/></bean>
<bean id="m2" class="org.eclipse.jetty.security.ConstraintMapping">
  <property name="constraint" ref="admins"/><property name="pathSpec" value="*.action,/admin/*"/></bean>
<bean id="m3" class="org.eclipse.jetty.security.ConstraintMapping">
  <property name="constraint" ref="open"/><property name="pathSpec" value="/api/health"/></bean>
<bean id="unused" class="org.eclipse.jetty.security.ConstraintMapping">
  <property name="constraint" ref="open"/><property name="pathSpec" value="/admin/*"/></bean>
<bean id="rewrite" class="org.eclipse.jetty.rewrite.handler.RewriteHandler"><property name="rules"><list>
  <bean id="header" class="org.eclipse.jetty.rewrite.handler.HeaderPatternRule">
    <property name="pattern" value="*"/><property name="name" value="X-FRAME-OPTIONS"/><property name="value" value="SAMEORIGIN"/></bean>
  <bean id="header" class="org.eclipse.jetty.rewrite.handler.HeaderPatternRule">
    <property name="pattern" value="/admin/*"/><property name="name" value="A"/><property name="value" value="b"/></bean>
</list></property></bean>
<bean id="security" class="org.eclipse.jetty.security.ConstraintSecurityHandler">
  <property name="loginService" ref="login"/>
  <property name="constraintMappings"><list><ref bean="m1"/><ref bean="m2"/><ref bean="m3"/></list></property>
  <property name="handler"><bean class="org.eclipse.jetty.webapp.WebAppContext">
    <property name="contextPath" value="/admin"/><property name="resourceBase" value="${activemq.home}/webapps/admin"/></bean></property></bean>
<bean id="inet" class="org.eclipse.jetty.server.handler.InetAccessHandler"/>
<bean class="org.springframework.beans.factory.config.MethodInvokingFactoryBean">
  <property name="targetObject" ref="inet"/><property name="targetMethod" value="include"/><property name="arguments"><list><value>127.0.0.1</value></list></property></bean>
<bean class="org.springframework.beans.factory.config.MethodInvokingFactoryBean">
  <property name="targetObject" ref="inet"/><property name="targetMethod" value="include"/><property name="arguments" value="::1"/></bean>
<bean id="jettyPort" class="org.apache.activemq.web.WebConsolePort" init-method="start">
  <property name="host" value="127.0.0.1"/><property name="port" value="8161"/></bean>
<bean id="Server" depends-on="jettyPort" class="org.eclipse.jetty.server.Server"/>
<bean id="notListed" class="org.eclipse.jetty.server.ServerConnector"><property name="port" value="1"/></bean>
<bean id="invokeConnectors" class="org.springframework.beans.factory.config.MethodInvokingFactoryBean">
  <property name="targetObject" ref="Server"/><property name="targetMethod" value="setConnectors"/>
  <property name="arguments"><list>
    <bean id="Connector" class="org.eclipse.jetty.server.ServerConnector"><constructor-arg ref="Server"/>
      <property name="host" value="#{systemProperties['jetty.host']}"/><property name="port" value="#{systemProperties['jetty.port']}"/></bean>
    <bean id="Secure" class="org.eclipse.jetty.server.ServerConnector"><constructor-arg ref="Server"/>
      <constructor-arg><bean class="org.eclipse.jetty.util.ssl.SslContextFactory$Server">
        <property name="keyStorePath" value="${activemq.conf}/broker.ks"/><property name="keyStorePassword" value="OBF:1v2j1uum1xtv1zej1zer1xtn1uvk1v1v"/></bean></constructor-arg>
      <property name="port" value="#{systemEnvironment['NOPE'] ?: '8162'}"/></bean>
  </list></property></bean>
</beans>`

func consoleFiles() map[string]string {
	return map[string]string{
		"/conf/activemq.xml": importingBroker, "/conf/jetty.xml": consoleFixture,
		"/conf/jetty-realm.properties": "admin: admin, admin\nuser: user, user\n",
	}
}

func TestConsole(t *testing.T) {
	f, err := loadFiles(consoleFiles(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := f.Console
	if c == nil {
		t.Fatal("no console")
	}
	for i := range c.Listeners {
		c.Listeners[i].At = Position{}
	}
	want := []Listener{
		{Host: "127.0.0.1", Port: 8161},
		{Port: 8162, TLS: &ListenerTLS{KeyStorePath: "/conf/broker.ks", KeyStorePassword: "password"}},
	}
	if !reflect.DeepEqual(c.Listeners, want) {
		t.Errorf("listeners are %+v, want %+v", c.Listeners, want)
	}
	if want := []Header{{"*", "X-FRAME-OPTIONS", "SAMEORIGIN"}, {"/admin/*", "A", "b"}}; !slices.Equal(c.Headers, want) {
		t.Errorf("headers are %v, want %v", c.Headers, want)
	}
	if want := []WebContext{{"/admin", "/home/webapps/admin"}}; !slices.Equal(c.Contexts, want) {
		t.Errorf("contexts are %v, want %v", c.Contexts, want)
	}
	if want := []string{"127.0.0.1", "::1"}; !slices.Equal(c.Include, want) {
		t.Errorf("included addresses are %v, want %v", c.Include, want)
	}
	if roles, ok := c.Realm.Authenticate("user", "user"); !ok || !slices.Equal(roles, []string{"user"}) || c.Realm.Name != "ActiveMQRealm" {
		t.Errorf("realm %q lets user in: %v, as %v", c.Realm.Name, ok, roles)
	}
	if want := []string{"/conf/activemq.xml", "/conf/jetty.xml"}; !slices.Equal(f.Read, want) {
		t.Errorf("files read are %v, want %v", f.Read, want)
	}
}

func TestConsoleRoles(t *testing.T) {
	f, err := loadFiles(consoleFiles(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path                   string
		login                  bool
		roles                  []string
		stranger, user, admins bool
	}{
		{"/", true, []string{"user", "admin"}, false, true, true},
		{"/index.html", true, []string{"user", "admin"}, false, true, true},
		{"/api", true, []string{"user", "admin"}, false, true, true},
		{"/api/message/x.action", true, []string{"user", "admin"}, false, true, true}, // a prefix comes before a suffix
		{"/apix.action", true, []string{"admin"}, false, false, true},
		{"/admin/queues.jsp", true, []string{"admin"}, false, false, true},
		{"/demo/x.jsp", true, []string{"user", "admin"}, false, true, true},
		{"/api/health", false, nil, true, true, true},
		{"/api/health/x", true, []string{"user", "admin"}, false, true, true},
	} {
		roles, login := f.Console.RolesFor(c.path)
		if login != c.login || !slices.Equal(roles, c.roles) {
			t.Errorf("RolesFor(%s) = %v, %v; want %v, %v", c.path, roles, login, c.roles, c.login)
		}
		got := []bool{f.Console.Permits(c.path, nil), f.Console.Permits(c.path, []string{"user"}), f.Console.Permits(c.path, []string{"admin"})}
		if want := []bool{c.stranger, c.user, c.admins}; !slices.Equal(got, want) {
			t.Errorf("%s: stranger, user and admin see %v, want %v", c.path, got, want)
		}
	}
	none := Console{Constraints: []Constraint{{Paths: []string{"/x"}, Authenticate: true}, {Paths: []string{"/y"}, Authenticate: true, Roles: []string{"*"}}}}
	if none.Permits("/x", []string{"admin"}) || !none.Permits("/y", []string{}) || none.Permits("/y", nil) || !none.Permits("/z", nil) {
		t.Error("a login without roles must keep everybody out, * must let in those who logged in, and no constraint everybody")
	}
}

// TestConsolePort holds that the command line wins over the port bean.
func TestConsolePort(t *testing.T) {
	f, err := loadFiles(consoleFiles(), map[string]string{"jetty.port": "9999", "jetty.host": "::1"})
	if err != nil {
		t.Fatal(err)
	}
	if l := f.Console.Listeners[0]; l.Host != "::1" || l.Port != 9999 {
		t.Errorf("listener is %s %d, want ::1 9999", l.Host, l.Port)
	}
}

func TestConsoleErrors(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`value="8161"`, `value="none"`, `port of the web console is "none"`},
		{`#{systemProperties['jetty.port']}`, `#{T(java.lang.Runtime).getRuntime()}`, "is not understood"},
		{`/jetty-realm.properties`, `/missing.properties`, "/conf/missing.properties cannot be read"},
		{`<ref bean="m3"/>`, `<ref bean="m9"/>`, "constraint mapping is not defined"},
		{`value="OBF:1v2j`, `value="OBF:1`, "OBF: "},
		{`<property name="authenticate" value="true"/>`, `<property name="authenticate" value="maybe"/>`, `"maybe" is not a boolean`},
	} {
		files := consoleFiles()
		files["/conf/jetty.xml"] = strings.ReplaceAll(files["/conf/jetty.xml"], c.old, c.new)
		_, err := loadFiles(files, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "/conf/jetty.xml:") {
			t.Errorf("%s: got %v, want %q", c.new, err, c.want)
		}
	}
}

const loginFixture = `
// who may log in
activemq {
    org.apache.activemq.jaas.PropertiesLoginModule REQUIRED /* flags in any case */
        debug=true
        org.apache.activemq.jaas.properties.user="users.properties"
        org.apache.activemq.jaas.properties.group="${dir}/groups.properties";
    com.example.Other optional name='it''s' empty="";
};
other { com.example.Module requisite; };
`

func TestParseLoginConfig(t *testing.T) {
	lookup := func(name string) (string, bool) { return "/x", name == "dir" }
	got, err := ParseLoginConfig("login.config", []byte(strings.ReplaceAll(loginFixture, "'it''s'", "'its'")), lookup)
	if err != nil {
		t.Fatal(err)
	}
	want := LoginConfig{
		"activemq": {
			{Position{"login.config", 4, 5}, "org.apache.activemq.jaas.PropertiesLoginModule", "required", map[string]string{
				"debug": "true", "org.apache.activemq.jaas.properties.user": "users.properties", "org.apache.activemq.jaas.properties.group": "/x/groups.properties"}},
			{Position{"login.config", 8, 5}, "com.example.Other", "optional", map[string]string{"name": "its", "empty": ""}},
		},
		"other": {{Position{"login.config", 10, 9}, "com.example.Module", "requisite", map[string]string{}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	for text, want := range map[string]string{
		"a {": `login.config:1:4: "", want the class`, "a { b required x=1; }": `"", want ";"`, "a { b sometimes; };": "flag of b", "a { b required x; };": `";", want "="`,
		"a { b required x=; };": "want the value", "a { b required x=\"1\n\"; };": "quote is not closed", "/* a": "comment is not closed", "a\n{};\na {};": "login.config:3:1: entry a appears twice",
		"a { b required x=\"${nope}\"; };": `placeholder "nope"`, "a [": "character '['",
	} {
		if _, err := ParseLoginConfig("login.config", []byte(text), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

// TestConsoleJAAS has the login service of 6.x.
func TestConsoleJAAS(t *testing.T) {
	files := consoleFiles()
	files["/conf/jetty.xml"] = strings.Replace(strings.Replace(files["/conf/jetty.xml"], "org.eclipse.jetty.security.HashLoginService", "org.eclipse.jetty.jaas.JAASLoginService", 1),
		`<property name="config" value="${activemq.conf}/jetty-realm.properties"/>`, `<property name="loginModuleName" value="activemq"/>`, 1)
	files["/conf/login.config"] = `activemq { org.apache.activemq.jaas.PropertiesLoginModule required
		org.apache.activemq.jaas.properties.user="users.properties" org.apache.activemq.jaas.properties.group="groups.properties"; };`
	files["/conf/users.properties"] = "admin=admin\nguest=OBF:1u2a1toa1w8v1tok1u30\n"
	files["/conf/groups.properties"] = "admins=admin\nusers=guest, admin\n"
	f, err := loadFiles(files, nil)
	if err != nil {
		t.Fatal(err)
	}
	if roles, ok := f.Console.Realm.Authenticate("admin", "admin"); !ok || !slices.Equal(roles, []string{"admins", "users"}) {
		t.Errorf("admin: %v, %v; want admins and users", roles, ok)
	}
	if _, ok := f.Console.Realm.Authenticate("guest", "admin"); ok {
		t.Error("a password in users.properties was taken for an encoded one")
	}
	decrypting := maps.Clone(files)
	decrypting["/conf/login.config"] = strings.Replace(files["/conf/login.config"], "required", "required decrypt=true", 1)
	for _, v := range jasyptVectors(t) {
		if v[0] == encryptionAlgorithm && v[2] == "base64" && v[4] == "manager" {
			decrypting["/conf/users.properties"] = "admin=ENC(" + v[5] + ")\n"
		}
	}
	if _, err := loadFiles(decrypting, nil); err == nil || !strings.Contains(err.Error(), "ACTIVEMQ_ENCRYPTION_PASSWORD is not set") {
		t.Errorf("got %v, want an error about the missing password", err)
	}
	f, err = loadFiles(decrypting, map[string]string{"env.ACTIVEMQ_ENCRYPTION_PASSWORD": "activemq"})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := f.Console.Realm.Authenticate("admin", "manager"); !ok {
		t.Error("an encrypted password does not open")
	}
	files["/conf/login.config"] = strings.Replace(files["/conf/login.config"], "activemq {", "karaf {", 1)
	if _, err := loadFiles(files, nil); err == nil || !strings.Contains(err.Error(), `has no entry "activemq"`) {
		t.Errorf("got %v, want an error about the missing entry", err)
	}
}

// TestCorpusConsoles loads real jetty.xml files and compares them with the table of what releases ship.
func TestCorpusConsoles(t *testing.T) {
	dir := corpus(t)
	paths, err := filepath.Glob(filepath.Join(dir, "corpus", "jetty__*.xml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files := consoleFiles()
			files["/base/conf/jetty-realm.properties"] = files["/conf/jetty-realm.properties"]
			files["/conf/jetty.xml"] = string(text)
			if strings.Contains(string(text), `<import resource="jetty.xml"`) { // it adds to the stock file
				files["/conf/activemq.xml"] = strings.Replace(importingBroker, "jetty.xml", "jetty-demo.xml", 1)
				files["/conf/jetty-demo.xml"], files["/conf/jetty.xml"] = string(text), consoleFixture
			}
			files["/conf/login.config"] = "activemq { org.apache.activemq.jaas.PropertiesLoginModule required " +
				"org.apache.activemq.jaas.properties.user=u org.apache.activemq.jaas.properties.group=g; };"
			files["/conf/u"], files["/conf/g"] = "admin=admin", "admin=admin"
			f, err := loadFiles(files, nil)
			if err != nil {
				t.Fatal(err)
			}
			c := f.Console
			if c == nil || len(c.Listeners) == 0 || c.Realm == nil {
				t.Fatalf("console is %+v, want listeners and a realm", c)
			}
			if l := c.Listeners[0]; l.TLS == nil && (l.Port < 8161 || l.Port > 8163) {
				t.Errorf("first listener has port %d", l.Port)
			}
			_, login := c.RolesFor("/admin/queues.jsp")
			if off := strings.Contains(string(text), `name="authenticate" value="false"`); login == off {
				t.Errorf("login needed for /admin/queues.jsp: %v, but authenticate is off: %v", login, off)
			}
			if roles, ok := c.Realm.Authenticate("admin", "admin"); ok != (len(roles) > 0) {
				t.Errorf("admin has the roles %v and is let in: %v", roles, ok)
			}
		})
	}
}

// TestHeaderCovers has the forms of patterns that Jetty's rules take: those of servlet paths, and * for all.
func TestHeaderCovers(t *testing.T) {
	cases := []struct {
		pattern, path string
		want          bool
	}{
		{"*", "/", true}, {"*", "/admin/queues.jsp", true}, {"/*", "/admin/", true}, {"/", "/admin/", true},
		{"/admin/*", "/admin/queues.jsp", true}, {"/admin/*", "/admin", true}, {"/admin/*", "/administrator", false}, {"/admin/*", "/", false},
		{"*.css", "/console.css", true}, {"*.css", "/", false},
		{"/console.css", "/console.css", true}, {"/console.css", "/x/console.css", false}, {"", "/", false},
	}
	for _, c := range cases {
		if got := (Header{Pattern: c.pattern}).Covers(c.path); got != c.want {
			t.Errorf("%q covers %s: %v, want %v", c.pattern, c.path, got, c.want)
		}
	}
}
