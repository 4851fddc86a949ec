package config

func (*MultiKahaDB) persistenceAdapter() {}

// MultiKahaDB is <mKahaDB>: several KahaDB stores, by destination.
type MultiKahaDB struct {
	Source `element:"mKahaDB"`

	Directory string            `xml:"directory" default:"activemq-data/mKahaDB"`
	Filters   []*FilteredKahaDB `xml:"filteredPersistenceAdapters"`

	// These are of the journal of transactions over several stores.
	JournalMaxFileLength   Bytes  `xml:"journalMaxFileLength" default:"32mb"`
	JournalWriteBatchSize  Bytes  `xml:"journalWriteBatchSize" default:"4mb"`
	JournalCleanupInterval Millis `xml:"journalCleanupInterval" default:"30000"`
	CheckForCorruption     bool   `xml:"checkForCorruption" default:"true"`

	UseLock             bool    `xml:"useLock" default:"true"`
	LockKeepAlivePeriod Millis  `xml:"lockKeepAlivePeriod"`
	Locker              element `xml:"locker"` // *SharedFileLocker, *Unserved, or nil: the former with its defaults
	StopOnError         bool    `xml:"stopOnError"`
	BrokerName          string  `xml:"brokerName"`
}

// complete refuses what no store can be made of.
func (m *MultiKahaDB) complete(c *context) {
	for _, f := range m.Filters {
		if _, ok := f.PersistenceAdapter.(*KahaDB); !ok {
			c.errorf(f.At, "filteredKahaDB has no kahaDB in it, want one in an element persistenceAdapter")
		}
	}
}

// FilteredKahaDB is <filteredKahaDB>: the destinations of one of the stores, or of a kind of stores.
type FilteredKahaDB struct {
	Source `element:"filteredKahaDB"`

	Destination        Destination        `xml:"queue|topic|tempQueue|tempTopic|destination"` // unset: all
	PerDestination     bool               `xml:"perDestination"`
	PersistenceAdapter PersistenceAdapter `xml:"persistenceAdapter"` // a *KahaDB
	Usage              *StoreUsage        `xml:"usage"`
}
