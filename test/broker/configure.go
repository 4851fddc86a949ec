package broker

import (
	"bytes"
	"errors"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Configure writes activemq.xml anew, with the ports that the names in it have already.
func (b *Broker) Configure(xml string) {
	b.t.Helper()
	b.write("activemq.xml", b.fillPorts(xml))
}

// HangUp sends the process SIGHUP.
func (b *Broker) HangUp() {
	b.t.Helper()
	if err := syscall.Kill(b.process.cmd.Process.Pid, syscall.SIGHUP); err != nil {
		b.t.Fatal(err)
	}
}

// ConfigurationFile is the path of activemq.xml.
func (b *Broker) ConfigurationFile() string { return filepath.Join(b.dir, "conf", "activemq.xml") }

// Command runs another command of the program on this broker's directories, and returns what it printed and its exit status.
func (b *Broker) Command(args ...string) (output, complaints string, status int) {
	b.t.Helper()
	cmd := b.command()
	cmd.Args = append(cmd.Args[:1], args...)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	var exit *exec.ExitError
	if failure := cmd.Run(); failure != nil && !errors.As(failure, &exit) {
		b.t.Fatal(failure)
	}
	return out.String(), err.String(), cmd.ProcessState.ExitCode()
}
