package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"goactivemq/activemq/config"
	"goactivemq/activemq/logging"
)

// A running broker follows its configuration when it gets SIGHUP, and, with a runtimeConfigurationPlugin that has a checkPeriod, when the files
// change. The two configurations are compared; each part that can change while the broker runs either is as the file says afterwards, or as it was
// before. The rest is told of and waits for a restart. A file that is not valid changes nothing.

const reloadLogger = "org.apache.activemq.plugin.RuntimeConfigurationBroker"

// changeable is a part that can change while the broker runs.
type changeable struct {
	prefixes []string // of the paths of its changes
	apply    func(r *running, to *config.Broker) error
}

// changeables are all such parts, but for connectors, each of which is a part of its own.
var changeables = []changeable{
	{[]string{"destinationPolicy"}, (*running).changePolicies},
	{[]string{"systemUsage.memoryUsage.limit", "systemUsage.memoryUsage.percentOfJvmHeap", "systemUsage.storeUsage.limit"}, (*running).changeLimits},
	{[]string{"plugins[simpleAuthenticationPlugin]."}, (*running).changeUsers},
	{[]string{"plugins[runtimeConfigurationPlugin]"}, (*running).changeWatch},
	{[]string{"destinationInterceptors", "useVirtualTopics", "useMirroredQueues", "useTempMirroredQueues"}, (*running).changeVirtual},
	{[]string{"destinations"}, (*running).changeDestinations},
}

// changeablesBetween adds the connectors that one or the other configuration has.
func changeablesBetween(old, new *config.Broker) []changeable {
	all := slices.Clone(changeables)
	var names []string
	for _, c := range slices.Concat(old.TransportConnectors, new.TransportConnectors) {
		name := connectorName(c)
		if slices.Contains(names, name) {
			continue
		}
		names = append(names, name)
		path := "transportConnectors[" + name + "]"
		all = append(all, changeable{[]string{path}, func(r *running, to *config.Broker) error { return r.changeConnector(to, name) }})
	}
	return all
}

// covers tells whether a change belongs to the part: its path is one of the prefixes, or goes on below it.
func (c *changeable) covers(path string) bool {
	return slices.ContainsFunc(c.prefixes, func(prefix string) bool {
		rest, ok := strings.CutPrefix(path, prefix)
		return ok && (rest == "" || strings.HasSuffix(prefix, ".") || rest[0] == '.' || rest[0] == '[')
	})
}

// reload reads the configuration again and makes the broker follow it.
func (r *running) reload(why string) {
	log := logging.Logger(reloadLogger)
	file, err := r.load()
	if err == nil {
		if problems := refused(file.Broker); problems != nil {
			err = &config.Invalid{Problems: problems}
		}
	}
	if err != nil {
		log.Error(fmt.Sprintf("%s: the configuration is not taken over, the broker goes on as it is: %v", why, err))
		return
	}
	changes := config.Compare(r.config, file.Broker)
	log.Info(fmt.Sprintf("%s: the configuration was read again, %d changes", why, len(changes)))
	for _, part := range changeablesBetween(r.config, file.Broker) {
		var own []config.Change
		changes = slices.DeleteFunc(changes, func(c config.Change) bool {
			covered := part.covers(c.Path)
			if covered {
				own = append(own, c)
			}
			return covered
		})
		if len(own) == 0 {
			continue
		}
		err := part.apply(r, file.Broker)
		for _, c := range own {
			if err != nil {
				log.Error(fmt.Sprintf("%s%s: not applied: %v", at(c), c, err))
				continue
			}
			log.Info(fmt.Sprintf("%s%s: applied", at(c), c))
		}
	}
	for _, c := range changes {
		log.Warn(fmt.Sprintf("%s%s: needs a restart", at(c), c))
	}
}

// at is where a change stands in the file, as the beginning of a line.
func at(c config.Change) string {
	if c.At.File == "" {
		return ""
	}
	return c.At.String() + ": "
}

// become notes that a part is now as another configuration has it.
func (r *running) become(change func(c *config.Broker)) {
	now := *r.config
	change(&now)
	r.config = &now
}

func (r *running) changePolicies(to *config.Broker) error {
	r.broker.SetPolicies(policies(to.DestinationPolicy))
	r.become(func(c *config.Broker) { c.DestinationPolicy = to.DestinationPolicy })
	return nil
}

func (r *running) changeLimits(to *config.Broker) error {
	memory, of := memoryLimit(to.SystemUsage, r.settings.MaxHeap)
	if of != "" {
		r.log.Info(fmt.Sprintf("memoryUsage: %s, are %d MB", of, memory>>20))
	}
	r.broker.SetLimits(memory, int64(to.SystemUsage.Store.Limit))
	tuneCollector(memory)
	r.become(func(c *config.Broker) {
		usage := *c.SystemUsage
		usage.Memory, usage.Store = to.SystemUsage.Memory, to.SystemUsage.Store
		c.SystemUsage = &usage
	})
	return nil
}

// users checks credentials by the configuration as it is now.
type users struct {
	check atomic.Pointer[func(user, password string) error]
}

// authenticate is for a broker that has had users from its start.
func (u *users) authenticate(user, password string) error { return (*u.check.Load())(user, password) }

// authenticator returns the check that a broker is to have, nil for one that lets everybody in.
func (r *running) authenticator() func(user, password string) error {
	check := authenticator(r.config.Plugins)
	if check == nil {
		return nil
	}
	r.users.check.Store(&check)
	return r.users.authenticate
}

