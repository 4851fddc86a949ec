package config

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// inBroker puts text inside a broker element that ends on line 4, and before it.
func inBroker(before, attributes, inside string) map[string]string {
	return map[string]string{"/conf/activemq.xml": beansHead + before + `<broker xmlns="http://activemq.apache.org/schema/core" ` + attributes + ">" + inside + "</broker></beans>"}
}

const configurer = `<bean class="org.springframework.beans.factory.config.PropertyPlaceholderConfigurer"/>`

func problems(err error) []Problem {
	var invalid *Invalid
	if errors.As(err, &invalid) {
		return invalid.Problems
	}
	return nil
}

// TestErrors holds that each mistake is named, with its place and what was probably meant.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ name, before, attributes, inside, want string }{
		{"attribute in wrong case", "", `brokername="a"`, "", `/conf/activemq.xml:4:56: attribute brokername is not known in broker; did you mean "brokerName"?`},
		{"attribute on a line of its own", "", "start=\"true\"\n  useJMX=\"true\"", "", `/conf/activemq.xml:5:3: attribute useJMX is not known in broker; did you mean "useJmx"?`},
		{"unknown attribute", "", `noSuchThing="1"`, "", `:4:56: attribute noSuchThing is not known in broker`},
		{"unknown element", "", "", "\n <noSuchThing/>", `:5:2: element noSuchThing is not known in broker`},
		{"misspelt element", "", "", "<transportConectors/>", `element transportConectors is not known in broker; did you mean "transportConnectors"?`},
		{"misspelt inner element", "", "", "<persistenceAdapter><kahadb/></persistenceAdapter>", `element kahadb is not known; did you mean "kahaDB"?`},
		{"bean below a bean", "", "", `<kahaDB directory="x"/>`, `element kahaDB cannot stand right below broker, put it inside an element persistenceAdapter`},
		{"bean in a foreign property", "", "", `<plugins><kahaDB/></plugins>`, `element kahaDB does not fit into plugins: authorizationPlugin,`},
		{"attribute on a property", "", "", `<managementContext createConnector="false"/>`, `attribute createConnector is not known in property managementContext of broker; put an element managementContext inside it`},
		{"empty property", "", "", `<persistenceAdapter/>`, `property persistenceAdapter of broker is empty, want an element: jdbcPersistenceAdapter,`},
		{"two beans in one property", "", "", `<persistenceAdapter><kahaDB/><memoryPersistenceAdapter/></persistenceAdapter>`, `holds one element, and this is a second one`},
		{"stray text", "", "", "stray text", `:4:1: text "stray text" inside broker has no meaning there`},
		{"bad boolean", "", `restartAllowed="yes"`, "", `:4:56: restartAllowed of broker: "yes" is not a boolean, want true, false, 1 or 0`},
		{"bad number", "", `taskRunnerPriority="5.0"`, "", `taskRunnerPriority of broker: "5.0" is not a whole number`},
		{"bad size of what is not served", "", "", `<systemUsage><systemUsage><storeUsage><storeUsage limit="1 tb"/></storeUsage></systemUsage></systemUsage>`, `limit of storeUsage: "1 tb" is not a size, want digits and b, kb, mb or gb`},
		{"bad value of what is not served", "", "", `<persistenceAdapter><jdbcPersistenceAdapter createTablesOnStartup="env"/></persistenceAdapter>`, `createTablesOnStartup of jdbcPersistenceAdapter: "env" is not a boolean`},
		{"bad word", "", "", `<persistenceAdapter><kahaDB journalDiskSyncStrategy="sometimes"/></persistenceAdapter>`, `:4:85: journalDiskSyncStrategy is "sometimes", want one of ALWAYS, PERIODIC, NEVER`},
		{"placeholder in a number", configurer, `taskRunnerPriority="${nope:7}"`, "", `taskRunnerPriority of broker is "${nope:7}", and values of type int take no placeholder`},
		{"placeholder without a value", configurer, `brokerName="x${nope}"`, "", `placeholder "nope" has no value, in "x${nope}"`},
		{"reference to nothing", `<bean id="store" class="a.B"/>`, `persistenceAdapter="#stor"`, "", `no bean is named "stor"; did you mean "store"?`},
		{"parent of itself", `<bean id="a" parent="b"/><bean id="b" parent="a"/>`, "", "", `of a bean is not defined, or leads back to it`},
		{"reference to something else", `<bean id="usage" class="org.apache.activemq.usage.SystemUsage"/>`, `persistenceAdapter="#usage"`, "", `bean of class org.apache.activemq.usage.SystemUsage does not fit into persistenceAdapter of broker`},
		{"entry without destination", "", "", `<destinationPolicy><policyMap><policyEntries><policyEntry/></policyEntries></policyMap></destinationPolicy>`, `policyEntry names no destination, want queue or topic`},
		{"property of a Spring bean", `<bean id="k" class="org.apache.activemq.store.kahadb.KahaDBPersistenceAdapter"><property name="directry" value="x"/></bean>`, "", "", `property directry is not known in bean of class org.apache.activemq.store.kahadb.KahaDBPersistenceAdapter; did you mean "directory"?`},
		{"attribute of a Spring element", `<bean clas="x"/>`, "", "", `attribute clas is not known in bean; did you mean "class"?`},
		{"element of Spring", `<beam/>`, "", "", `element beam is not known in beans; did you mean "bean"?`},
		{"property without a value", `<bean class="x"><property name="y"/></bean>`, "", "", `property has 0 values, want one`},
		{"same id twice", `<bean id="x" class="y"/><bean id="x" class="z"/>`, "", "", `bean "x" is defined a second time, first at line 4`},
		{"import of nothing", `<import resource="missing.xml"/>`, "", "", `import of missing.xml: open /conf/missing.xml: file does not exist`},
		{"import of itself", `<import resource="activemq.xml"/>`, "", "", `import of /conf/activemq.xml leads back to itself`},
		{"missing property file", `<bean class="org.springframework.beans.factory.config.PropertyPlaceholderConfigurer"><property name="location" value="file:${activemq.conf}/x.properties"/></bean>`, "", "", `/conf/x.properties cannot be read`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := loadFiles(inBroker(c.before, c.attributes, c.inside), nil)
			if err == nil || f != nil {
				t.Fatalf("accepted: %+v", f)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %v", err, c.want)
			}
			if len(problems(err)) == 0 {
				t.Errorf("error is a %T, want *Invalid with problems", err)
			}
		})
	}
}

