package management

// BrokerView has the attributes of the bean type=Broker. Limits are bytes, 0 where there is none; percentages are whole,
// rounded down, and may exceed 100.
type BrokerView struct {
	BrokerName    string
	BrokerId      string
	BrokerVersion string
	Uptime        string // in words
	UptimeMillis  int64
	Persistent    bool
	DataDirectory string

	CurrentConnectionsCount int
	TotalConnectionsCount   int64 // since the start
	TotalConsumerCount      int64 // of all destinations, advisory topics included
	TotalProducerCount      int64 // those of one destination each
	TotalMessageCount       int64 // pending on queues, temporary ones included
	TotalEnqueueCount       int64 // since the start
	TotalDequeueCount       int64 // since the start

	MemoryLimit        int64
	MemoryPercentUsage int
	StoreLimit         int64
	StorePercentUsage  int
	TempLimit          int64
	TempPercentUsage   int
}

// Name returns the attribute BrokerName alone.
func (m *Model) Name() string { return m.broker.Name() }

// Broker returns the broker's view. It asks every destination for its counters.
func (m *Model) Broker() BrokerView {
	b, o := m.broker, m.broker.Options()
	uptime := m.options.Now().Sub(b.Started())
	v := BrokerView{
		BrokerName:    b.Name(),
		BrokerId:      b.ID(),
		BrokerVersion: m.options.BrokerVersion,
		Uptime:        Uptime(uptime),
		UptimeMillis:  uptime.Milliseconds(),
		Persistent:    o.Persistent,
		DataDirectory: o.DataDirectory,

		MemoryLimit:        b.Memory().Limit(),
		MemoryPercentUsage: percent(b.Memory().Used(), b.Memory().Limit()),
		StoreLimit:         o.StoreLimit,
		StorePercentUsage:  percent(o.Store.Usage(), o.StoreLimit),
		TempLimit:          o.TempLimit,
		TempPercentUsage:   percent(b.Temporary().Used(), o.TempLimit),
	}
	v.CurrentConnectionsCount, _, _ = b.Counts()
	v.TotalEnqueueCount, v.TotalDequeueCount, v.TotalConnectionsCount = b.Totals()
	for c := range m.counters() {
		v.TotalConsumerCount += c.Consumers
		v.TotalProducerCount += c.Producers
		v.TotalMessageCount += c.Pending
	}
	return v
}

// percent is how much of a limit is used, as the original counts it.
func percent(used, limit int64) int {
	if limit <= 0 {
		return 0
	}
	return int(used * 100 / limit)
}
