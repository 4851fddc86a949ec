package frame

import "strconv"

// AppendCommand begins a frame. Headers follow, and then AppendBody.
func AppendCommand(to []byte, command string) []byte {
	return append(append(to, command...), '\n')
}

// AppendHeader appends a header.
func AppendHeader[T string | []byte](to []byte, v Version, name string, value T) []byte {
	return append(AppendPart(append(AppendPart(to, v, name), ':'), v, value), '\n')
}

// AppendNumber appends a header whose value is a number.
func AppendNumber(to []byte, name string, n int64) []byte {
	to = append(append(to, name...), ':')
	return append(strconv.AppendInt(to, n, 10), '\n')
}

// AppendPart appends a header's name or value as the version wants it written. What has no written form and would
// end the header becomes a space: NUL, and in 1.0 a line end.
func AppendPart[T string | []byte](to []byte, v Version, part T) []byte {
	run := 0
	for i := range len(part) {
		written := escapes[v][part[i]]
		if written == "" {
			continue
		}
		to = append(append(to, part[run:i]...), written...)
		run = i + 1
	}
	return append(to, part[run:]...)
}

// escapes is how characters are written, by version; "" is as themselves.
var escapes = [...][256]string{
	V10: {'\n': " ", 0: " "},
	V11: {'\n': `\n`, ':': `\c`, '\\': `\\`, 0: " "},
	V12: {'\n': `\n`, ':': `\c`, '\\': `\\`, '\r': `\r`, 0: " "},
}

// AppendBody ends a frame with its headers written.
func AppendBody(to, body []byte) []byte {
	to = append(append(to, '\n'), body...)
	return append(to, 0, '\n')
}