// TestSyntaxErrors has what is no XML, or XML that no configuration needs.
func TestSyntaxErrors(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"comment in a start tag":        {"<a b='1' <!-- c --> />", "1:10: comment inside the start tag of a: move it before the tag"},
		"attribute twice":               {"<a b='1'\n b='2'/>", "2:2: attribute b appears twice in a"},
		"no blank between":              {"<a b='1'c='2'/>", "1:9: attributes need a blank between them"},
		"unquoted":                      {"<a b=1/>", `1:6: value of b is not quoted: write b="1"`},
		"typographic quotes":            {"<a b=“1”/>", `1:6: typographic quotes around the value of b: write b="…"`},
		"bare ampersand":                {"<a b='1&c=2'/>", "1:8: & alone"},
		"less-than in a value":          {"<a b='<'/>", "1:7: < inside the value of b: write &lt;"},
		"two hyphens":                   {"<a><!-- a -- b --></a>", "1:11: two hyphens inside a comment"},
		"glued":                         {"<a b='1'c='2'/>", "1:9: attributes need a blank between them: write one before c"},
		"glued to the element":          {`<brokerxmlns="x" brokerName="a">`, "1:8: blank missing between element and attribute: write <broker xmlns="},
		"glued to a connector":          {`<transportConnectorname="mqtt"uri="mqtt://h:1"/>`, "1:20: blank missing between element and attribute: write <transportConnector name="},
		"glued before a comment":        {`<a b="1"c="2" <!-- x --> />`, "1:9: attributes need a blank between them: write one before c"},
		"no value":                      {"<a b c='1'/>", "1:4: attribute b of a has no value"},
		"tag not closed":                {"<a b='1'\n<c/></a>", "2:1: start tag of a is not closed: write > before this"},
		"quote not closed":              {"<a b='1>\n</a>", "1:6: value of b has no closing quote"},
		"comment not closed":            {"<a><!-- x </a>", "1:4: comment is not closed"},
		"ampersand in text":             {"<a>x & y</a>", "1:6: & alone"},
		"text after the root":           {"<a/>\n  x", "2:3: text outside the root element"},
		"second root":                   {"<a/>\n<b/>", "2:1: second root element b"},
		"blank before the declaration":  {" <?xml version='1.0'?><a/>", "1:2: XML declaration must be the first thing in the file"},
		"document type":                 {"<!DOCTYPE a [<!ENTITY n 'x'>]><a>&n;</a>", "1:1: document type declarations are not allowed"},
		"external entity":               {"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "1:1: document type declarations are not allowed"},
		"wrong end":                     {"<a>\n<b></a>", "2:4: end of a inside b, opened at line 2"},
		"no end":                        {"<a>\n<b>", "2:1: element b is not closed"},
		"end without start":             {"</a>", "1:1: end of a without its start"},
		"nothing":                       {"<!-- a -->", "1:11: file has no element"},
		"empty":                         {"", "1:1: file has no element"},
		"undeclared prefix":             {"<a:b/>", "1:1: namespace prefix a of element a:b is not declared"},
		"undeclared prefix of a name":   {"<b x='1' a:c='2'/>", "1:10: namespace prefix a of attribute a:c is not declared"},
		"unknown encoding":              {"<?xml version='1.0' encoding='EBCDIC'?><a/>", "1:1: encoding ebcdic is not known"},
		"broken UTF-8":                  {"<a>\xff\xfe</a>", "1:"},
		"half a UTF-16 character":       {"\xff\xfe<", "1:1: UTF-16 text has half a character"},
		"deep nesting":                  {strings.Repeat("<a>", 300), "1:601: elements are nested deeper than 200"},
		"control character":             {"<a>\x00</a>", "1:"},
		"element of no known namespace": {"<a/>", "1:1: root element is a, want beans"},
		"beans without a namespace":     {"<beans/>", "1:1: beans has the namespace \"\""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := loadFiles(map[string]string{"/conf/activemq.xml": c.text}, nil)
			if err == nil || !strings.HasPrefix(err.Error(), "/conf/activemq.xml:"+c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestEncodings(t *testing.T) {
	text := inBroker("", `brokerName="a"`, `<destinations><queue physicalName="Prüfung"/></destinations>`)["/conf/activemq.xml"]
	utf16 := func(text string) string {
		out := "\xfe\xff"
		for _, r := range text {
			out += string([]byte{byte(r >> 8), byte(r)})
		}
		return out
	}
	for name, file := range map[string]string{
		"plain": text, "mark": "\ufeff" + text, "UTF-16": utf16(text),
		"ISO-8859-1": `<?xml version="1.0" encoding="ISO-8859-1"?>` + strings.ReplaceAll(text, "ü", "\xfc"),
	} {
		f, err := loadFiles(map[string]string{"/conf/activemq.xml": file}, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := f.Broker.Destinations[0].Name; got != "Prüfung" {
			t.Errorf("%s: queue is %q, want Prüfung", name, got)
		}
	}
}

// TestWarnings holds that what is not served is said, once and with its place, and that the stock file gives none.
func TestWarnings(t *testing.T) {
	for _, c := range []struct{ name, before, inside, want string }{
		{"adapter", "", `<persistenceAdapter><jdbcPersistenceAdapter/></persistenceAdapter>`, "/conf/activemq.xml:4:77: warning: jdbcPersistenceAdapter is not served"},
		{"plugin of a foreign class", "", `<plugins><bean xmlns="http://www.springframework.org/schema/beans" class="com.example.Gate"/></plugins>`, "class com.example.Gate is not served: there is no Java here"},
		{"property", "", `<proxyConnectors/>`, "proxyConnectors of broker is not served by this version and has no effect"},
		{"property twice", "", `<destinations><queue physicalName="a"/></destinations><destinations><queue physicalName="b"/></destinations>`, "destinations appears again in broker: only the last one counts"},
		{"size beyond 32 bits", "", `<persistenceAdapter><kahaDB journalMaxFileLength="3gb"/></persistenceAdapter>`, `journalMaxFileLength of kahaDB: "3gb" does not fit and is taken as -1073741824`},
		{"foreign namespace", `<c:camelContext xmlns:c="http://camel.apache.org/schema/spring"/>`, "", `element camelContext of namespace "http://camel.apache.org/schema/spring" is not served`},
	} {
		f, err := loadFiles(inBroker(c.before, "", c.inside), nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if len(f.Warnings) != 1 || !strings.Contains(f.Warnings[0].String(), c.want) {
			t.Errorf("%s: warnings are %v, want %s", c.name, f.Warnings, c.want)
		}
	}
	stock := inBroker(`<bean id="logQuery" class="io.fabric8.insight.log.log4j.Log4jLogQuery" lazy-init="false" scope="singleton" init-method="start" destroy-method="stop"></bean>`,
		`brokerName="localhost"`, `<shutdownHooks><bean xmlns="http://www.springframework.org/schema/beans" class="org.apache.activemq.hooks.SpringContextHook"/></shutdownHooks>`)
	if f, err := loadFiles(stock, nil); err != nil || len(f.Warnings) > 0 {
		t.Errorf("stock parts: %v, %v; want no warnings", f, err)
	}
}

// TestUnservedIsKept holds that a broker can tell that its configuration wants what is not there.
func TestUnservedIsKept(t *testing.T) {
	f, err := loadFiles(inBroker("", "", `<plugins><jaasDualAuthenticationPlugin/><simpleAuthenticationPlugin/></plugins>
		<persistenceFactory><journalPersistenceAdapterFactory/></persistenceFactory>`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if u, ok := f.Broker.Plugins[0].(*Unserved); !ok || u.Name() != "jaasDualAuthenticationPlugin" || u.At.Line != 4 {
		t.Errorf("first plugin is %+v, want it unserved", f.Broker.Plugins[0])
	}
	if _, ok := f.Broker.Plugins[1].(*SimpleAuthentication); !ok {
		t.Errorf("second plugin is %T", f.Broker.Plugins[1])
	}
	if u, ok := f.Broker.PersistenceAdapter.(*Unserved); !ok || u.Name() != "journalPersistenceAdapterFactory" {
		t.Errorf("store is %T, want the unserved one that the factory would make", f.Broker.PersistenceAdapter)
	}
}

func TestSetAndPlace(t *testing.T) {
	f, err := loadFiles(inBroker("", `useJmx="true"`, "\n  <persistenceAdapter><kahaDB\n    directory=\"x\"/></persistenceAdapter>"), nil)
	if err != nil {
		t.Fatal(err)
	}
	k := f.Broker.PersistenceAdapter.(*KahaDB)
	if !k.Set("directory") || k.Set("useLock") || !f.Broker.Set("useJmx") || f.Broker.Set("persistent") {
		t.Error("settings in the file and defaults are not told apart")
	}
	if at := k.Place("directory"); at.Line != 6 || at.Column != 5 {
		t.Errorf("directory is at %v, want line 6, column 5", at)
	}
	if at := k.Place("useLock"); at.Line != 5 || at.Column != 23 {
		t.Errorf("a default is at %v, want its element, line 5, column 23", at)
	}
	if !f.Broker.SystemUsage.At.isZero() {
		t.Errorf("default usage is at %v, want nowhere", f.Broker.SystemUsage.At)
	}
}

func (p Position) isZero() bool { return p == Position{} }

// TestSpringBeans holds that both dialects make the same structs.
func TestSpringBeans(t *testing.T) {
	f, err := loadFiles(inBroker(configurer+`
		<bean id="store" name="other, third" class="org.apache.activemq.store.kahadb.KahaDBPersistenceAdapter" xmlns:p="http://www.springframework.org/schema/p" p:useLock="no">
		  <property name="directory" value="${activemq.data}/k"/><property name="journalMaxFileLength"><value>1048576</value></property></bean>
		<alias name="store" alias="fourth"/>
		<sslContext xmlns="http://activemq.apache.org/schema/core" id="ssl" keyStore="a"/>`,
		`persistenceAdapter="#fourth" sslContext="#ssl"`, `<transportConnectors><bean xmlns="http://www.springframework.org/schema/beans" class="org.apache.activemq.broker.TransportConnector">
		  <property name="uri" value="tcp://a:1"/></bean></transportConnectors>`), nil)
	if err != nil {
		t.Fatal(err)
	}
	k, ok := f.Broker.PersistenceAdapter.(*KahaDB)
	if !ok || k.ID != "store" || k.Directory != "/data/k" || k.JournalMaxFileLength != 1<<20 || k.UseLock {
		t.Errorf("store is %+v", f.Broker.PersistenceAdapter)
	}
	if f.Broker.TransportConnectors[0].URI != "tcp://a:1" || f.Broker.SSLContext.KeyStore != "a" {
		t.Errorf("connector is %+v, TLS %+v", f.Broker.TransportConnectors[0], f.Broker.SSLContext)
	}
}

// TestConfigurers has the sources of placeholders and their order.
func TestConfigurers(t *testing.T) {
	bean := func(class, inside string) string {
		return `<bean class="` + class + `">` + inside + `</bean>`
	}
	const older, newer = "org.springframework.beans.factory.config.PropertyPlaceholderConfigurer", "org.springframework.context.support.PropertySourcesPlaceholderConfigurer"
	const files = `<property name="locations"><list><value>file:${activemq.conf}/a.properties</value><value>classpath:b.properties</value></list></property>`
	for _, c := range []struct{ name, before, text, want string }{
		{"none", "", "${name}", "__name_"},
		{"file", bean(older, files), "${only-a}", "a"},
		{"later file wins", bean(older, files), "${both}", "b"},
		{"file before system", bean(older, files), "${activemq.data}", "from-file"},
		{"system before file", bean(older, files+`<property name="systemPropertiesModeName" value="SYSTEM_PROPERTIES_MODE_OVERRIDE"/>`), "${activemq.home}x${activemq.data}", "_homex_data"},
		{"system before file in the newer class", bean(newer, files), "${activemq.data}", "_data"},
		{"own properties", bean(older, `<property name="properties"><props><prop key="k">v</prop></props></property>`), "${k}", "v"},
		{"own properties as lines", bean(older, `<property name="properties"><value>k=v</value></property>`), "${k:none}", "v"},
		{"several", bean(older, files+`<property name="ignoreUnresolvablePlaceholders" value="true"/>`) + bean(older, `<property name="properties"><props><prop key="k">v</prop></props></property>`), "${k}-${only-a}", "v-a"},
		{"other marks", bean(older, files+`<property name="placeholderPrefix" value="@["/><property name="placeholderSuffix" value="]"/>`), "@[only-a]", "a"},
		{"missing file", bean(older, `<property name="location" value="nope.properties"/><property name="ignoreResourceNotFound" value="true"/>`), "${nope:x}", "x"},
		{"context", `<c:property-placeholder xmlns:c="http://www.springframework.org/schema/context" location="classpath:a.properties"/>`, "${only-a}", "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := inBroker(c.before, `brokerName="`+c.text+`"`, "")
			all["/conf/a.properties"] = "only-a=a\nboth=a\nactivemq.data=from-file\n"
			all["/conf/b.properties"] = "both=b\n"
			f, err := loadFiles(all, nil)
			if err != nil {
				t.Fatal(err)
			}
			if f.Broker.Name != c.want {
				t.Errorf("name is %q, want %q", f.Broker.Name, c.want)
			}
		})
	}
}

// TestImports holds that names are shared over files and that a file overrides what it imports.
func TestImports(t *testing.T) {
	files := inBroker(`<import resource="sub/one.xml"/><import resource="file:${activemq.base}/two.xml"/><bean id="m" class="org.apache.activemq.store.memory.MemoryPersistenceAdapter"/>`,
		`persistenceAdapter="#m" systemUsage="#usage"`, "")
	files["/conf/sub/one.xml"] = beansHead + `<import resource="three.xml"/><bean id="m" class="com.example.Gone"/></beans>`
	files["/conf/sub/three.xml"] = beansHead + `<systemUsage xmlns="http://activemq.apache.org/schema/core" id="usage" sendFailIfNoSpace="true"/></beans>`
	files["/base/two.xml"] = emptyBeans
	f, err := loadFiles(files, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := f.Broker.PersistenceAdapter.(*MemoryStore); !ok || !f.Broker.SystemUsage.SendFailIfNoSpace {
		t.Errorf("store is %T, usage %+v", f.Broker.PersistenceAdapter, f.Broker.SystemUsage)
	}
	if at := f.Broker.SystemUsage.Place("sendFailIfNoSpace"); at.File != "/conf/sub/three.xml" {
		t.Errorf("usage comes from %v", at)
	}
	if want := []string{"/conf/activemq.xml", "/conf/sub/one.xml", "/conf/sub/three.xml", "/base/two.xml"}; !slices.Equal(f.Read, want) {
		t.Errorf("files read are %v, want %v", f.Read, want)
	}
}

func TestMissingFile(t *testing.T) {
	if _, err := loadFiles(nil, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want a missing file", err)
	}
}

// TestBrokerSettles holds what follows from several settings, as the original has it.
func TestBrokerSettles(t *testing.T) {
	load := func(attributes, inside string) *Broker {
		t.Helper()
		f, err := loadFiles(inBroker("", attributes, inside), nil)
		if err != nil {
			t.Fatal(err)
		}
		return f.Broker
	}
	b := load(`brokerName="a b:c/d" dataDirectory="data/"`, "")
	if k, ok := b.PersistenceAdapter.(*KahaDB); !ok || k.Directory != "data/a_b:c_d/KahaDB" || b.TempDirectory != "data/a_b:c_d/tmp_storage" {
		t.Errorf("store is %+v, temporary files in %s", b.PersistenceAdapter, b.TempDirectory)
	}
	if b.SystemUsage.Memory.Limit != 1<<30 || b.SystemUsage.Store.Limit != 100<<30 || b.SystemUsage.Temp.Limit != 50<<30 {
		t.Errorf("default limits are %d, %d, %d", b.SystemUsage.Memory.Limit, b.SystemUsage.Store.Limit, b.SystemUsage.Temp.Limit)
	}
	b = load(`persistent="false"`, `<persistenceAdapter><kahaDB/></persistenceAdapter>`)
	if _, ok := b.PersistenceAdapter.(*MemoryStore); !ok {
		t.Errorf("store is %T without persistence", b.PersistenceAdapter)
	}
	b = load("", `<systemUsage><systemUsage><memoryUsage><memoryUsage percentOfJvmHeap="70"/></memoryUsage></systemUsage></systemUsage>`)
	if m := b.SystemUsage.Memory; m.PercentOfJvmHeap != 70 || m.Limit != 0 || !m.Set("percentOfJvmHeap") || b.SystemUsage.Store.Limit != 0 {
		t.Errorf("memory is %+v, store %+v", m, b.SystemUsage.Store)
	}
	for attributes, want := range map[string]string{
		"": "ALWAYS", `journalDiskSyncStrategy="periodic"`: "PERIODIC", `enableJournalDiskSyncs="false"`: "NEVER",
		`journalDiskSyncStrategy="periodic" enableJournalDiskSyncs="true"`: "PERIODIC", `enableJournalDiskSyncs="true" journalDiskSyncStrategy="periodic"`: "PERIODIC",
	} {
		k := load("", `<persistenceAdapter><kahaDB `+attributes+`/></persistenceAdapter>`).PersistenceAdapter.(*KahaDB)
		if k.JournalDiskSyncStrategy != want || k.EnableJournalDiskSyncs != (want == "ALWAYS") {
			t.Errorf("%q syncs %s, want %s", attributes, k.JournalDiskSyncStrategy, want)
		}
	}
}

// TestOriginalAnswers has small files that the original, release 5.17.2, was asked about, with its answer: a value, or "" for
// a refusal.
func TestOriginalAnswers(t *testing.T) {
	kaha := func(attributes string) string {
		return `<persistenceAdapter><kahaDB directory="x" ` + attributes + `/></persistenceAdapter>`
	}
	entry := func(attributes, inside string) string {
		return `<destinationPolicy><policyMap><policyEntries><policyEntry ` + attributes + `>` + inside + `</policyEntry></policyEntries></policyMap></destinationPolicy>`
	}
	const spring = `xmlns="http://www.springframework.org/schema/beans"`
	store := func(b *Broker) string {
		switch s := b.PersistenceAdapter.(type) {
		case *KahaDB:
			return "kahaDB " + s.Directory
		case *MemoryStore:
			return "memory"
		}
		return "?"
	}
	name := func(b *Broker) string { return b.Name }
	destination := func(b *Broker) string { return b.DestinationPolicy.Entries[0].Destination.String() }
	for _, c := range []struct {
		before, attributes, inside string
		value                      func(*Broker) string
		want                       string
	}{
		{"", "", `<persistenceAdapter><kahaDB><directory>zz</directory></kahaDB></persistenceAdapter>`, store, ""},
		{"", "", `<persistenceAdapter><kahaDB><directory><value ` + spring + `>zz</value></directory></kahaDB></persistenceAdapter>`, store, "kahaDB zz"},
		{"", "", `<brokerName>q</brokerName>`, name, ""},
		{"", "", `<managementContext><managementContext><environment>a=b</environment></managementContext></managementContext>`, name, ""},
		{"", "", `<plugins><list ` + spring + `><bean class="org.apache.activemq.broker.util.TimeStampingBrokerPlugin"/></list></plugins>`, name, ""},
		{"", `persistent="false"`, kaha(""), store, "memory"},
		{`<bean id="k" class="org.apache.activemq.store.kahadb.KahaDBPersistenceAdapter"/>`, `persistent="false" persistenceAdapter="#k"`, "", store, "kahaDB KahaDB"},
		{`<bean id="m" class="org.apache.activemq.store.memory.MemoryPersistenceAdapter"/>`, "", `<persistenceAdapter><ref ` + spring + ` bean="m"/></persistenceAdapter>`, store, "memory"},
		{configurer + `<bean id="m" class="org.apache.activemq.store.memory.MemoryPersistenceAdapter"/>`, `persistenceAdapter="#${nope:m}"`, "", store, "memory"},
		{"", `brokerName="##x"`, "", name, "_x"},
		{"", "brokerName=\"a\nb\"", "", name, "a_b"},
		{"", `persistent="#x"`, "", name, ""},
		{"", "", entry(`topic="b" queue="a"`, ""), destination, "topic://b"},
		{"", "", entry(`tempTopic="true" queue="a"`, ""), destination, "temp-topic://>"},
		{"", "", entry(`tempQueue="false"`, ""), destination, "temp-queue://>"},
		{"", "", entry(`queue="b"`, `<destination><topic physicalName="t"/></destination>`), destination, "topic://t"},
		{`<bean id="mu" class="org.apache.activemq.usage.MemoryUsage"><property name="limit" value="64mb"/></bean>`, "", `<systemUsage><systemUsage memoryUsage="#mu"/></systemUsage>`, name, ""},
		{`<bean id="mu" class="org.apache.activemq.usage.MemoryUsage"><property name="limit" value="64"/></bean>`, "", `<systemUsage><systemUsage memoryUsage="#mu"/></systemUsage>`, name, "localhost"},
		{"", "", `<transportConnectors><transportConnector uri="tcp://a:1"><publishedAddressPolicy><publishedAddressPolicy publishedHostStrategy="fqdn"/></publishedAddressPolicy></transportConnector></transportConnectors>`, name, ""},
		{"", "", entry(`queue="a"`, `<destination><queue physicalName=""/></destination>`), destination, ""},
		{`<bean id="q" class="org.apache.activemq.command.ActiveMQQueue"><constructor-arg index="0" value="zz"/></bean>`, "", entry("destination=\"#q\"", ""), destination, "queue://zz"},
		{"", `xmlns:y="urn:y" y:a="1"`, "", name, "localhost"},
		{"", "", `<bean ` + spring + ` class="java.lang.String"/>`, name, "localhost"},
		{"", "", `<x xmlns="urn:x"/>`, name, ""},
		{"", `useLocalHostBrokerName="false"`, "", name, "this-host"},
		{"", `useLocalHostBrokerName="true" brokerName="localhost"`, "", name, "localhost"},
		{`<bean id="base" abstract="true" class="org.apache.activemq.store.kahadb.KahaDBPersistenceAdapter"><property name="directory" value="base"/></bean><bean id="k" parent="base"><property name="useLock" value="false"/></bean>`,
			`persistenceAdapter="#k"`, "", store, "kahaDB base"},
		{`<bean name="a,b;c d" class="org.apache.activemq.store.memory.MemoryPersistenceAdapter"/>`, `persistenceAdapter="#d"`, "", store, "memory"},
		{configurer + `<bean class="java.lang.String" lazy-init="true"><constructor-arg value="${nope}"/></bean>`, "", "", name, ""},
		{"", "", `<plugins><authorizationPlugin><map><authorizationMap><authorizationEntries><authorizationEntry read="a"/></authorizationEntries></authorizationMap></map></authorizationPlugin></plugins>`, name, ""},
	} {
		f, err := loadFiles(inBroker(c.before, c.attributes, c.inside), nil)
		switch {
		case c.want == "" && err == nil:
			t.Errorf("%s %s %s: accepted, but the original refuses it", c.before, c.attributes, c.inside)
		case c.want != "" && err != nil:
			t.Errorf("%s %s %s: refused: %v", c.before, c.attributes, c.inside, err)
		case c.want != "" && c.value(f.Broker) != c.want:
			t.Errorf("%s %s %s: got %q, want %q", c.before, c.attributes, c.inside, c.value(f.Broker), c.want)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := loadFiles(consoleFiles(), nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadSchema(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if len(readSchema(schemaText).elements) == 0 {
			b.Fatal("no elements")
		}
	}
}
