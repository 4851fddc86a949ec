package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// corpus is the folder of real files and of what the original makes of them, which lies beside the checkout.
func corpus(t testing.TB) string {
	dir := os.Getenv("CONFIG_CORPUS")
	if dir == "" {
		dir = "../../../shared/config"
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no corpus: %v (CONFIG_CORPUS names its folder)", err)
	}
	return dir
}

func readJSON(t testing.TB, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

const emptyBeans = `<beans xmlns="http://www.springframework.org/schema/beans" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans.xsd"/>`

// corpusEnvironment is the one in which the original was asked: the stock install directory, imports cut out.
func corpusEnvironment(dir string) Environment {
	return Environment{
		Properties: map[string]string{
			"activemq.home": "/opt/activemq", "activemq.base": "/opt/activemq",
			"activemq.conf": "/opt/activemq/conf", "activemq.data": "/opt/activemq/data",
		},
		LookupEnv: func(name string) (string, bool) { return "broker-host", name == "HOSTNAME" },
		ReadFile: func(path string) ([]byte, error) {
			switch {
			case path == "/opt/activemq/conf/credentials.properties":
				return []byte("activemq.username=system\nactivemq.password=manager\nguest.password=password\n"), nil
			case strings.HasPrefix(path, "/opt/activemq/"):
				return nil, os.ErrNotExist
			case filepath.Dir(path) == filepath.Join(dir, "corpus") && strings.Contains(path, "__"):
				return os.ReadFile(path)
			}
			return []byte(emptyBeans), nil
		},
	}
}

type verdict struct{ Config, Result, Error, Lenient string }

// elsewhere are reasons of the original for refusing a file that are none here: it opens key stores and directories
// while it reads, which is done at start here; and its release 5.17.2 lacks what others have.
var elsewhere = []string{
	"KeyStore not available", "UnrecoverableKeyException", "ConnectException",
	":camelRoutesBrokerPlugin}", ":levelDB}", ":replicatedLevelDB}",
	"'advancedNetworkStatisticsEnabled'", "'allowTempDestinationStealing'",
}

// TestCorpusVerdicts holds that files load and fail as they do with the original. What it could not judge, for want of
// a Java class or a file, is left to TestCorpusUnjudged.
func TestCorpusVerdicts(t *testing.T) {
	dir := corpus(t)
	var index []verdict
	readJSON(t, filepath.Join(dir, "expected", "INDEX.json"), &index)
	for _, x := range index {
		if x.Result == "not loadable here" {
			continue
		}
		t.Run(x.Config, func(t *testing.T) {
			_, err := Load(filepath.Join(dir, "corpus", x.Config), corpusEnvironment(filepath.Clean(dir)))
			switch {
			case x.Result == "accept" && err != nil:
				t.Errorf("refused: %v", err)
			case x.Result == "reject" && err == nil && !slices.ContainsFunc(elsewhere, func(s string) bool { return strings.Contains(x.Error, s) }):
				t.Errorf("accepted, but the original says %s", x.Error)
			}
		})
	}
}

// TestCorpusUnjudged holds that files with classes that the original's install lacked load here, since no class is
// needed for reading; only a missing file still fails.
func TestCorpusUnjudged(t *testing.T) {
	dir := corpus(t)
	var index []verdict
	readJSON(t, filepath.Join(dir, "expected", "INDEX.json"), &index)
	for _, x := range index {
		if x.Result != "not loadable here" || !strings.Contains(x.Error, "ClassNotFound") || x.Lenient != "accept" {
			continue
		}
		t.Run(x.Config, func(t *testing.T) {
			_, err := Load(filepath.Join(dir, "corpus", x.Config), corpusEnvironment(filepath.Clean(dir)))
			if err != nil && !strings.Contains(err.Error(), "cannot be read") && !strings.Contains(err.Error(), "has no value") {
				t.Errorf("refused: %v", err)
			}
		})
	}
}

// TestCorpusPositions holds that a problem that the original finds on a line of the XML is found there, too.
func TestCorpusPositions(t *testing.T) {
	dir := corpus(t)
	var index []struct {
		Config, Result string
		Line           int
	}
	readJSON(t, filepath.Join(dir, "expected", "INDEX.json"), &index)
	checked := 0
	for _, x := range index {
		_, err := Load(filepath.Join(dir, "corpus", x.Config), corpusEnvironment(filepath.Clean(dir)))
		var invalid *Invalid
		if x.Result != "reject" || x.Line == 0 || !errors.As(err, &invalid) {
			continue
		}
		checked++
		// The original names the line on which a start tag ends, we the one of the name at fault. And it stops at the
		// first line that breaks its schema, when a later one breaks XML itself.
		near := func(p Problem) bool {
			return p.Severity == Error && (p.Line <= x.Line && p.Line > x.Line-10 || strings.Contains(p.Text, "outside the root"))
		}
		if !slices.ContainsFunc(invalid.Problems, near) {
			t.Errorf("%v, want line %d", err, x.Line)
		}
	}
	if checked == 0 {
		t.Error("no file was checked")
	}
}

// TestCorpusValues compares the bound values with those of the original's finished objects.
func TestCorpusValues(t *testing.T) {
	dir := corpus(t)
	var index []verdict
	readJSON(t, filepath.Join(dir, "expected", "INDEX.json"), &index)
	leaves := 0
	for _, x := range index {
		if x.Result != "accept" {
			continue
		}
		t.Run(x.Config, func(t *testing.T) {
			var expected struct{ Broker map[string]any }
			readJSON(t, filepath.Join(dir, "expected", strings.TrimSuffix(x.Config, ".xml")+".json"), &expected)
			f, err := Load(filepath.Join(dir, "corpus", x.Config), corpusEnvironment(filepath.Clean(dir)))
			if err != nil {
				t.Fatal(err)
			}
			c := comparison{t: t}
			c.broker(f.Broker, expected.Broker)
			leaves += c.leaves
		})
	}
	t.Logf("%d values compared", leaves)
	if leaves < 1000 {
		t.Errorf("%d values compared, want thousands", leaves)
	}
}

// comparison walks bound structs and the original's objects side by side.
type comparison struct {
	t      *testing.T
	leaves int
}

func (c *comparison) broker(b *Broker, expected map[string]any) {
	attributes, _ := expected["attributes"].(map[string]any)
	if attributes["dataDirectoryFile"] == nil { // worked out when first needed
		delete(attributes, "dataDirectoryFile")
	}
	if attributes["tmpDataDirectory"] == nil {
		delete(attributes, "tmpDataDirectory")
	}
	if attributes["schedulerDirectoryFile"] == nil {
		delete(attributes, "schedulerDirectoryFile")
	}
	if id, ok := attributes["brokerId"].(map[string]any); ok {
		attributes["brokerId"] = id["value"]
	}
	delete(attributes, "start") // the factory's flag, off in that run
	c.object("broker", reflect.ValueOf(b), attributes)
	for _, name := range []string{"transportConnectors", "persistenceAdapter", "managementContext", "systemUsage", "plugins"} {
		if want := expected[name]; want != nil {
			field := records()["broker"].byName[name]
			c.value("broker."+name, reflect.ValueOf(b).Elem().FieldByIndex(field.index), want)
		}
	}
	if want, ok := expected["destinations"].([]any); ok {
		c.value("broker.destinations", reflect.ValueOf(b.Destinations), want)
	}
	if want, ok := expected["destinationPolicy"].(map[string]any); ok {
		c.value("broker.destinationPolicy", reflect.ValueOf(b.DestinationPolicy), want)
	}
}

// object compares all fields that the expected object has, too.
func (c *comparison) object(path string, v reflect.Value, want map[string]any) {
	if _, ok := v.Interface().(*Unserved); ok {
		return
	}
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		if v.IsNil() {
			c.t.Errorf("%s is nil", path)
			return
		}
		v = v.Elem()
	}
	switch x := v.Addr().Interface().(type) {
	case *SimpleAuthentication:
		c.users(path, x, want)
	case *AuthorizationEntry:
		c.rights(path, x.Rights, want)
	case *TempAuthorizationEntry:
		c.rights(path, x.Rights, want)
	case *PolicyEntry:
		// Three-valued there: -1 is unset.
		c.leaf(path+".sendFailIfNoSpace", map[bool]float64{false: 0, true: 1}[x.SendFailIfNoSpace]-map[bool]float64{false: 1, true: 0}[x.Set("sendFailIfNoSpace")], want["sendFailIfNoSpace"])
		delete(want, "sendFailIfNoSpace")
	case *MemoryUsage:
		if x.Set("percentOfJvmHeap") {
			const heap = 512 << 20 // of that run, as near as the virtual machine says
			got := heap / 100 * x.PercentOfJvmHeap
			if w := int(want["limit"].(float64)); w < got-2*x.PercentOfJvmHeap || w > got+2*x.PercentOfJvmHeap {
				c.t.Errorf("%s.limit: %d percent is %d, want %d", path, x.PercentOfJvmHeap, got, w)
			}
			delete(want, "limit")
		}
	case *StoreUsage:
		if x.Set("percentLimit") {
			delete(want, "limit")
		}
	case *TempUsage:
		if x.Set("percentLimit") {
			delete(want, "limit")
		}
	}
	delete(want, "groupClass")   // goes from the map into its entries
	delete(want, "usagePortion") // moves as the usage does
	r := readRecord(v.Type())
	for _, f := range r.fields {
		for _, name := range f.names {
			if w, ok := want[name]; ok {
				c.value(path+"."+name, v.FieldByIndex(f.index), w)
			}
		}
		if entries, ok := want["_entries"].([]any); ok && slices.Contains(f.names, "entries") {
			c.entries(path+".entries", v.FieldByIndex(f.index), entries)
		}
	}
}