// changeUsers changes who gets in from now on. Who is in stays.
func (r *running) changeUsers(to *config.Broker) error {
	check := authenticator(to.Plugins)
	r.users.check.Store(&check)
	r.become(func(c *config.Broker) {
		plugins := slices.Clone(c.Plugins)
		for i, p := range plugins {
			if _, ok := p.(*config.SimpleAuthentication); ok {
				plugins[i] = simplePlugin(to)
			}
		}
		c.Plugins = plugins
	})
	return nil
}

// simplePlugin is the simpleAuthenticationPlugin of a configuration that is known to have one.
func simplePlugin(c *config.Broker) config.Plugin {
	i := slices.IndexFunc(c.Plugins, func(p config.Plugin) bool { _, ok := p.(*config.SimpleAuthentication); return ok })
	return c.Plugins[i]
}

// changeDestinations makes the destinations that came. Those that went stay: they may hold messages.
func (r *running) changeDestinations(to *config.Broker) error {
	err := r.makeDestinations(to.Destinations)
	if err == nil {
		r.become(func(c *config.Broker) { c.Destinations = to.Destinations })
	}
	return err
}

// changeConnector closes a connector that went, opens one that came, and does both for one that is different. Where the new one cannot listen the old
// one comes back.
func (r *running) changeConnector(to *config.Broker, name string) error {
	was, is := findConnector(r.config, name), findConnector(to, name)
	r.closeConnector(name)
	var err error
	if is != nil {
		if err = r.startConnector(is); err != nil && was != nil {
			err = errors.Join(err, r.startConnector(was))
		}
	}
	if err != nil {
		return err
	}
	r.become(func(c *config.Broker) {
		c.TransportConnectors = slices.DeleteFunc(slices.Clone(c.TransportConnectors), func(x *config.TransportConnector) bool { return x == was })
		if is != nil {
			c.TransportConnectors = append(c.TransportConnectors, is)
		}
	})
	return nil
}

func findConnector(c *config.Broker, name string) *config.TransportConnector {
	for _, t := range c.TransportConnectors {
		if connectorName(t) == name {
			return t
		}
	}
	return nil
}

// startConnector opens a connector of a broker that runs.
func (r *running) startConnector(c *config.TransportConnector) error {
	before := len(r.connectors)
	if err := r.openConnector(c); err != nil {
		return err
	}
	for _, opened := range r.connectors[before:] { // none where the protocol is not served
		opened.Start()
		logging.Logger(connectorLogger).Info("Connector " + opened.Name() + " started")
	}
	return nil
}

// closeConnector ends a connector and its connections.
func (r *running) closeConnector(name string) {
	for i, c := range r.connectors {
		if c.Name() != name {
			continue
		}
		c.StopAccepting()
		c.Close()
		r.mu.Lock()
		r.connectors = slices.Delete(r.connectors, i, i+1)
		r.mu.Unlock()
		logging.Logger(connectorLogger).Info("Connector " + name + " stopped")
		return
	}
}

// watch tells when files of the configuration change.
type watch struct {
	ticker *time.Ticker     // nil: nobody asked
	files  map[string]stamp // as they were when they were read
}

// stamp is what changes with a file.
type stamp struct {
	modified time.Time
	size     int64
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}
	}
	return stamp{info.ModTime(), info.Size()}
}

// load reads the configuration, and notes the files of which it is made.
func (r *running) load() (*config.File, error) {
	r.watch.files = map[string]stamp{}
	return load(r.settings, func(path string) ([]byte, error) {
		r.watch.files[path] = stampOf(path) // before it is read: what changes meanwhile is seen the next time
		return os.ReadFile(path)
	})
}

// changed tells whether any of the files is not what was read.
func (w *watch) changed() bool {
	for path, was := range w.files {
		if stampOf(path) != was {
			return true
		}
	}
	return false
}

// tick is the channel on which it is time to look; nil: never.
func (w *watch) tick() <-chan time.Time {
	if w.ticker == nil {
		return nil
	}
	return w.ticker.C
}

// every sets how often to look; 0: never.
func (w *watch) every(period time.Duration) {
	if w.ticker != nil {
		w.ticker.Stop()
		w.ticker = nil
	}
	if period > 0 {
		w.ticker = time.NewTicker(period)
	}
}

// changeWatch takes over the period of a runtimeConfigurationPlugin.
func (r *running) changeWatch(to *config.Broker) error {
	plugin := func(p config.Plugin) bool { _, ok := p.(*config.RuntimeConfiguration); return ok }
	r.watch.every(checkPeriod(to))
	r.become(func(c *config.Broker) {
		c.Plugins = slices.DeleteFunc(slices.Clone(c.Plugins), plugin)
		if i := slices.IndexFunc(to.Plugins, plugin); i >= 0 {
			c.Plugins = append(c.Plugins, to.Plugins[i])
		}
	})
	return nil
}

// checkPeriod is how often a configuration wants to be looked at.
func checkPeriod(c *config.Broker) time.Duration {
	for _, p := range c.Plugins {
		if p, ok := p.(*config.RuntimeConfiguration); ok {
			return p.CheckPeriod.Duration()
		}
	}
	return 0
}

// changeVirtual changes where messages go that are sent from now on.
func (r *running) changeVirtual(to *config.Broker) error {
	rules, err := virtualRules(to)
	if err != nil {
		return err
	}
	r.broker.SetVirtual(rules)
	r.become(func(c *config.Broker) {
		c.DestinationInterceptors, c.UseVirtualTopics, c.UseMirroredQueues = to.DestinationInterceptors, to.UseVirtualTopics, to.UseMirroredQueues
		c.UseTempMirroredQueues = to.UseTempMirroredQueues
	})
	return nil
}
