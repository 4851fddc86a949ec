package broker

import "time"

// storageInterval is how old the broker's knowledge of the store's size may be.
const storageInterval = 500 * time.Millisecond

// lookAfter is the broker's own goroutine: it looks now and then for expired messages that nobody asks for, and at how much the store takes up.
func (b *Broker) lookAfter() {
	expiry := time.NewTicker(b.expiryPeriod())
	defer expiry.Stop()
	storage := time.NewTicker(storageInterval)
	defer storage.Stop()
	var slow <-chan time.Time
	if period := b.slowCheckPeriod(); period > 0 {
		ticker := time.NewTicker(period)
		defer ticker.Stop()
		slow = ticker.C
	}
	var purge <-chan time.Time
	if b.options.PurgeInterval > 0 {
		ticker := time.NewTicker(b.options.PurgeInterval)
		defer ticker.Stop()
		purge = ticker.C
	}
	stuck := time.NewTicker(stuckInterval)
	defer stuck.Stop()
	var suspects map[string]string
	b.lookAtDisk()
	for {
		select {
		case <-b.stop:
			return
		case <-purge:
			b.purgeInactive()
		case <-storage.C:
			b.lookAtDisk()
		case <-stuck.C:
			suspects = b.unstick(suspects)
		case <-slow:
			b.checkSlow()
		case <-expiry.C:
			b.expire()
		}
	}
}

// lookAtDisk takes note of what is used on disk.
func (b *Broker) lookAtDisk() {
	b.storage.set(b.options.Store.Usage())
	if s := b.options.Scheduler; s != nil {
		b.scheduled.set(s.Usage())
	}
}
