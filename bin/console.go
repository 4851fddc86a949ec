package main

import (
	"goactivemq/activemq/cli"
	"goactivemq/activemq/logging"
	"goactivemq/activemq/management"
	"goactivemq/webconsole"
)

const consoleLogger = "org.apache.activemq.web.WebConsoleStarter"

// openConsole binds the web console, where the configuration describes one.
func (r *running) openConsole() error {
	if r.file.Console == nil {
		return nil
	}
	model := management.New(r.broker, management.Options{BrokerVersion: cli.Version, HostName: hostName(), Connectors: r.connectorsNow})
	console, err := webconsole.Open(r.file.Console, model, logging.Logger(consoleLogger))
	if err != nil {
		return err
	}
	r.console = console
	return nil
}

// connectorsNow lists the connectors, which a change of the configuration may change.
func (r *running) connectorsNow() []management.Connector {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]management.Connector, 0, len(r.connectors))
	for _, c := range r.connectors {
		out = append(out, c)
	}
	return out
}

// standBy serves the console of a slave while the store is another broker's. On the machine of the master its port may be taken; then there is none.
func (r *running) standBy(lock string) {
	if r.file.Console == nil {
		return
	}
	console, err := webconsole.OpenSlave(r.file.Console, webconsole.Slave{BrokerName: r.config.Name, Waiting: lock}, logging.Logger(consoleLogger))
	if err != nil {
		logging.Logger(consoleLogger).Warn("no web console while this broker is a slave", "reason", err)
		return
	}
	r.console = console
	r.startConsole()
}

// startConsole begins to answer.
func (r *running) startConsole() {
	if r.console == nil {
		return
	}
	r.console.Start()
	for _, a := range r.console.Addresses() {
		logging.Logger(consoleLogger).Info("ActiveMQ WebConsole available at http://" + a.String() + "/")
	}
}

// closeConsole ends the web console before what it shows.
func (r *running) closeConsole() {
	if r.console == nil {
		return
	}
	if err := r.console.Close(); err != nil {
		r.log.Warn("the web console was not closed cleanly", "error", err)
	}
	r.console = nil
}
