package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/cli"
	"goactivemq/activemq/config"
	"goactivemq/activemq/logging"
	"goactivemq/activemq/management"
	"goactivemq/activemq/scheduler"
	"goactivemq/activemq/store"
	"goactivemq/amqp"
	"goactivemq/openwire"
	"goactivemq/protocols"
	"goactivemq/webconsole"
)

// The loggers that operators know, where lifecycle messages are grepped.
const (
	serviceLogger   = "org.apache.activemq.broker.BrokerService"
	connectorLogger = "org.apache.activemq.broker.TransportConnector"
	listenLogger    = "org.apache.activemq.transport.TransportServerThreadSupport"
	transportLogger = "org.apache.activemq.broker.TransportConnection.Transport"
	configLogger    = "org.apache.activemq.xbean.XBeanBrokerFactory"
)

// newOpenWire makes the handler of an OpenWire connector.
func newOpenWire(b *broker.Broker, a *protocols.Address, url func() string, log *slog.Logger) (protocols.Handler, error) {
	return openwire.New(b, a, cli.Version, url, log)
}

// newAMQP makes the handler of an AMQP connector.
func newAMQP(b *broker.Broker, a *protocols.Address, _ func() string, log *slog.Logger) (protocols.Handler, error) {
	return amqp.New(b, a, cli.Version, log)
}

// program is the broker as the command line runs it.
type program struct{}

// load reads the configuration that the settings name, by readFile where that is not nil.
func load(s cli.Settings, readFile func(path string) ([]byte, error)) (*config.File, error) {
	path, err := s.ConfigFile()
	if err != nil {
		return nil, err
	}
	return config.Load(path, config.Environment{
		Properties:  s.Properties,
		LookupEnv:   os.LookupEnv,
		ReadFile:    readFile,
		Unvalidated: strings.Contains(s.URI, "validate=false"),
	})
}

// Run starts the broker that the configuration describes, and stops it when ctx ends. What was opened is closed in
// reverse order, whatever happens.
func (program) Run(ctx context.Context, s cli.Settings, ready func()) error {
	r := &running{settings: s, log: logging.Logger(serviceLogger), began: time.Now()}
	file, err := r.load()
	if err != nil {
		return err
	}
	for _, w := range file.Warnings {
		logging.Logger(configLogger).Warn(w.String())
	}
	if problems := refused(file.Broker); problems != nil {
		return &config.Invalid{Problems: problems}
	}
	r.file, r.config = file, file.Broker
	defer r.close()
	if err := r.open(ctx, ready); err != nil {
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	}
	return r.serve(ctx, ready)
}

// running is a broker with all that belongs to it.
type running struct {
	settings   cli.Settings
	file       *config.File
	config     *config.Broker // what the broker really runs on: reload.go changes it
	log        *slog.Logger
	began      time.Time
	broker     *broker.Broker
	store      openStore
	scheduler  *scheduler.Scheduler // nil: none configured
	jobs       store.Jobs           // of the scheduler
	jobsFailed <-chan struct{}      // closed when jobs failed; nil where they cannot
	users      users
	watch      watch
	mu         sync.Mutex // guards connectors: the console reads them
	connectors []*protocols.Connector
	makes      makes
	console    *webconsole.Server // nil: none configured
	pictures   []*picture
	selectors  *selectorCache // nil: none configured
	id         string
}

