package logging

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// rolling says when a log file is put aside and under which name.
//
// log4j 1 (activemq.log.1 is the newest; a file is put aside as soon as it is full) and log4j 2 (activemq.log.1 is the
// oldest; a file is put aside when the next line finds it full) differ, and both are kept as they are: what collects
// the files was written for one of them.
type rolling struct {
	path    string
	pattern string // name of a file put aside: %i its number, %d{…} its time; empty: never put aside
	append  bool   // go on with the file that is there
	sizeMax int64  // bytes; 0: no limit
	backups int    // how many numbers are used

	newestLast bool // numbers grow with time; full, the lowest goes and the rest moves down
	unbounded  bool // numbers grow for ever
	fillFirst  bool // put aside after the line that fills it
	atStart    bool // put aside what is there when the log is opened
	timed      bool // put aside when the time in pattern changes; without it, that names only
}

// rollingFile is an open log file. Its caller sees to it that one line is written at a time.
type rollingFile struct {
	rolling
	name nameFormat

	file    *os.File
	size    int64
	period  string    // what %d makes of the time of the lines in the file
	checked time.Time // when period was compared last, to the second
	crashes bool

	compressing sync.WaitGroup
}

// openRolling opens the file, with its directory where that is missing.
func openRolling(r rolling) (*rollingFile, error) {
	f := &rollingFile{rolling: r, name: compileName(r.pattern)}
	if err := os.MkdirAll(filepath.Dir(r.path), 0o755); err != nil {
		return nil, fmt.Errorf("log file: %w", err)
	}
	if r.atStart {
		if info, err := os.Stat(r.path); err == nil && info.Size() > 0 {
			f.period = f.name.time(info.ModTime())
			if err := f.putAside(); err != nil {
				complain("%v", err)
			}
		}
	}
	if err := f.open(r.append); err != nil {
		return nil, fmt.Errorf("log file: %w", err)
	}
	return f, nil
}

func (f *rollingFile) open(keep bool) error {
	mode := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if !keep {
		mode |= os.O_TRUNC
	}
	file, err := os.OpenFile(f.path, mode, 0o644)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	f.file, f.size, f.period = file, info.Size(), ""
	if f.size > 0 {
		f.period = f.name.time(info.ModTime())
	}
	if f.crashes {
		f.catchCrashes()
	}
	return nil
}

// catchCrashes makes the runtime write the stacks of a dying process into this file too: a daemon's standard error is
// /dev/null.
func (f *rollingFile) catchCrashes() {
	f.crashes = true
	if err := debug.SetCrashOutput(f.file, debug.CrashOptions{}); err != nil {
		complain("%s: stacks of a crash will not be logged: %v", f.path, err)
	}
}

func (f *rollingFile) write(e *event, line []byte) error {
	if f.due(e.Time) {
		if err := f.roll(); err != nil {
			return err
		}
	}
	if f.file == nil { // an earlier roll could not open it
		if err := f.open(true); err != nil {
			return err
		}
	}
	if f.period == "" {
		f.period = f.name.time(e.Time)
	}
	n, err := f.file.Write(line)
	f.size += int64(n)
	if err == nil && f.fillFirst && f.sizeMax > 0 && f.size >= f.sizeMax {
		err = f.roll()
	}
	return err
}

// due tells whether the file is to be put aside before a line of this time.
func (f *rollingFile) due(now time.Time) bool {
	if !f.fillFirst && f.sizeMax > 0 && f.size > f.sizeMax {
		return true
	}
	if !f.timed || !f.name.timed || f.size == 0 || now.Unix() == f.checked.Unix() {
		return false
	}
	f.checked = now
	return f.name.time(now) != f.period
}

// roll puts the file aside and opens a new one. If the old one cannot be put aside, it is gone on with until it has
// grown by as much again.
func (f *rollingFile) roll() error {
	if f.pattern == "" {
		f.size = 0
		return nil
	}
	closed := f.file.Close()
	f.file = nil
	aside := f.putAside()
	if err := f.open(true); err != nil {
		return errors.Join(closed, aside, err)
	}
	if aside != nil {
		f.size = 0
		complain("%v", aside)
	}
	return closed
}

