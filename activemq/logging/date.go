package logging

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// namedDates are the formats that log4j has names for.
var namedDates = map[string]string{
	"":                  "yyyy-MM-dd HH:mm:ss,SSS",
	"DEFAULT":           "yyyy-MM-dd HH:mm:ss,SSS",
	"DEFAULT_MICROS":    "yyyy-MM-dd HH:mm:ss,SSSSSS",
	"DEFAULT_NANOS":     "yyyy-MM-dd HH:mm:ss,SSSSSSSSS",
	"DEFAULT_PERIOD":    "yyyy-MM-dd HH:mm:ss.SSS",
	"ISO8601":           "yyyy-MM-dd'T'HH:mm:ss,SSS",
	"ISO8601_BASIC":     "yyyyMMdd'T'HHmmss,SSS",
	"ISO8601_PERIOD":    "yyyy-MM-dd'T'HH:mm:ss.SSS",
	"ABSOLUTE":          "HH:mm:ss,SSS",
	"ABSOLUTE_PERIOD":   "HH:mm:ss.SSS",
	"COMPACT":           "yyyyMMddHHmmssSSS",
	"DATE":              "dd MMM yyyy HH:mm:ss,SSS",
	"DATE_PERIOD":       "dd MMM yyyy HH:mm:ss.SSS",
	"US_MONTH_DAY_YEAR": "MM/dd/yyyy",
}

// dateFormat appends a time. Go's own layouts cannot say all that Java's letters can (day of the year, a comma before any
// number of digits), hence fields.
type dateFormat func(line []byte, t time.Time) []byte

// compileDate compiles a format: a name, or letters as in Java's SimpleDateFormat. Without a zone, times are local.
// With an error it returns the default format.
func compileDate(pattern, zone string) (dateFormat, error) {
	location := time.Local
	if zone != "" {
		named, err := time.LoadLocation(zone)
		if err != nil {
			format, _ := compileDate(pattern, "")
			return format, fmt.Errorf("unknown time zone %q", zone)
		}
		location = named
	}
	switch pattern {
	case "UNIX":
		return func(line []byte, t time.Time) []byte { return strconv.AppendInt(line, t.Unix(), 10) }, nil
	case "UNIX_MILLIS":
		return func(line []byte, t time.Time) []byte { return strconv.AppendInt(line, t.UnixMilli(), 10) }, nil
	}
	if named, ok := namedDates[pattern]; ok {
		pattern = named
	}
	var fields []dateFormat
	for rest := pattern; rest != ""; {
		field, length, err := dateField(rest)
		if err != nil {
			format, _ := compileDate("", zone)
			return format, fmt.Errorf("date format %q: %w", pattern, err)
		}
		fields = append(fields, field)
		rest = rest[length:]
	}
	return func(line []byte, t time.Time) []byte {
		t = t.In(location)
		for _, field := range fields {
			line = field(line, t)
		}
		return line
	}, nil
}

// dateField compiles the first field of a pattern and returns how many bytes of the pattern it is.
func dateField(pattern string) (dateFormat, int, error) {
	letter := pattern[0]
	if letter == '\'' {
		return quotedField(pattern)
	}
	if !isLetter(letter) {
		return literalField(pattern[:1]), 1, nil
	}
	count := 1
	for count < len(pattern) && pattern[count] == letter {
		count++
	}
	number := func(of func(t time.Time) int) dateFormat {
		return func(line []byte, t time.Time) []byte { return fmt.Appendf(line, "%0*d", count, of(t)) }
	}
	layout := func(short, long string) dateFormat {
		if count > 3 {
			short = long
		}
		return func(line []byte, t time.Time) []byte { return t.AppendFormat(line, short) }
	}
	switch letter {
	case 'y', 'u':
		if count == 2 {
			return number(func(t time.Time) int { return t.Year() % 100 }), count, nil
		}
		return number(time.Time.Year), count, nil
	case 'M', 'L':
		if count > 2 {
			return layout("Jan", "January"), count, nil
		}
		return number(func(t time.Time) int { return int(t.Month()) }), count, nil
	case 'd':
		return number(time.Time.Day), count, nil
	case 'D':
		return number(time.Time.YearDay), count, nil
	case 'H':
		return number(time.Time.Hour), count, nil
	case 'h':
		return number(func(t time.Time) int { return (t.Hour()+11)%12 + 1 }), count, nil
	case 'm':
		return number(time.Time.Minute), count, nil
	case 's':
		return number(time.Time.Second), count, nil
	case 'S', 'n':
		return fractionField(count), count, nil
	case 'E':
		return layout("Mon", "Monday"), count, nil
	case 'a':
		return layout("PM", "PM"), count, nil
	case 'z':
		return layout("MST", "MST"), count, nil
	case 'Z':
		return layout("-0700", "-0700"), count, nil
	case 'X':
		return layout([]string{"Z07", "Z0700", "Z07:00"}[min(count, 3)-1], "Z07:00"), count, nil
	}
	return nil, 0, fmt.Errorf("letter %q is not known", string(letter))
}

func literalField(text string) dateFormat {
	return func(line []byte, _ time.Time) []byte { return append(line, text...) }
}

// quotedField compiles text in quotes; two quotes are one.
func quotedField(pattern string) (dateFormat, int, error) {
	if strings.HasPrefix(pattern, "''") {
		return literalField("'"), 2, nil
	}
	end := strings.IndexByte(pattern[1:], '\'')
	if end < 0 {
		return nil, 0, fmt.Errorf("quote is not closed")
	}
	return literalField(pattern[1 : 1+end]), end + 2, nil
}

// fractionField appends the first digits of the second's fraction.
func fractionField(digits int) dateFormat {
	return func(line []byte, t time.Time) []byte {
		nanos := fmt.Sprintf("%09d", t.Nanosecond())
		return append(line, nanos[:min(digits, 9)]...)
	}
}