// open opens the store, makes the broker over it, and binds the connectors. It waits for the store while another broker has it.
func (r *running) open(ctx context.Context, ready func()) error {
	r.id = brokerID(r.config, r.began)
	memory, of := memoryLimit(r.config.SystemUsage, r.settings.MaxHeap)
	if of != "" {
		r.log.Info(fmt.Sprintf("memoryUsage: %s, are %d MB", of, memory>>20))
	}
	tuneCollector(memory)
	err := r.store.open(ctx, r.config, r.log, func(lock string) {
		r.standBy(lock)
		ready()
	})
	r.closeConsole()
	if err != nil {
		return err
	}
	r.log.Info(fmt.Sprintf("Apache ActiveMQ %s (%s, %s) is starting", cli.Version, r.config.Name, r.id))
	if r.config.DeleteAllMessagesOnStartup {
		if err := r.store.empty(); err != nil {
			return err
		}
		r.log.Info("deleteAllMessagesOnStartup: the store is empty now")
	}
	if err := r.openScheduler(ctx); err != nil {
		return err
	}
	o, err := r.options(memory)
	if err != nil {
		return err
	}
	if o.Spool, err = r.spool(); err != nil {
		return err
	}
	b, err := broker.New(o)
	if err != nil {
		return err
	}
	r.broker = b
	for _, p := range r.pictures {
		p.start()
	}
	b.Start()
	r.makes = makes{broker: b, tls: tlsSource{context: r.config.SSLContext, properties: r.settings.Properties}}
	for _, c := range r.config.TransportConnectors {
		if err := r.openConnector(c); err != nil {
			return err
		}
	}
	if err := r.makeDestinations(r.config.Destinations); err != nil {
		return err
	}
	return r.openConsole()
}

// options puts the configuration into the broker's terms.
func (r *running) options(memory int64) (broker.Options, error) {
	c := r.config
	rules, err := virtualRules(c)
	if err != nil {
		return broker.Options{}, err
	}
	r.selectors = openSelectorCache(c.Plugins, r.log)
	o := broker.Options{
		Name:                   c.Name,
		ID:                     r.id,
		DataDirectory:          c.DataDirectory,
		Store:                  r.store.Store,
		Persistent:             c.Persistent,
		Policies:               policies(c.DestinationPolicy),
		Virtual:                rules,
		SelectorCache:          r.selectors.remembered(),
		PathSeparator:          pathSeparator(c.Plugins),
		PurgeInterval:          time.Duration(c.SchedulePeriodForDestinationPurge) * time.Millisecond,
		PurgeMax:               c.MaxPurgedDestinationsPerSweep,
		MemoryLimit:            memory,
		StoreLimit:             int64(c.SystemUsage.Store.Limit),
		SchedulerLimit:         int64(c.SystemUsage.JobScheduler.Limit),
		TempLimit:              int64(c.SystemUsage.Temp.Limit),
		SendFailIfNoSpace:      c.SystemUsage.SendFailIfNoSpace,
		SendFailIfNoSpaceAfter: c.SystemUsage.SendFailIfNoSpaceAfterTimeout.Duration(),
		Advisories:             c.AdvisorySupport,
		StoreBeforeDispatch:    r.store.beforeDispatch,
		Authenticate:           r.authenticator(),
		Password:               passwords(c.Plugins),
		PopulateUserID:         c.PopulateJMSXUserID,
		ExpireActiveDurables:   c.EnableMessageExpirationOnActiveDurableSubs,
		AnonymousProducers:     c.AnonymousProducerAdvisorySupport,
		Plugins:                r.plugins(c.Plugins),
		Log:                    r.log,
	}
	if r.scheduler != nil {
		o.Scheduler = r.scheduler
	}
	return o, nil
}

// openConnector binds one connector, unless this build has no such protocol.
func (r *running) openConnector(c *config.TransportConnector) error {
	a, err := protocols.ParseAddress(string(c.URI))
	if err != nil {
		return fmt.Errorf("%s: %w", c.Place("uri"), err)
	}
	name := connectorName(c)
	var connector *protocols.Connector
	url := func() string { return connector.URL(hostName()) }
	h, err := r.makes.handler(a, url, logging.Logger(transportLogger))
	if err != nil {
		return fmt.Errorf("%s: connector %s: %w", c.Place("uri"), name, err)
	}
	if h == nil {
		logging.Logger(connectorLogger).Warn(fmt.Sprintf("Connector %s is not started: the protocol %s is not served by this version", name, a.Scheme))
		return nil
	}
	connector, err = protocols.Open(name, a, h, logging.Logger(transportLogger))
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.connectors = append(r.connectors, connector)
	r.mu.Unlock()
	for _, text := range a.Leftover() {
		logging.Logger(connectorLogger).Warn(fmt.Sprintf("%s: connector %s: %s", c.Place("uri"), name, text))
	}
	logging.Logger(listenLogger).Info("Listening for connections at: " + url() + optionsOf(string(c.URI)))
	return nil
}

