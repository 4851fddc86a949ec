package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"goactivemq/activemq/logging"
	"goactivemq/activemq/scheduler"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/kahadb"
	"goactivemq/activemq/store/memory"
	"goactivemq/openwire/wire"
)

// schedulerLogger is where the original tells about its job scheduler store.
const schedulerLogger = "org.apache.activemq.store.kahadb.scheduler.JobSchedulerStore"

// openScheduler opens the store for scheduled messages and makes the scheduler, if the configuration asks for one. It waits for the directory while
// another broker has it, which can only be one that is about to end: the message store is ours already.
func (r *running) openScheduler(ctx context.Context) error {
	c := r.config
	if !c.SchedulerSupport {
		return nil
	}
	if r.store.failing == nil {
		r.jobs = memory.Jobs{}
	} else {
		o, err := r.jobOptions()
		if err != nil {
			return err
		}
		opened, err := openJobs(ctx, o)
		if err != nil {
			return err
		}
		r.jobs, r.jobsFailed = opened, opened.Failed()
		logging.Logger(schedulerLogger).Info("JobSchedulerStore: " + o.Directory + " started.")
	}
	r.scheduler = scheduler.New(scheduler.Options{Jobs: r.jobs, RepeatMax: c.MaxSchedulerRepeatAllowed, Log: r.log})
	return nil
}

// jobOptions puts the configuration of the scheduler's store into the store's terms. Its records are of the version of the message store's.
func (r *running) jobOptions() (kahadb.Options, error) {
	directory, err := filepath.Abs(r.config.SchedulerDirectory)
	if err != nil {
		return kahadb.Options{}, fmt.Errorf("%s: %w", r.config.Place("schedulerDirectory"), err)
	}
	codec, err := wire.NewStoreCodec(r.store.version)
	if err != nil {
		return kahadb.Options{}, fmt.Errorf("%s: %w", r.config.Place("storeOpenWireVersion"), err)
	}
	o := kahadb.Defaults(directory, codec)
	o.Log = logging.Logger(schedulerLogger)
	return o, nil
}

// openJobs opens the scheduler's directory as soon as no other broker has it locked.
func openJobs(ctx context.Context, o kahadb.Options) (*kahadb.Jobs, error) {
	for waiting := false; ; waiting = true {
		opened, err := kahadb.OpenJobs(o)
		if !errors.Is(err, store.ErrLocked) {
			return opened, err
		}
		if !waiting {
			logging.Logger(lockerLogger).Info("Database " + filepath.Join(o.Directory, "lock") + " is locked by another server. This broker waits for it")
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// startScheduler begins to send scheduled messages, those whose time came while no broker ran first.
func (r *running) startScheduler() {
	if r.scheduler != nil {
		r.scheduler.Start(r.broker.DeliverScheduled)
	}
}

// stopScheduler ends that, before the broker stops.
func (r *running) stopScheduler() {
	if r.scheduler != nil {
		r.scheduler.Close()
	}
}

// closeJobs closes the scheduler's store, when the message store has told the end of all that was under way.
func (r *running) closeJobs() {
	if r.jobs == nil {
		return
	}
	if err := r.jobs.Close(); err != nil {
		r.log.Error("the job scheduler store was not closed cleanly", "error", err)
	}
}
