package config

import (
	"path/filepath"
	"strings"
)

// structs lists those that elements bind to. An element of the original that none of them names is read and checked. What becomes of what they
// hold, states.go says.
var structs = []any{
	(*Broker)(nil), (*ManagementContext)(nil), (*TransportConnector)(nil), (*PublishedAddressPolicy)(nil),
	(*PolicyMap)(nil), (*PolicyEntry)(nil), (*ConstantPendingMessageLimit)(nil), (*PrefetchRatePendingMessageLimit)(nil),
	(*LastImageRecovery)(nil), (*FixedCountRecovery)(nil), (*FixedSizedRecovery)(nil), (*TimedRecovery)(nil), (*NoRecovery)(nil), (*RetainedRecovery)(nil),
	(*SimpleDispatch)(nil), (*RoundRobinDispatch)(nil), (*StrictOrderDispatch)(nil), (*PriorityDispatch)(nil), (*PriorityNetworkDispatch)(nil),
	(*ClientIDFilterDispatch)(nil), (*DiskQueueCursor)(nil), (*MemoryQueueCursor)(nil), (*SubscriberCursor)(nil), (*DurableCursor)(nil), (*StoreDurableCursor)(nil),
	(*OldestEviction)(nil), (*LowestPriorityEviction)(nil), (*UniquePropertyEviction)(nil), (*AbortSlowConsumer)(nil), (*AbortSlowAckConsumer)(nil),
	(*SharedDeadLetter)(nil), (*IndividualDeadLetter)(nil), (*DiscardingDeadLetter)(nil),
	(*KahaDB)(nil), (*MultiKahaDB)(nil), (*FilteredKahaDB)(nil), (*MemoryStore)(nil), (*SharedFileLocker)(nil),
	(*SystemUsage)(nil), (*MemoryUsage)(nil), (*StoreUsage)(nil), (*TempUsage)(nil), (*JobSchedulerUsage)(nil),
	(*SimpleAuthentication)(nil), (*AuthenticationUser)(nil), (*JAASAuthentication)(nil),
	(*Authorization)(nil), (*AuthorizationTable)(nil), (*AuthorizationEntry)(nil), (*TempAuthorizationEntry)(nil),
	(*SSLContext)(nil), (*RuntimeConfiguration)(nil),
	(*TimeStamping)(nil), (*ForcePersistency)(nil), (*DiscardingDLQ)(nil), (*LoggingPlugin)(nil), (*StatisticsPlugin)(nil), (*ConnectionDotFile)(nil),
	(*DestinationDotFile)(nil), (*TraceBrokerPath)(nil), (*RedeliveryPlugin)(nil), (*RedeliveryPolicyMap)(nil), (*RedeliveryPolicy)(nil),
	(*VirtualDestinationInterceptor)(nil), (*VirtualTopic)(nil), (*CompositeQueue)(nil), (*CompositeTopic)(nil), (*FilteredDestination)(nil),
	(*MirroredQueue)(nil), (*DestinationPathSeparator)(nil), (*SelectorCache)(nil),
	(*CachedGroups)(nil), (*SimpleGroups)(nil), (*GroupBuckets)(nil),
}

