package packet

import "strings"

// ValidTopic tells whether a name can be published to: one character at least [MQTT-4.7.3-1], no wildcard [MQTT-3.3.2-2]. That it is valid
// text is known.
func ValidTopic(name []byte) bool {
	for _, b := range name {
		if b == '#' || b == '+' || b == 0 {
			return false
		}
	}
	return len(name) > 0
}

// ValidFilter tells whether a filter can be subscribed to: each wildcard is alone in its level [MQTT-4.7.1-3], and # the last of all
// [MQTT-4.7.1-2].
func ValidFilter(filter string) bool {
	if filter == "" || strings.IndexByte(filter, 0) >= 0 {
		return false
	}
	for filter != "" {
		level, rest, more := strings.Cut(filter, "/")
		switch {
		case level == "#":
			return !more
		case level != "+" && strings.ContainsAny(level, "#+"):
			return false
		}
		filter = rest
	}
	return true
}

// shared starts the filter of a shared subscription: $share/name/filter.
const shared = "$share/"

// SplitShared returns the group and the filter of a shared subscription; the group is "" for any other filter. ok is false where a name is not
// allowed [MQTT-4.8.2-1], [MQTT-4.8.2-2].
func SplitShared(filter string) (group, rest string, ok bool) {
	named, is := strings.CutPrefix(filter, shared)
	if !is {
		return "", filter, ValidFilter(filter)
	}
	group, rest, more := strings.Cut(named, "/")
	if !more || group == "" || strings.ContainsAny(group, "#+") {
		return "", "", false
	}
	return group, rest, ValidFilter(rest)
}

// Matches tells whether a filter covers a topic name. A wildcard in front does not cover names that start with $ [MQTT-4.7.2-1].
func Matches(filter, name string) bool {
	if strings.HasPrefix(name, "$") && (strings.HasPrefix(filter, "#") || strings.HasPrefix(filter, "+")) {
		return false
	}
	for {
		f, frest, fmore := strings.Cut(filter, "/")
		n, nrest, nmore := strings.Cut(name, "/")
		switch {
		case f == "#":
			return true
		case f != "+" && f != n:
			return false
		case !fmore && !nmore:
			return true
		case fmore && !nmore:
			return frest == "#" // which covers the level above it too
		case !fmore:
			return false
		}
		filter, name = frest, nrest
	}
}
