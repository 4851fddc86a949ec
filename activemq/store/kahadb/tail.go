package kahadb

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A journal that is opened is checked first: where its last file ends, and whether what is before that is as it was written.

// findEnd checks the last file with content, or all where the options say so, and returns the end of the journal, the damaged parts
// before it, and whether the rest of a torn write is behind it.
func (d *directory) findEnd() (end position, bad map[int32][]stretch, torn bool, err error) {
	numbers := d.files.numbers()
	bad = map[int32][]stretch{}
	for i, n := range slices.Backward(numbers) {
		if end != 0 && !d.options.CheckForCorruptJournalFiles {
			break
		}
		v, err := d.verify(n)
		if err != nil {
			return 0, nil, false, err
		}
		d.report(n, v)
		if len(v.bad) > 0 {
			bad[n] = v.bad
		}
		switch {
		case end != 0 && v.torn:
			bad[n] = append(bad[n], stretch{v.end, v.size - 1})
		case end == 0 && (v.end > 0 || v.torn || i == 0):
			// A file without content is one that was made just before the end, or ahead of time.
			end, torn = at(n, v.end), v.torn
		}
	}
	if d.options.CheckForCorruptJournalFiles && !d.options.IgnoreMissingJournalFiles && len(bad) > 0 {
		err = fmt.Errorf("corrupt journal files: %s", fileNames(bad))
	}
	return end, bad, torn, err
}

func (d *directory) verify(n int32) (verified, error) {
	file, err := d.files.acquire(n)
	if err != nil {
		return verified{}, err
	}
	v, err := verify(file)
	return v, errors.Join(err, d.files.release(file))
}

// report logs what is damaged.
func (d *directory) report(n int32, v verified) {
	for _, b := range v.bad {
		d.options.Log.Warn(fmt.Sprintf("Corrupt journal records found in '%s' between offsets: %d..%d", d.files.path(n), b.from, b.to))
	}
	if v.torn {
		d.options.Log.Warn(fmt.Sprintf("Corrupt journal records found in '%s' from offset: %d..%d to EOF", d.files.path(n), v.end, v.size))
	}
}

// fileNames lists files for a message.
func fileNames(files map[int32][]stretch) string {
	var names []string
	for n := range files {
		names = append(names, fileName(n))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// open makes the file at end the current one, and the next batch go there. A new journal begins with file 1. What is torn behind the end is cut
// off, and what is bad before it mended.
func (j *journal) open(end position, bad []stretch, torn bool) error {
	var err error
	if end == 0 {
		j.current, err = j.files.create(1, j.options.MaxFileLength, j.options.Preallocation)
		end = at(1, 0)
	} else {
		j.current, err = j.files.acquire(end.file())
	}
	if err != nil {
		return err
	}
	j.offset, j.end = end.offset(), end
	if torn {
		err = j.cut()
	}
	for _, b := range bad {
		err = errors.Join(err, j.mend(b))
	}
	return err
}

// cut takes away what a torn write left behind the end, so that no later reader finds old batches behind new ones.
func (j *journal) cut() error {
	f := j.current.file
	size, err := f.Size()
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(j.offset), f.Truncate(size), j.endMark(), f.Sync())
}

// mend makes a batch of a damaged part of the current file, so that the file can be read when it is not the last any more: one
// trace, whose text is what was there but for its first bytes.
func (j *journal) mend(bad stretch) error {
	b := make([]byte, bad.to-bad.from+1)
	f := j.current.file
	if _, err := f.ReadAt(b, bad.from); err != nil {
		return err
	}
	if !makeTrace(b) {
		return nil // too short for a batch, which no damaged one is
	}
	_, err := f.WriteAt(b, bad.from)
	return errors.Join(err, f.Sync())
}

// endMark ends the journal at the offset.
func (j *journal) endMark() error {
	_, err := j.current.file.WriteAt([]byte(endMark), j.offset)
	return err
}
