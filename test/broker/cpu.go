package broker

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// CPU is the processor time that the running broker has used.
func (b *Broker) CPU() time.Duration {
	b.t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", b.process.cmd.Process.Pid))
	if err != nil {
		b.t.Skip(err) // not Linux
	}
	// Behind the name, which may hold anything but ends with the last parenthesis, the 12th and 13th field are user and system time.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	ticks := int64(0)
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			b.t.Fatalf("/proc/…/stat: %q: %v", stat, err)
		}
		ticks += n
	}
	return time.Duration(ticks) * (time.Second / ticksPerSecond)
}

// ticksPerSecond is what Linux counts processor time in, on all machines that Go runs on.
const ticksPerSecond = 100
