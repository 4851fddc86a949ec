package logging

import (
	"log/slog"
	"strings"
)

// log4j2 reads the syntax of log4j 2, used from release 5.17 on. IDs only tie the lines of one thing together:
//
//	rootLogger.level=LEVEL                 rootLogger.appenderRef.ID.ref=APPENDER, .level or a ThresholdFilter
//	logger.ID.name=NAME, .level, .additivity, .appenderRef.ID.ref
//	appender.ID.type=TYPE, .name, .fileName, .filePattern, .append, .layout.pattern, .policies.ID.…, .strategy.…
//	property.NAME=value                    rootLogger=LEVEL, APPENDER…    logger.ID=LEVEL, APPENDER…
func (s *source) log4j2() plan {
	c := plan{loggers: map[string]*rule{}, appenders: map[string]appender{}}
	for _, id := range s.ids("appender.") {
		name, a := s.log4j2Appender("appender." + id)
		c.appenders[name] = a
	}
	if r := s.log4j2Rule("rootLogger", c); r != nil {
		c.loggers[""] = r
	}
	for _, id := range s.ids("logger.") {
		name := s.expand(s.entries["logger."+id+".name"].value)
		if name == "" {
			s.warn(s.first("logger."+id), "logger %q has no name", id)
			continue
		}
		c.loggers[name] = s.log4j2Rule("logger."+id, c)
	}
	return c
}

// ids are the next parts of all keys with a prefix, in the file's order.
func (s *source) ids(prefix string) []string {
	var ids []string
	seen := map[string]bool{}
	for _, p := range s.sorted(prefix) {
		id, _, _ := strings.Cut(p.key, ".")
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// first is the first entry at or below a key.
func (s *source) first(key string) property {
	if all := s.sorted(key + "."); len(all) > 0 {
		return all[0]
	}
	return property{line: 1}
}

// log4j2Rule reads the logger at key; nil when there is nothing.
func (s *source) log4j2Rule(key string, c plan) *rule {
	entries := s.sorted(key + ".")
	short, isShort := s.entries[key]
	if len(entries) == 0 && !isShort {
		return nil
	}
	r := &rule{additive: true}
	if isShort { // from log4j 2.17 on: "rootLogger = INFO, Console"
		level, appenders, _ := strings.Cut(short.value, ",")
		if level = strings.TrimSpace(level); level != "" {
			r.level, r.leveled = s.level(property{value: level, line: short.line}, LevelInfo), true
		}
		for name := range strings.SplitSeq(appenders, ",") {
			if name = strings.TrimSpace(name); name != "" {
				s.refer(r, c, property{value: name, line: short.line}, LevelAll)
			}
		}
	}
	for _, p := range entries {
		switch p.key {
		case "level":
			r.level, r.leveled = s.level(p, LevelInfo), true
		case "additivity":
			r.additive = s.truth(p)
		}
	}
	for _, id := range s.ids(key + ".appenderRef.") {
		at := key + ".appenderRef." + id
		s.refer(r, c, s.entries[at+".ref"], s.threshold(at))
	}
	for _, id := range s.ids(key + ".appenderRefs.") {
		at := key + ".appenderRefs." + id
		s.refer(r, c, s.entries[at+".ref"], s.threshold(at))
	}
	return r
}

func (s *source) refer(r *rule, c plan, p property, threshold slog.Level) {
	name := s.expand(p.value)
	if _, ok := c.appenders[name]; !ok {
		s.warn(p, "there is no appender %q", name)
		return
	}
	r.refs = append(r.refs, reference{appender: name, threshold: threshold})
}

// threshold is the level below key, its own or that of a ThresholdFilter.
func (s *source) threshold(key string) slog.Level {
	threshold := LevelAll
	if p, ok := s.entries[key+".level"]; ok {
		threshold = s.level(p, LevelAll)
	}
	for _, id := range s.ids(key + ".filter.") {
		at := key + ".filter." + id
		if p, ok := s.entries[at+".level"]; ok && strings.EqualFold(s.entries[at+".type"].value, "ThresholdFilter") {
			threshold = max(threshold, s.level(p, LevelAll))
		}
	}
	return threshold
}

// log4j2Appender reads the appender at key and returns it with its name.
func (s *source) log4j2Appender(key string) (string, appender) {
	a := appender{threshold: s.threshold(key), pattern: "%m%n"} // log4j's own default pattern
	kind := s.entries[key+".type"]
	name := s.expand(s.entries[key+".name"].value)
	if name == "" {
		name = strings.TrimPrefix(key, "appender.")
	}
	switch strings.ToLower(kind.value) {
	case "console":
		a.kind = kindConsole
	case "file", "randomaccessfile", "memorymappedfile":
		a.kind, a.file = kindFile, rolling{append: true}
	case "rollingfile", "rollingrandomaccessfile":
		a.kind, a.file = kindFile, rolling{append: true, backups: 7, newestLast: true}
	case "null":
		a.kind = kindNone
	default:
		s.warn(s.first(key), "appender type %q is not served here", kind.value)
	}
	for _, p := range s.sorted(key + ".") {
		switch p.key {
		case "fileName":
			a.file.path = s.expand(p.value)
		case "filePattern":
			a.file.pattern = s.expand(p.value)
		case "append":
			a.file.append = s.truth(p)
		case "layout.pattern":
			a.pattern = p.value
		case "layout.type":
			if !strings.EqualFold(p.value, "PatternLayout") {
				s.warn(p, "layout %q is not served here; using the pattern of the stock file", p.value)
				a.pattern = filePattern
			}
		case "strategy.max":
			a.file.backups = s.count(p, a.file.backups)
		case "strategy.fileIndex":
			a.file.newestLast = !strings.EqualFold(p.value, "min")
			a.file.unbounded = strings.EqualFold(p.value, "nomax")
		}
	}
	s.policies(key, &a)
	if a.kind == kindFile && a.file.path == "" {
		s.warn(s.first(key), "appender %q names no file", name)
		a.kind = kindUnserved
	}
	return name, a
}

// policies reads what makes a file roll: a single policy, or several below "policies".
func (s *source) policies(key string, a *appender) {
	at := []string{key + ".policy"}
	for _, id := range s.ids(key + ".policies.") {
		if id != "type" {
			at = append(at, key+".policies."+id)
		}
	}
	for _, key := range at {
		kind, ok := s.entries[key+".type"]
		if !ok {
			continue
		}
		switch strings.ToLower(kind.value) {
		case "sizebasedtriggeringpolicy":
			a.file.sizeMax = 10 << 20 // log4j's own default
			if p, ok := s.entries[key+".size"]; ok {
				a.file.sizeMax = s.size(p, a.file.sizeMax)
			}
		case "timebasedtriggeringpolicy":
			a.file.timed = true
		case "onstartuptriggeringpolicy":
			a.file.atStart = true
		default:
			s.warn(kind, "policy %q is not served here", kind.value)
		}
	}
}
