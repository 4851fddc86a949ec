package launcher_test

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"goactivemq/test/peers"
)

// The stand-in's "validate" prints what reached it.

func TestEnvironmentFiles(t *testing.T) {
	files := []string{"user/.activemqrc", "active mq/bin/env", "active mq/bin/setenv"}
	for first := range files {
		t.Run(files[first], func(t *testing.T) {
			i := install(t)
			base := filepath.Dir(i.home)
			for n, name := range files[first:] {
				i.write(t, filepath.Join(base, name), "ACTIVEMQ_OPTS=-Dwho="+strconv.Itoa(first+n)+"\n")
			}
			loaded := strings.Replace(filepath.Join(base, files[first]), "mq/bin", "mq//bin", 1) // home's own slash stays
			i.run(t, "validate").expect(t, 0, "INFO: Loading '"+loaded+"'\n", "-Dwho="+strconv.Itoa(first)+"\n")
		})
	}
	t.Run("none", func(t *testing.T) {
		i := install(t)
		i.run(t, "validate").expect(t, 0, "INFO: Using default configuration\n      Configurations are loaded in the following order: /etc/default/activemq "+
			i.user+"/.activemqrc "+i.home+"//bin/env "+i.home+"//bin/setenv\n", "-Djava.security.auth.login.config="+i.home+"//conf/login.config\n")
	})
	t.Run("syntax error", func(t *testing.T) {
		i := install(t)
		i.write(t, i.path("bin/env"), "if [ -z; fi\n")
		i.run(t, "validate").expect(t, 1, "ERROR: There are syntax errors in '"+i.home+"//bin/env'\n")
	})
	t.Run("the command is visible", func(t *testing.T) {
		i := install(t)
		i.write(t, i.path("bin/env"), `[ "$1" = validate ] && ACTIVEMQ_OPTS="-Dfirst=$1"`)
		i.run(t, "validate").expect(t, 0, "-Dfirst=validate\n")
	})
	t.Run("as shipped", func(t *testing.T) {
		i := install(t)
		copyFile(t, filepath.Join(peers.Root(t), "bin", "env"), i.path("bin/env"))
		i.run(t, "validate").expect(t, 0, "INFO: Loading '"+i.home+"//bin/env'\n", "MaxHeap=1073741824\n")
	})
}

// TestInstances: a link with a telling name chooses other files, and bin/env is not read then.
func TestInstances(t *testing.T) {
	for _, name := range []string{"activemq-instance-blue", "activemq-instance-blue.sh"} {
		t.Run(name, func(t *testing.T) {
			i := install(t)
			i.write(t, i.path("bin/env"), "ACTIVEMQ_OPTS=-Dwho=env\n")
			file := filepath.Join(i.user, ".activemqrc-instance-blue")
			link := filepath.Join(i.user, name)
			if err := os.Symlink(i.path("bin/activemq"), link); err != nil {
				t.Fatal(err)
			}
			announced := "INFO: Using alternative activemq configuration files: /etc/default/activemq-instance-blue " + file + "\n"
			i.runScript(t, link, "validate").expect(t, 0, announced, "INFO: Using default configuration")
			i.write(t, file, "ACTIVEMQ_OPTS=-Dwho=blue\n")
			i.runScript(t, link, "validate").expect(t, 0, announced, "INFO: Loading '"+file+"'\n", "-Dwho=blue\n")
		})
	}
}

func TestPaths(t *testing.T) {
	cases := []struct {
		name string
		env  map[string]string
		want map[string]string // %s is the installation
	}{
		{"defaults", nil, map[string]string{"Home": "%s", "Base": "%s", "Conf": "%s/conf", "Data": "%s/data", "Tmp": "%s/tmp"}},
		{"base", map[string]string{"ACTIVEMQ_BASE": "/b"}, map[string]string{"Home": "%s", "Base": "/b", "Conf": "/b/conf", "Data": "/b/data", "Tmp": "/b/tmp"}},
		{"old names", map[string]string{"ACTIVEMQ_CONFIG_DIR": "/c", "ACTIVEMQ_DATA_DIR": "/d"}, map[string]string{"Conf": "/c", "Data": "/d"}},
		{"new names win", map[string]string{"ACTIVEMQ_CONFIG_DIR": "/c", "ACTIVEMQ_CONF": "/e"}, map[string]string{"Conf": "/e"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			i := install(t)
			for name, value := range c.env {
				i.env[name] = value
			}
			got := i.run(t, "validate")
			for name, want := range c.want {
				got.expect(t, 0, "\n"+name+"="+strings.ReplaceAll(want, "%s", i.home)+"\n")
			}
		})
	}
	t.Run("file moves base alone", func(t *testing.T) {
		i := install(t)
		i.write(t, i.path("bin/env"), "ACTIVEMQ_BASE=/b\n")
		i.run(t, "validate").expect(t, 0, "\nBase=/b\nConf="+i.home+"/conf\nData="+i.home+"/data\n")
	})
}