// connectorName is what a connector is called: its URI, where it has no name.
func connectorName(c *config.TransportConnector) string { return cmp.Or(c.Name, string(c.URI)) }

// optionsOf returns a connector's options as its URI has them.
func optionsOf(uri string) string {
	if i := strings.IndexByte(uri, '?'); i >= 0 {
		return uri[i:]
	}
	return ""
}

// makeDestinations makes those that the configuration asks for.
func (r *running) makeDestinations(all []config.Destination) error {
	for _, d := range all {
		name, err := destination(d)
		if err != nil {
			return err
		}
		if err := r.broker.MakeDestination(name); err != nil {
			return err
		}
	}
	return nil
}

// serve accepts connections until ctx ends or the store fails.
func (r *running) serve(ctx context.Context, ready func()) error {
	r.startScheduler()
	for _, c := range r.connectors {
		c.Start()
		logging.Logger(connectorLogger).Info("Connector " + c.Name() + " started")
	}
	r.startConsole()
	r.log.Info(fmt.Sprintf("Apache ActiveMQ %s (%s, %s) started", cli.Version, r.config.Name, r.id))
	r.log.Info("goactivemq is independent of the Apache Software Foundation")
	ready()
	r.watch.every(checkPeriod(r.config))
	defer r.watch.every(0)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.store.failed():
			return r.storeFailed()
		case <-r.jobsFailed:
			return errors.New("stopped because the job scheduler store failed: the log says why")
		case <-r.settings.Reload:
			r.reload("SIGHUP")
		case <-r.watch.tick():
			if r.watch.changed() {
				r.reload("runtimeConfigurationPlugin")
			}
		}
	}
}

// storeFailed tells why the broker stops when its store does.
func (r *running) storeFailed() error {
	err := r.store.failing.Err()
	if errors.Is(err, store.ErrLockLost) {
		r.log.Error(r.config.Name + ", no longer able to keep the exclusive lock so giving up being a master")
	}
	return fmt.Errorf("stopped because the store failed: %w", err)
}

// close stops what runs, in the order in which nothing can get lost: no new connections, then the broker, then the store.
func (r *running) close() {
	if r.broker != nil {
		r.log.Info(fmt.Sprintf("Apache ActiveMQ %s (%s, %s) is shutting down", cli.Version, r.config.Name, r.id))
	}
	r.closeConsole()
	for _, c := range r.connectors {
		c.StopAccepting()
	}
	r.stopScheduler()
	if r.broker != nil {
		r.broker.Close()
	}
	for _, c := range r.connectors {
		c.Close()
		logging.Logger(connectorLogger).Info("Connector " + c.Name() + " stopped")
	}
	if r.broker != nil {
		for _, p := range r.pictures {
			p.close()
		}
	}
	r.selectors.close()
	if err := r.store.close(); err != nil {
		r.log.Error("the store was not closed cleanly", "error", err)
	}
	r.closeJobs()
	if r.broker != nil {
		r.log.Info(fmt.Sprintf("Apache ActiveMQ %s (%s, %s) uptime %s", cli.Version, r.config.Name, r.id, management.Uptime(time.Since(r.began))))
		r.log.Info(fmt.Sprintf("Apache ActiveMQ %s (%s, %s) is shutdown", cli.Version, r.config.Name, r.id))
	}
}

// brokerID makes an id of the form that the original's generator makes, unless the configuration names one.
func brokerID(c *config.Broker, began time.Time) string {
	if c.BrokerID != "" {
		return c.BrokerID
	}
	return fmt.Sprintf("ID:%s-%d-%d-0:1", hostName(), os.Getpid(), began.UnixMilli())
}

// hostName is this machine's name, as addresses that are given to clients have it.
func hostName() string {
	if name, err := os.Hostname(); err == nil {
		return name
	}
	return "localhost"
}