// Broker is <broker>.
type Broker struct {
	Source `element:"broker brokerService"`

	Name     string `xml:"brokerName" default:"localhost"` // characters outside letters, digits and ._-: have become _
	BrokerID string `xml:"brokerId"`
	Start    bool   `xml:"start" default:"true"`

	// Directories, relative to the working directory. DataDirectory holds a directory of the broker's name, BrokerDirectory.
	DataDirectory      string `xml:"dataDirectory|dataDirectoryFile" default:"activemq-data"`
	TempDirectory      string `xml:"tmpDataDirectory"`                          // unset: tmp_storage in BrokerDirectory
	SchedulerDirectory string `xml:"schedulerDirectory|schedulerDirectoryFile"` // unset: scheduler in BrokerDirectory

	Persistent                 bool               `xml:"persistent" default:"true"`
	DeleteAllMessagesOnStartup bool               `xml:"deleteAllMessagesOnStartup"`
	PersistenceAdapter         PersistenceAdapter `xml:"persistenceAdapter"` // never nil: what the original would make where none is given
	PersistenceFactory         *Unserved          `xml:"persistenceFactory"` // makes the adapter where none is given
	StoreOpenWireVersion       int                `xml:"storeOpenWireVersion" default:"11"`

	AdvisorySupport                            bool `xml:"advisorySupport" default:"true"`
	AnonymousProducerAdvisorySupport           bool `xml:"anonymousProducerAdvisorySupport"`
	AllowTempAutoCreationOnSend                bool `xml:"allowTempAutoCreationOnSend"`
	CacheTempDestinations                      bool `xml:"cacheTempDestinations"`
	TimeBeforePurgeTempDestinations            int  `xml:"timeBeforePurgeTempDestinations" default:"5000"` // milliseconds
	KeepDurableSubsActive                      bool `xml:"keepDurableSubsActive" default:"true"`
	RejectDurableConsumers                     bool `xml:"rejectDurableConsumers"`
	EnableMessageExpirationOnActiveDurableSubs bool `xml:"enableMessageExpirationOnActiveDurableSubs"`
	UseVirtualTopics                           bool `xml:"useVirtualTopics" default:"true"`
	UseVirtualDestSubs                         bool `xml:"useVirtualDestSubs"`
	UseVirtualDestSubsOnCreation               bool `xml:"useVirtualDestSubsOnCreation"`
	UseMirroredQueues                          bool `xml:"useMirroredQueues"`
	UseTempMirroredQueues                      bool `xml:"useTempMirroredQueues" default:"true"`
	PopulateJMSXUserID                         bool `xml:"populateJMSXUserID"`
	UseAuthenticatedPrincipalForJMSXUserID     bool `xml:"useAuthenticatedPrincipalForJMSXUserID"`
	PopulateUserNameInMBeans                   bool `xml:"populateUserNameInMBeans"`
	EnableStatistics                           bool `xml:"enableStatistics" default:"true"`
	MaxUncommittedCount                        int  `xml:"maxUncommittedCount"` // messages in a transaction, 0: no limit
	RollbackOnlyOnAsyncException               bool `xml:"rollbackOnlyOnAsyncException" default:"true"`
	MaxInflatedDataSize                        int  `xml:"maxInflatedDataSize" default:"104857600"` // bytes

	// Periods in milliseconds; 0 switches the sweep off.
	SchedulePeriodForDestinationPurge    int    `xml:"schedulePeriodForDestinationPurge"`
	MaxPurgedDestinationsPerSweep        int    `xml:"maxPurgedDestinationsPerSweep"` // 0: no limit
	SchedulePeriodForDiskUsageCheck      int    `xml:"schedulePeriodForDiskUsageCheck"`
	DiskUsageCheckRegrowThreshold        Bytes  `xml:"diskUsageCheckRegrowThreshold" default:"-1"`
	OfflineDurableSubscriberTimeout      Millis `xml:"offlineDurableSubscriberTimeout" default:"-1"` // -1: keep for ever
	OfflineDurableSubscriberTaskSchedule Millis `xml:"offlineDurableSubscriberTaskSchedule" default:"300000"`

	SchedulerSupport          bool `xml:"schedulerSupport"`
	MaxSchedulerRepeatAllowed int  `xml:"maxSchedulerRepeatAllowed" default:"1000"`

	UseJMX                       bool   `xml:"useJmx" default:"true"`
	UseShutdownHook              bool   `xml:"useShutdownHook" default:"true"`
	SystemExitOnShutdown         bool   `xml:"systemExitOnShutdown"`
	SystemExitOnShutdownExitCode int    `xml:"systemExitOnShutdownExitCode"`
	RestartAllowed               bool   `xml:"restartAllowed" default:"true"`
	StartAsync                   bool   `xml:"startAsync"`
	NetworkConnectorStartAsync   bool   `xml:"networkConnectorStartAsync"`
	UseLocalHostBrokerName       bool   `xml:"useLocalHostBrokerName"`
	MonitorConnectionSplits      bool   `xml:"monitorConnectionSplits"`
	VMConnectorURI               URI    `xml:"vmConnectorURI"`
	MBeanInvocationTimeout       Millis `xml:"mbeanInvocationTimeout"`

	AdjustUsageLimits                     bool `xml:"adjustUsageLimits" default:"true"`
	SplitSystemUsageForProducersConsumers bool `xml:"splitSystemUsageForProducersConsumers"`
	ProducerSystemUsagePortion            int  `xml:"producerSystemUsagePortion" default:"60"` // percent
	ConsumerSystemUsagePortion            int  `xml:"consumerSystemUsagePortion" default:"40"` // percent

	DedicatedTaskRunner         bool `xml:"dedicatedTaskRunner"`
	VirtualThreadTaskRunner     bool `xml:"virtualThreadTaskRunner"`
	TaskRunnerPriority          int  `xml:"taskRunnerPriority" default:"5"`
	PersistenceThreadPriority   int  `xml:"persistenceThreadPriority" default:"10"`
	UseLoggingForShutdownErrors bool `xml:"useLoggingForShutdownErrors"`

	PassiveSlave            bool   `xml:"passiveSlave"`
	ShutdownOnMasterFailure bool   `xml:"shutdownOnMasterFailure"`
	ShutdownOnSlaveFailure  bool   `xml:"shutdownOnSlaveFailure"`
	WaitForSlave            bool   `xml:"waitForSlave"`
	WaitForSlaveTimeout     Millis `xml:"waitForSlaveTimeout" default:"600000"`

	TransportConnectors     []*TransportConnector    `xml:"transportConnectors"`
	DestinationPolicy       *PolicyMap               `xml:"destinationPolicy"` // nil: defaults for all
	Destinations            []Destination            `xml:"destinations"`      // made at start
	Plugins                 []Plugin                 `xml:"plugins"`           // in order
	SystemUsage             *SystemUsage             `xml:"systemUsage"`       // never nil
	ManagementContext       *ManagementContext       `xml:"managementContext" default:"<managementContext>"`
	SSLContext              *SSLContext              `xml:"sslContext"`
	DestinationInterceptors []DestinationInterceptor `xml:"destinationInterceptors"` // nil: as UseVirtualTopics and UseMirroredQueues say
	ShutdownHooks           []*Unserved              `xml:"shutdownHooks"`
}