// entries compares the entries of a map by destination: the original's dump has them in the order of its tree, and has
// only those that a look-up of everything finds.
func (c *comparison) entries(path string, v reflect.Value, want []any) {
	for _, w := range want {
		w := w.(map[string]any)
		found := false
		for i := v.Len() - 1; i >= 0 && !found; i-- {
			d := v.Index(i).Elem().FieldByName("Destination").Interface().(Destination)
			name, _, _ := strings.Cut(d.String(), "?")
			if found = name == w["destination"]; found {
				c.object(fmt.Sprintf("%s[%s]", path, d), v.Index(i), w)
			}
		}
		if !found && !strings.Contains(w["destination"].(string), ",") {
			c.t.Errorf("%s has no entry for %v", path, w["destination"])
		}
	}
}

func (c *comparison) users(path string, s *SimpleAuthentication, want map[string]any) {
	passwords, groups := map[string]any{}, map[string]any{} // groups are sets there
	sorted := func(v any) []string {
		var names []string
		if list, ok := v.([]any); ok {
			for _, n := range list {
				names = append(names, n.(string))
			}
		}
		slices.Sort(names)
		return slices.Compact(names)
	}
	for _, u := range s.Users {
		passwords[u.Username] = u.Password
		g := slices.Clone(u.Groups)
		slices.Sort(g)
		groups[u.Username] = slices.Compact(g)
	}
	wanted := map[string]any{}
	if all, ok := want["userGroups"].(map[string]any); ok {
		for user, names := range all {
			wanted[user] = sorted(names)
		}
	}
	c.leaf(path+".userPasswords", fmt.Sprint(passwords), fmt.Sprint(want["userPasswords"]))
	c.leaf(path+".userGroups", fmt.Sprint(groups), fmt.Sprint(wanted))
	delete(want, "userPasswords")
	delete(want, "userGroups")
}

