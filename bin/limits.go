package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"goactivemq/activemq/config"
)

// heapDefault stands in for Java's heap where nothing says how much memory there is: what the original's env file gives it.
const heapDefault = 1 << 30

// memoryLimit returns how many bytes messages in memory may take up, and what they are a percentage of, or "". A percentage of Java's heap is one of
// -Xmx where the launcher's variables name it, else of what the control group allows, else of a fixed amount.
func memoryLimit(u *config.SystemUsage, maxHeap int64) (limit int64, of string) {
	if u.Memory.PercentOfJvmHeap <= 0 {
		return int64(u.Memory.Limit), ""
	}
	base, source := maxHeap, "-Xmx"
	if base <= 0 {
		base, source = controlGroupLimit(), "the control group's limit"
	}
	if base <= 0 {
		base, source = heapDefault, "the default"
	}
	return base / 100 * int64(u.Memory.PercentOfJvmHeap), fmt.Sprintf("%d %% of %d MB, %s", u.Memory.PercentOfJvmHeap, base>>20, source)
}

// controlGroupLimit returns the memory limit of this process's control group in bytes, 0 when there is none.
func controlGroupLimit() int64 {
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// "max", and the number near 2^63 of version 1, mean no limit.
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n < 1<<60 {
			return n
		}
	}
	return 0
}

// The collector may let garbage grow to collectorPercent of what is live: messages are short-lived, and less collecting costs less. Above
// the limit for messages and what else a broker needs it collects harder, so that this stays a matter of speed alone.
//
// A broker that keeps up has next to nothing live, and would collect a dozen times a second. The ballast counts as live and is never touched, so that it takes
// up addresses and no memory; with it the collector lets some tens of megabytes come together first.
const (
	collectorPercent  = 200
	collectorHeadroom = 256 << 20
	ballastSize       = 24 << 20
)

var ballast []byte

// tuneCollector sets Go's garbage collector for a broker with that limit, unless the environment does.
func tuneCollector(memory int64) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectorPercent)
		ballast = make([]byte, ballastSize)
	}
	if os.Getenv("GOMEMLIMIT") == "" && memory > 0 {
		debug.SetMemoryLimit(memory + collectorHeadroom)
	}
}