// BrokerDirectory is the broker's own directory within the data directory.
func (b *Broker) BrokerDirectory() string { return filepath.Join(b.DataDirectory, b.Name) }

// complete settles what depends on several settings.
func (b *Broker) complete(c *context) {
	if b.Set("useLocalHostBrokerName") && !b.Set("brokerName") && c.env.Hostname != "" {
		b.Name = c.env.Hostname // whether it says true or false, as in the original
	}
	b.Name = strings.Map(brokerNameRune, b.Name)
	b.DataDirectory, b.SchedulerDirectory = cleanPath(b.DataDirectory), cleanPath(b.SchedulerDirectory)
	if b.TempDirectory == "" {
		b.TempDirectory = filepath.Join(b.BrokerDirectory(), "tmp_storage")
	}
	if b.SchedulerDirectory == "" {
		b.SchedulerDirectory = filepath.Join(b.BrokerDirectory(), "scheduler")
	}
	if b.SystemUsage == nil {
		b.SystemUsage = c.defaultUsage()
	}
	b.completeStore(c)
}

// brokerNameRune replaces what has no place in an object name.
func brokerNameRune(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-:", r):
		return r
	}
	return '_'
}

// completeStore picks the store that the original would use: KahaDB in the broker's directory where nothing is said, and
// memory where persistence is off. An adapter that is set while it is still on stays, though, so that an attribute
// persistenceAdapter="#id" wins over persistent="false".
func (b *Broker) completeStore(c *context) {
	if !b.Persistent {
		if _, memory := b.PersistenceAdapter.(*MemoryStore); !memory && b.overrides("persistenceAdapter", "persistent") {
			c.warnf(b.Place("persistenceAdapter"), "persistent is false: the persistence adapter is not used")
			b.PersistenceAdapter = nil
		}
		if b.PersistenceAdapter == nil {
			b.PersistenceAdapter = c.defaults("memoryPersistenceAdapter").(*MemoryStore)
		}
		return
	}
	if b.PersistenceAdapter == nil && b.PersistenceFactory != nil {
		b.PersistenceAdapter = b.PersistenceFactory
	}
	if b.PersistenceAdapter == nil {
		kaha := c.defaults("kahaDB").(*KahaDB)
		kaha.Directory = filepath.Join(b.BrokerDirectory(), "KahaDB")
		b.PersistenceAdapter = kaha
	}
}

// ManagementContext is <managementContext>: the JMX side of the original.
type ManagementContext struct {
	Source `element:"managementContext"`

	CreateConnector                bool   `xml:"createConnector"`
	ConnectorHost                  string `xml:"connectorHost" default:"localhost"`
	ConnectorPort                  int    `xml:"connectorPort" default:"1099"`
	ConnectorPath                  string `xml:"connectorPath" default:"/jmxrmi"`
	JMXDomainName                  string `xml:"jmxDomainName" default:"org.apache.activemq"` // of all object names
	SuppressMBean                  string `xml:"suppressMBean"`
	AllowRemoteAddressInMBeanNames bool   `xml:"allowRemoteAddressInMBeanNames" default:"true"`
	BrokerName                     string `xml:"brokerName"`
	RMIServerPort                  int    `xml:"rmiServerPort"`
	UseMBeanServer                 bool   `xml:"useMBeanServer" default:"true"`
	CreateMBeanServer              bool   `xml:"createMBeanServer" default:"true"`
	FindTigerMBeanServer           bool   `xml:"findTigerMbeanServer" default:"true"`
}

// SSLContext is <sslContext>: key stores for the secure connectors.
type SSLContext struct {
	Source `element:"sslContext"`

	KeyStore              string `xml:"keyStore"` // a path, a file: URL or a name in the conf directory
	KeyStoreType          string `xml:"keyStoreType" default:"jks"`
	KeyStoreAlgorithm     string `xml:"keyStoreAlgorithm" default:"SunX509"`
	KeyStorePassword      string `xml:"keyStorePassword"`
	KeyStoreKeyPassword   string `xml:"keyStoreKeyPassword"` // unset: KeyStorePassword
	TrustStore            string `xml:"trustStore"`
	TrustStoreType        string `xml:"trustStoreType" default:"jks"`
	TrustStoreAlgorithm   string `xml:"trustStoreAlgorithm" default:"PKIX"`
	TrustStorePassword    string `xml:"trustStorePassword"`
	CRLPath               string `xml:"crlPath"`
	Protocol              string `xml:"protocol" default:"TLS"`
	Provider              string `xml:"provider"`
	SecureRandomAlgorithm string `xml:"secureRandomAlgorithm" default:"SHA1PRNG"`
}
