package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"goactivemq/activemq/config"
	"goactivemq/activemq/logging"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/filelock"
)

// lockerLogger is the logger under which the original tells about the lock of its stores.
const lockerLogger = "org.apache.activemq.store.SharedFileLocker"

// locker says how to come by a store that another broker may have.
type locker struct {
	interval     time.Duration // between attempts
	failIfLocked bool          // do not wait at all
}

const lockIntervalDefault = 10 * time.Second

// fileLocker is the locker of an element, which may be none.
func fileLocker(element any, otherwise time.Duration) locker {
	if l, ok := element.(*config.SharedFileLocker); ok {
		return locker{max(l.LockAcquireSleepInterval.Duration(), time.Millisecond), l.FailIfLocked}
	}
	if otherwise <= 0 {
		otherwise = lockIntervalDefault
	}
	return locker{interval: otherwise}
}

func kahaLock(k *config.KahaDB) locker {
	return fileLocker(k.Locker, time.Duration(k.DatabaseLockedWaitDelay)*time.Millisecond)
}

func multiLock(m *config.MultiKahaDB) locker { return fileLocker(m.Locker, 0) }

// wait opens a store in a directory as soon as no other broker has it locked. standBy is called when it has to wait, once.
func (l locker) wait(ctx context.Context, directory string, standBy func(lock string), open func() error) error {
	lock := filepath.Join(directory, filelock.Name)
	log := logging.Logger(lockerLogger)
	for waiting := false; ; waiting = true {
		err := open()
		if !errors.Is(err, store.ErrLocked) || l.failIfLocked {
			return err
		}
		if !waiting {
			log.Info("Database " + lock + " is locked by another server. This broker is now in slave mode waiting a lock to be acquired")
			standBy(lock)
		}
		log.Debug(fmt.Sprintf("Database %s is locked... waiting %d seconds for the database to be unlocked.", lock, int(l.interval.Seconds())))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(l.interval):
		}
	}
}
