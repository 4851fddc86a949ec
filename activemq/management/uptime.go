package management

import (
	"fmt"
	"strconv"
	"time"
)

// Uptime puts a duration into the words of the attribute Uptime: "28.626 seconds", "2 hours 5 minutes", "1,234 days". The second
// unit is left out where it is 0. (The original loses a minute or an hour now and then, in the very millisecond in which it is
// full; that is not repeated.)
func Uptime(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d.%03d seconds", d/time.Second, d%time.Second/time.Millisecond)
	case d < time.Hour:
		return count(d/time.Minute, "minute")
	case d < day:
		return two(count(d/time.Hour, "hour"), d%time.Hour/time.Minute, "minute")
	}
	return two(count(d/day, "day"), d%day/time.Hour, "hour")
}

// two adds a smaller unit to a greater one.
func two(greater string, n time.Duration, unit string) string {
	if n == 0 {
		return greater
	}
	return greater + " " + count(n, unit)
}

// count puts a number before its unit, with commas between thousands.
func count(n time.Duration, unit string) string {
	digits := strconv.FormatInt(int64(n), 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if n != 1 {
		unit += "s"
	}
	return digits + " " + unit
}
