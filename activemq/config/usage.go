package config

// SystemUsage is <systemUsage>: how much memory and disk the broker may use.
type SystemUsage struct {
	Source `element:"systemUsage"`

	Name                          string `xml:"name" default:"default"`
	SendFailIfNoSpace             bool   `xml:"sendFailIfNoSpace"`
	SendFailIfNoSpaceAfterTimeout Millis `xml:"sendFailIfNoSpaceAfterTimeout"` // 0: wait for ever
	SendFailIfNoSpaceExplicitSet  bool   `xml:"sendFailIfNoSpaceExplicitySet"`
	CheckLimitsLogLevel           string `xml:"checkLimitsLogLevel" default:"warn"`

	// Never nil. A part that an explicit systemUsage leaves out has no limit, as in the original.
	Memory       *MemoryUsage       `xml:"memoryUsage" default:"<memoryUsage>"`
	Store        *StoreUsage        `xml:"storeUsage" default:"<storeUsage>"`
	Temp         *TempUsage         `xml:"tempUsage" default:"<tempUsage>"`
	JobScheduler *JobSchedulerUsage `xml:"jobSchedulerUsage" default:"<jobSchedulerUsage>"`
}

// defaultUsage has the limits that hold where a broker says nothing about usage.
func (c *context) defaultUsage() *SystemUsage {
	u := c.defaults("systemUsage").(*SystemUsage)
	u.Memory.Limit = 1 << 30
	u.Store.Limit = 100 << 30
	u.Temp.Limit = 50 << 30
	u.JobScheduler.Limit = 50 << 30
	return u
}

// Usage are the settings that all limits have.
type Usage struct {
	Limit                Bytes   `xml:"limit"` // 0: none
	UsagePortion         float64 `xml:"usagePortion" default:"1.0"`
	PercentUsageMinDelta int     `xml:"percentUsageMinDelta" default:"1"`
	PollingTime          int     `xml:"pollingTime" default:"100"` // milliseconds
	Name                 string  `xml:"name"`
}

// MemoryUsage is <memoryUsage>. PercentOfJvmHeap, where set, takes the place of Limit; the broker knows what it is a
// percentage of.
type MemoryUsage struct {
	Source `element:"memoryUsage"`
	Usage

	PercentOfJvmHeap int `xml:"percentOfJvmHeap"`
}

// StoreUsage is <storeUsage>. PercentLimit, where set, is a percentage of the disk, or of Total where that is set.
type StoreUsage struct {
	Source `element:"storeUsage"`
	Usage

	PercentLimit int   `xml:"percentLimit"`
	Total        Bytes `xml:"total"`
}

// TempUsage is <tempUsage>, with the same rules as StoreUsage.
type TempUsage struct {
	Source `element:"tempUsage"`
	Usage

	PercentLimit int   `xml:"percentLimit"`
	Total        Bytes `xml:"total"`
}

// JobSchedulerUsage is <jobSchedulerUsage>.
type JobSchedulerUsage struct {
	Source `element:"jobSchedulerUsage"`
	Usage
}