// TestLinks: home is where the script really is.
func TestLinks(t *testing.T) {
	i := install(t)
	current := filepath.Join(i.user, "current")
	if err := os.Symlink(i.home, current); err != nil {
		t.Fatal(err)
	}
	first, second := filepath.Join(i.user, "first"), filepath.Join(i.user, "second")
	if err := os.Symlink("current/bin/activemq", first); err != nil { // relative, through a linked directory
		t.Fatal(err)
	}
	if err := os.Symlink(first, second); err != nil {
		t.Fatal(err)
	}
	for _, script := range []string{filepath.Join(current, "bin", "activemq"), first, second} {
		i.runScript(t, script, "validate").expect(t, 0, "\nHome="+i.home+"\n")
	}
	i.env["PATH"] = i.path("bin") + ":" + os.Getenv("PATH")
	i.runScript(t, "/bin/sh", "-c", "cd '"+i.path("bin")+"' && sh activemq validate").expect(t, 0, "\nHome="+i.home+"\n")
}

func TestOptions(t *testing.T) {
	i := install(t)
	i.write(t, i.path("bin/env"), `
ACTIVEMQ_OPTS="-server -Xms64m -Xmx512m -Xmx2g -XX:+UseG1GC --add-opens java.base/java.lang=ALL-UNNAMED -Dplain=1 -Dquoted='a b' -Dslash=c\\ d -Dlate=\$LATER"
LATER="e f"
ACTIVEMQ_SSL_OPTS="-Djavax.net.ssl.keyStorePassword=secret"
ACTIVEMQ_SUNJMX_START="-Dcom.sun.management.jmxremote"
ACTIVEMQ_SUNJMX_CONTROL="--jmxurl service:jmx:rmi:///jndi/rmi://localhost:1099/jmxrmi"
`)
	got := i.run(t, "validate", "-Dplain=2", "--extdir", "/x", "--noDefExt", "xbean:file:a b.xml", "-Dempty")
	got.expect(t, 0, "URI=xbean:file:a b.xml\n", "MaxHeap=2147483648\n", "-Dactivemq.base=", "-Dempty=\n", "-Djava.awt.headless=true\n",
		"-Djavax.net.ssl.keyStorePassword=secret\n", "-Dlate=e\n", "-Dplain=2\n", "-Dquoted=a b\n", "-Dslash=c d\n")
	if strings.Contains(got.text, "jmxremote=") {
		t.Error("ACTIVEMQ_SUNJMX_START reached a command that starts nothing")
	}
	got.expect(t, 0, "-Dfile.separator=/\n", "-Duser.dir="+i.user+"\n", "-Duser.name=")
	i.env["JAVA_HOME"], i.env["JAVACMD"] = "/nowhere", "/nowhere/java"
	i.run(t, "status").expect(t, 1, "ActiveMQ not running")
}

// TestIdleOptions: what would not work silently is said, without values that may be secrets.
func TestIdleOptions(t *testing.T) {
	i := install(t)
	i.env["ACTIVEMQ_OPTS"] = "-javaagent:/x/jmx_exporter.jar=8080:/x/secret.yml"
	i.env["ACTIVEMQ_SUNJMX_START"] = "-Dcom.sun.management.jmxremote.port=1099"
	i.run(t, "start").expect(t, 0)
	result{text: i.log(t)}.expect(t, 0, "| WARN  | Option -javaagent:/x/jmx_exporter.jar has no effect",
		"| WARN  | Option -Dcom.sun.management.jmxremote.port has no effect")
	if strings.Contains(i.log(t), "secret") {
		t.Errorf("the log tells too much: %s", i.log(t))
	}
}

func TestOtherCommands(t *testing.T) {
	i := install(t)
	cases := []struct {
		args  []string
		code  int
		texts []string
	}{
		{nil, 1, []string{"Usage: ", "start", "console", "stop", "restart", "status", "kill", "Tasks not served by this version:", "browse", "query", "bin/env"}},
		{[]string{"--help"}, 0, []string{"Usage: "}},
		{[]string{"start", "-h"}, 0, []string{"Usage: "}},
		{[]string{"--version"}, 0, []string{"\n\nActiveMQ ", "\nFor help or more information please see: "}},
		{[]string{"list", "--version"}, 1, []string{"ERROR: list: not served by this version"}},
		{[]string{"browse", "--amqurl", "tcp://x:1", "-Vheader", "Q"}, 1, []string{"ERROR: browse: not served by this version\n"}},
		{[]string{"dance"}, 0, []string{"INFO: Unknown task: dance\n", "Usage: "}},
		{[]string{"start", "--sideways"}, 1, []string{"INFO: Unrecognized option: --sideways\n", "Usage: "}},
		{[]string{"stop", "--pid"}, 1, []string{"INFO: Missing value of option: --pid\n"}},
		{[]string{"stop", "--all", "--pid", "1", "name"}, 0, []string{"ActiveMQ not running"}},
		{[]string{"validate", "-Dstandin=fails"}, 1, []string{"ERROR: activemq.xml:12:5: no such thing\n"}},
	}
	for _, c := range cases {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) { i.run(t, c.args...).expect(t, c.code, c.texts...) })
	}
}

