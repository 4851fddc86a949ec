package scheduler

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// # Cron entries
//
// Five fields, by the original's rules, which are not those of Unix:
//
//	minute  hour  day of month  month  day of week (0 is Sunday)
//
//	*  ?       every value
//	5          one value, which may be out of the field's range and then means what counting on gives
//	1-5        a range
//	1,2-4      a list
//	*/10       those of what stands before the slash that 10 divides, 0 among them
//
// Names, and numbers in front of a list behind a slash, are refused. Of days and days of the week both are obeyed one after the other, and
// the time found is not looked at again: an entry that no day fits, such as 30 February, comes on some other day, as it does in the original.
type cron [5]cronField

// cronField is one field: its values in order, of which there is at least one.
type cronField struct {
	values []int
	*cronRange
}

// cronRange is what a field's values may be. cycle is after how many the field begins again, which of days depends on the month.
type cronRange struct {
	name               string
	first, last, cycle int
}

var cronRanges = [...]cronRange{
	{"minute", 0, 60, 60}, // the original's ranges end one late
	{"hour", 0, 24, 24},
	{"day of month", 1, 32, 0},
	{"month", 1, 12, 12},
	{"day of week", 0, 6, 7},
}

// The fields of a cron.
const (
	minuteField = iota
	hourField
	dayField
	monthField
	weekdayField
)

// everyMinute is the entry that the original looks for first.
const everyMinute = "* * * * *"

// parseCron reads an entry.
func parseCron(entry string) (cron, error) {
	var c cron
	fields := strings.FieldsFunc(entry, func(r rune) bool { return strings.ContainsRune(" \t\n\r\f", r) })
	if len(fields) != len(c) {
		return c, fmt.Errorf("Not a valid cron entry - wrong number of tokens(%d): %s", len(fields), entry) // the original's words
	}
	for i, text := range fields {
		values, err := cronValues(text, &cronRanges[i])
		if err == nil && len(values) == 0 {
			err = fmt.Errorf("%q has no value", text)
		}
		if err != nil {
			return c, fmt.Errorf("cron entry %q: %s: %w", entry, cronRanges[i].name, err)
		}
		slices.Sort(values)
		c[i] = cronField{values, &cronRanges[i]}
	}
	return c, nil
}

// cronValues returns the values that a field's text stands for, in no order.
func cronValues(text string, r *cronRange) ([]int, error) {
	if text == "*" || text == "?" {
		return span(r.first, r.last), nil
	}
	if of, step, ok := strings.Cut(text, "/"); ok {
		return cronSteps(of, step, r)
	}
	if strings.Contains(text, ",") {
		return cronList(text, r)
	}
	if from, to, ok := strings.Cut(text, "-"); ok {
		first, err := cronNumber(from)
		if err != nil {
			return nil, err
		}
		last, err := cronNumber(to)
		return span(first, last), err
	}
	n, err := cronNumber(text)
	return []int{n}, err
}

// cronSteps returns those values of a text that step divides.
func cronSteps(of, step string, r *cronRange) ([]int, error) {
	n, err := cronNumber(step)
	if err == nil && n == 0 {
		err = fmt.Errorf("a step of 0")
	}
	if err != nil {
		return nil, err
	}
	values, err := cronValues(of, r)
	return slices.DeleteFunc(values, func(v int) bool { return v%n != 0 }), err
}

// cronList returns the values of all parts of a list. Empty parts mean nothing.
func cronList(text string, r *cronRange) ([]int, error) {
	var all []int
	for part := range strings.SplitSeq(text, ",") {
		if part == "" {
			continue
		}
		values, err := cronValues(part, r)
		if err != nil {
			return nil, err
		}
		all = append(all, values...)
	}
	return all, nil
}

// cronMax bounds numbers, and with them the length of ranges. The original takes all that fit in 32 bits, and counts on for years.
const cronMax = 9999

func cronNumber(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > cronMax {
		return 0, fmt.Errorf("%q is not a number from 0 to %d", text, cronMax)
	}
	return n, nil
}

// span returns first to last, nothing when last comes first.
func span(first, last int) []int {
	var values []int
	for v := first; v <= last; v++ {
		values = append(values, v)
	}
	return values
}

// has tells whether the field lets a value through.
func (f *cronField) has(v int) bool { return slices.Contains(f.values, v) }

// wait returns how many units after v the field's next value comes. cycle is the number of units after which the field begins again.
func (f *cronField) wait(v, cycle int) int {
	for _, next := range f.values {
		if next > v {
			return next - v
		}
	}
	return cycle + f.values[0] - v
}

// nextCron returns when an entry is due first after a moment, in that moment's zone. Seconds are 0, fractions those of the moment but for the entry
// that is due every minute.
func nextCron(entry string, after time.Time) (time.Time, error) {
	if entry == everyMinute {
		return time.UnixMilli((after.UnixMilli()/60000 + 1) * 60000).In(after.Location()), nil
	}
	c, err := parseCron(entry)
	if err != nil {
		return after, err
	}
	t := after.Add(time.Minute - time.Duration(after.Second())*time.Second)
	t = c.clock(t, minuteField, hourField)
	t = c.day(t)
	t = c.month(t)
	t = c.day(t)
	t = c.clock(t, hourField, minuteField)
	if !t.After(after) {
		return after, fmt.Errorf("cron entry %q: no next time", entry)
	}
	return t, nil
}

// clock goes on to the next hour and minute that the entry lets through, in the order given.
func (c *cron) clock(t time.Time, order ...int) time.Time {
	for _, i := range order {
		v, unit := t.Minute(), time.Minute
		if i == hourField {
			v, unit = t.Hour(), time.Hour
		}
		if f := &c[i]; !f.has(v) {
			t = t.Add(time.Duration(f.wait(v, f.cycle)) * unit)
		}
	}
	return t
}

// day goes on to the beginning of the next day that the entry lets through, the nearer one of what the two fields for days ask for.
func (c *cron) day(t time.Time) time.Time {
	const never = 1 << 30
	byWeekday, byDay := never, never
	if f := &c[weekdayField]; !f.has(int(t.Weekday())) {
		byWeekday = f.wait(int(t.Weekday()), f.cycle)
	}
	if f := &c[dayField]; !f.has(t.Day()) {
		byDay = f.wait(t.Day(), lengthOfMonth(t))
	}
	if days := min(byWeekday, byDay); days != never {
		return midnight(t, t.Month(), t.Day()+days)
	}
	return t
}

// month goes on to the beginning of the next month that the entry lets through.
func (c *cron) month(t time.Time) time.Time {
	if f := &c[monthField]; !f.has(int(t.Month())) {
		return midnight(t, t.Month()+time.Month(f.wait(int(t.Month()), f.cycle)), 1)
	}
	return t
}

// midnight returns a day's beginning, with t's fraction of a second.
func midnight(t time.Time, month time.Month, day int) time.Time {
	return time.Date(t.Year(), month, day, 0, 0, 0, t.Nanosecond(), t.Location())
}

// lengthOfMonth returns the number of days in t's month.
func lengthOfMonth(t time.Time) int { return midnight(t, t.Month()+1, 0).Day() }
