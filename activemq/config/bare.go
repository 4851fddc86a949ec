package config

// Bare returns the broker of a configuration that names a store in a directory and nothing else: a kahaDB, or an mKahaDB that has a store for each
// destination.
func Bare(directory string, multi bool) *Broker {
	c := newContext(&Environment{LookupEnv: func(string) (string, bool) { return "", false }})
	b := c.defaults("broker").(*Broker)
	kaha := c.defaults("kahaDB").(*KahaDB)
	if !multi {
		kaha.Directory, b.PersistenceAdapter = directory, kaha
		return b
	}
	each := c.defaults("filteredKahaDB").(*FilteredKahaDB)
	each.PerDestination, each.PersistenceAdapter = true, kaha
	m := c.defaults("mKahaDB").(*MultiKahaDB)
	m.Directory, m.Filters, b.PersistenceAdapter = directory, []*FilteredKahaDB{each}, m
	return b
}