// putAside renames the file by the pattern and makes room for it.
func (f *rollingFile) putAside() error {
	f.compressing.Wait() // until then the last one's number does not show as taken
	target := f.name.format(f.period, 0)
	if f.name.numbered {
		number, err := f.makeRoom()
		if err != nil {
			return err
		}
		if number == 0 {
			return os.Remove(f.path)
		}
		target = f.name.format(f.period, number)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	if !strings.HasSuffix(target, ".gz") {
		return os.Rename(f.path, target)
	}
	// Renaming is quick; compressing is not, and happens beside the logging.
	plain := strings.TrimSuffix(target, ".gz")
	if err := os.Rename(f.path, plain); err != nil {
		return err
	}
	f.compressing.Go(func() {
		if err := compress(plain, target); err != nil {
			complain("%v", err)
		}
	})
	return nil
}

// makeRoom returns the number for the next file put aside, 0 when none is to be kept. It deletes and renames the ones
// that are there as the strategy says.
func (f *rollingFile) makeRoom() (int, error) {
	if f.backups == 0 {
		return 0, nil
	}
	numbers, err := f.name.numbers(f.period)
	if err != nil {
		return 0, err
	}
	if !f.newestLast {
		return 1, f.shiftUp(numbers)
	}
	newest := 0
	if len(numbers) > 0 {
		newest = numbers[len(numbers)-1]
	}
	if f.unbounded || len(numbers) < f.backups && newest < f.backups {
		return newest + 1, nil
	}
	if excess := len(numbers) - f.backups + 1; excess > 0 {
		for _, number := range numbers[:excess] {
			if err := os.Remove(f.name.format(f.period, number)); err != nil {
				return 0, err
			}
		}
		numbers = numbers[excess:]
	}
	for i, number := range numbers { // close the gaps: 1, 2, …
		if err := f.renumber(number, i+1); err != nil {
			return 0, err
		}
	}
	return len(numbers) + 1, nil
}

// shiftUp frees number 1: each file moves up by one, the last goes.
func (f *rollingFile) shiftUp(numbers []int) error {
	for _, number := range slices.Backward(numbers) {
		if number >= f.backups {
			if err := os.Remove(f.name.format(f.period, number)); err != nil {
				return err
			}
			continue
		}
		if err := f.renumber(number, number+1); err != nil {
			return err
		}
	}
	return nil
}

func (f *rollingFile) renumber(from, to int) error {
	if from == to {
		return nil
	}
	return os.Rename(f.name.format(f.period, from), f.name.format(f.period, to))
}

func (f *rollingFile) close() error {
	f.compressing.Wait()
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}

// compress writes a file anew in gzip's form and removes it.
func compress(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	zipped := gzip.NewWriter(out)
	_, err = io.Copy(zipped, in)
	if err = errors.Join(err, zipped.Close(), out.Close()); err != nil {
		return errors.Join(err, os.Remove(to))
	}
	return os.Remove(from)
}

// nameFormat makes the names of files put aside from a pattern like "activemq.log.%i" or "log.%d{yyyy-MM-dd}.%i.gz".
type nameFormat struct {
	parts    []string // text around %d and %i
	between  []byte   // what follows each part but the last: 'd', 'i' (once) or 0 for nothing
	date     dateFormat
	timed    bool
	numbered bool
}

func compileName(pattern string) nameFormat {
	var n nameFormat
	for {
		percent := strings.IndexByte(pattern, '%')
		if percent < 0 {
			break
		}
		c := parseConversion(pattern[percent+1:])
		letters := strings.TrimLeft(pattern[percent+1:], "0123456789")
		switch {
		case c.name == "d":
			if format, err := compileDate(c.option(0), c.option(1)); err == nil && n.date == nil {
				n.date = format
			}
			n.between = append(n.between, 'd')
			n.timed = true
		case strings.HasPrefix(letters, "i") && !n.numbered:
			c.length = len(pattern) - percent - 1 - len(letters) + 1
			n.between = append(n.between, 'i')
			n.numbered = true
		default: // no conversion, a percent sign
			n.between = append(n.between, 0)
			percent++
			c.length = -1
		}
		n.parts = append(n.parts, pattern[:percent])
		pattern = pattern[percent+1+c.length:]
	}
	n.parts = append(n.parts, pattern)
	if n.date == nil {
		n.date, _ = compileDate("yyyy-MM-dd", "")
	}
	return n
}

// time is what stands for a time in the names; "" when names have none.
func (n nameFormat) time(t time.Time) string {
	if !n.timed {
		return ""
	}
	return string(n.date(nil, t))
}

func (n nameFormat) format(period string, number int) string {
	before, after := n.split(period)
	if !n.numbered {
		return before
	}
	return before + strconv.Itoa(number) + after
}

// split returns the name before and after its number.
func (n nameFormat) split(period string) (before, after string) {
	var name strings.Builder
	for i, part := range n.parts {
		name.WriteString(part)
		switch {
		case i == len(n.between):
		case n.between[i] == 'd':
			name.WriteString(period)
		case n.between[i] == 'i':
			before = name.String()
			name.Reset()
		}
	}
	if !n.numbered {
		return name.String(), ""
	}
	return before, name.String()
}

// numbers lists the numbers in use with a period, in ascending order.
func (n nameFormat) numbers(period string) ([]int, error) {
	before, after := n.split(period)
	directory, first := filepath.Split(before)
	entries, err := os.ReadDir(filepath.Clean(directory))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var numbers []int
	for _, entry := range entries {
		digits, matches := strings.CutPrefix(entry.Name(), first)
		if matches {
			digits, matches = strings.CutSuffix(digits, after)
		}
		if number, err := strconv.Atoi(digits); matches && err == nil && number > 0 && strconv.Itoa(number) == digits {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}