// TestUser: root starts the broker for another user, who then owns what it makes.
func TestUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can change the user")
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Skip(err)
	}
	for _, command := range []string{"start", "console"} {
		t.Run(command, func(t *testing.T) {
			i := install(t)
			for _, directory := range []string{filepath.Dir(filepath.Dir(i.home)), filepath.Dir(i.home)} { // test directories are private
				if err := os.Chmod(directory, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			i.env["ACTIVEMQ_USER"] = "nobody"
			behaviour := "-Dstandin=fails"
			want := 1
			if command == "start" {
				behaviour, want = "-Dstandin=serves", 0
			}
			i.run(t, command, behaviour).expect(t, want, "INFO: changing to user 'nobody'")
			for _, name := range []string{"data", "data/activemq.log"} {
				info, err := os.Stat(i.path(name))
				if err != nil {
					t.Fatal(err)
				}
				if uid := info.Sys().(*syscall.Stat_t).Uid; strconv.Itoa(int(uid)) != nobody.Uid {
					t.Errorf("%s belongs to %d, want %s", name, uid, nobody.Uid)
				}
			}
			if command == "start" {
				i.run(t, "stop").expect(t, 0, " FINISHED")
			}
		})
	}
	t.Run("unknown", func(t *testing.T) {
		i := install(t)
		i.env["ACTIVEMQ_USER"] = "no-such-user"
		i.run(t, "start").expect(t, 1, "ERROR: ACTIVEMQ_USER: ", "unknown user no-such-user")
	})
}

// TestCheckout: beside its sources the launcher builds the program when it is missing or outdated, not otherwise.
func TestCheckout(t *testing.T) {
	i := install(t)
	if err := os.Remove(i.path("bin/activemqd")); err != nil {
		t.Fatal(err)
	}
	source := func(text string) {
		i.write(t, i.path("bin/main.go"), "package main\n\nfunc main() { println(\""+text+"\") }\n")
	}
	i.write(t, i.path("go.mod"), "module example\n\ngo 1.26\n")
	source("one")
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	i.env["GOCACHE"] = strings.TrimSpace(string(cache))

	i.env["PATH"] = "/usr/bin:/bin"
	if _, err := os.Stat("/usr/bin/go"); err == nil {
		t.Log("/usr/bin/go is there: the message without go is not tested")
	} else {
		i.run(t, "status").expect(t, 1, "ERROR: '"+i.path("bin/activemqd")+"' is not built yet", "install Go")
	}
	i.env["PATH"] = os.Getenv("PATH")
	i.run(t, "status").expect(t, 0, "INFO: Building '"+i.path("bin/activemqd")+"'\n", "one\n")
	if got := i.run(t, "status"); strings.Contains(got.text, "Building") || !strings.Contains(got.text, "one\n") {
		t.Errorf("built again without need: %s", got.text)
	}
	old := func(name string) { // older than anything
		if err := os.Chtimes(i.path(name), fixedTime, fixedTime); err != nil {
			t.Fatal(err)
		}
	}
	source("two")
	old("bin/activemqd")
	if _, err := os.Stat("/usr/bin/go"); err != nil {
		i.env["PATH"] = "/usr/bin:/bin"
		i.run(t, "status").expect(t, 0, "WARN: '"+i.path("bin/activemqd")+"' is older than its sources", "one\n")
		i.env["PATH"] = os.Getenv("PATH")
	}
	i.run(t, "status").expect(t, 0, "Building", "two\n")
	i.write(t, i.path("bin/main_test.go"), "package main\n")
	i.write(t, i.path("bin/env"), "ACTIVEMQ_OPTS=\n")
	old("bin/main.go")
	old("go.mod")
	if got := i.run(t, "status"); strings.Contains(got.text, "Building") {
		t.Errorf("built for the sake of a test or a setting: %s", got.text)
	}
	source("broken\n")
	old("bin/activemqd")
	i.run(t, "status").expect(t, 1, "main.go:3", "ERROR: the sources in '"+i.home+"' do not build, see above")
}

// fixedTime is older than any file that a test makes.
var fixedTime = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// TestShellcheck: the launcher runs in every POSIX shell. A linter is no peer: without it nothing is lost but its opinion.
func TestShellcheck(t *testing.T) {
	linter, err := exec.LookPath("shellcheck")
	if err != nil {
		t.Skip("shellcheck is not installed")
	}
	root := peers.Root(t)
	scripts := []string{filepath.Join(root, "bin/activemq"), filepath.Join(root, "bin/env"), filepath.Join(root, "test/install.sh")}
	if text, err := exec.Command(linter, append([]string{"-s", "sh"}, scripts...)...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}