func (c *comparison) rights(path string, r Rights, want map[string]any) {
	for name, got := range map[string][]string{"readACLs": r.Read, "writeACLs": r.Write, "adminACLs": r.Admin} {
		got = slices.Clone(got)
		slices.Sort(got)
		var names []string
		if list, ok := want[name].([]any); ok {
			for _, n := range list {
				names = append(names, n.(string))
			}
		}
		slices.Sort(names)
		c.leaf(path+"."+name, fmt.Sprint(slices.Compact(got)), fmt.Sprint(slices.Compact(names)))
	}
}

func (c *comparison) value(path string, v reflect.Value, want any) {
	switch x := v.Interface().(type) {
	case Destination:
		if x.Kind != "" && x.Name == "" {
			x.Name = "null" // as Java writes it
		}
		s, _, _ := strings.Cut(x.String(), "?") // options stand elsewhere there
		if strings.Contains(x.Name, ",") {      // the original writes composites without the kind
			s = x.Name
		}
		if want != nil || s != "" {
			c.leaf(path, s, want)
		}
		return
	}
	switch w := want.(type) {
	case map[string]any:
		if v.Kind() == reflect.Map {
			c.leaf(path, v.Len(), len(w))
			return
		}
		c.object(path, v, w)
	case []any:
		if v.Len() != len(w) {
			c.t.Errorf("%s has %d entries, want %d", path, v.Len(), len(w))
			return
		}
		for i := range w {
			c.value(fmt.Sprintf("%s[%d]", path, i), v.Index(i), w[i])
		}
	case nil:
		if !v.IsZero() && v.Kind() != reflect.Pointer && v.Kind() != reflect.Interface {
			c.t.Errorf("%s is %v, want none", path, v)
		}
	case float64:
		switch {
		case v.CanInt():
			c.leaf(path, float64(v.Int()), w)
		default:
			c.leaf(path, v.Interface(), w)
		}
	case bool:
		c.leaf(path, v.Interface(), w)
	case string:
		if v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
			return // an object of which the name is all that was kept
		}
		c.leaf(path, fmt.Sprint(v), w)
	}
}

func (c *comparison) leaf(path string, got, want any) {
	c.leaves++
	if got != want {
		c.t.Errorf("%s is %v, want %v", path, got, want)
	}
}
