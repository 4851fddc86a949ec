package logging

import (
	"log/slog"
	"strings"
)

// Levels under the original's names. slog has four of them.
const (
	LevelAll   = slog.Level(-1 << 20)
	LevelTrace = slog.Level(-8)
	LevelDebug = slog.LevelDebug
	LevelInfo  = slog.LevelInfo
	LevelWarn  = slog.LevelWarn
	LevelError = slog.LevelError
	LevelFatal = slog.Level(12)
	LevelOff   = slog.Level(1 << 20)
)

var levels = []struct {
	level slog.Level
	name  string
}{
	{LevelAll, "ALL"}, {LevelTrace, "TRACE"}, {LevelDebug, "DEBUG"}, {LevelInfo, "INFO"},
	{LevelWarn, "WARN"}, {LevelError, "ERROR"}, {LevelFatal, "FATAL"}, {LevelOff, "OFF"},
}

// ParseLevel reads a level's name, in any case.
func ParseLevel(name string) (slog.Level, bool) {
	for _, l := range levels {
		if strings.EqualFold(strings.TrimSpace(name), l.name) {
			return l.level, true
		}
	}
	return LevelInfo, false
}

// LevelName is the name of the highest level that is not above l.
func LevelName(l slog.Level) string {
	name := levels[1].name
	for _, known := range levels[1 : len(levels)-1] {
		if known.level <= l {
			name = known.name
		}
	}
	switch {
	case l >= LevelOff:
		return "OFF"
	case l <= LevelAll:
		return "ALL"
	}
	return name
}
