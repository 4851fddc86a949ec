package logging

import (
	"strings"
)

// log4j1 reads the syntax of log4j 1, used up to release 5.16:
//
//	log4j.rootLogger=LEVEL, APPENDER…      log4j.logger.NAME=LEVEL, APPENDER…      log4j.additivity.NAME=false
//	log4j.appender.ID=CLASS                log4j.appender.ID.property=value, the property's name in any case
func (s *source) log4j1() plan {
	c := plan{loggers: map[string]*rule{}, appenders: map[string]appender{}}
	root := []property{}
	for _, name := range []string{"rootCategory", "rootLogger"} {
		if p, ok := s.entries["log4j."+name]; ok {
			root = []property{{key: "", value: p.value, line: p.line}}
		}
	}
	for _, p := range append(append(root, s.sorted("log4j.category.")...), s.sorted("log4j.logger.")...) {
		c.loggers[p.key] = s.log4j1Rule(p)
	}
	for _, p := range s.sorted("log4j.additivity.") {
		if r := c.loggers[p.key]; r != nil {
			r.additive = s.truth(p)
		}
	}
	for _, p := range s.sorted("log4j.appender.") {
		if !strings.Contains(p.key, ".") {
			c.appenders[p.key] = s.log4j1Appender(p)
		}
	}
	return c
}

// log4j1Rule reads "LEVEL, APPENDER, APPENDER"; the level may be absent.
func (s *source) log4j1Rule(p property) *rule {
	r := &rule{additive: true}
	level, appenders, _ := strings.Cut(s.expand(p.value), ",")
	if level = strings.TrimSpace(level); level != "" && !strings.EqualFold(level, "INHERITED") && !strings.EqualFold(level, "NULL") {
		r.leveled = true
		r.level = s.level(property{value: level, line: p.line}, LevelInfo)
	}
	for name := range strings.SplitSeq(appenders, ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		if _, ok := s.entries["log4j.appender."+name]; !ok {
			s.warn(p, "there is no appender %q", name)
			continue
		}
		r.refs = append(r.refs, reference{appender: name, threshold: LevelAll})
	}
	return r
}

// fromLog4j1 turns a pattern into log4j 2's: there ISO8601 has a T between date and time where it was a blank, and a
// short stack has two lines where it was one.
var fromLog4j1 = strings.NewReplacer("{ISO8601}", "{DEFAULT}", "{short}", "{1}")

// log4j1Appender reads an appender; p is the entry that names its class.
func (s *source) log4j1Appender(p property) appender {
	a := appender{threshold: LevelAll, pattern: "%m%n"} // log4j's own default pattern
	switch class := s.expand(p.value); class[strings.LastIndexByte(class, '.')+1:] {
	case "ConsoleAppender":
		a.kind = kindConsole
	case "FileAppender":
		a.kind, a.file = kindFile, rolling{append: true}
	case "RollingFileAppender":
		a.kind, a.file = kindFile, rolling{append: true, sizeMax: 10 << 20, backups: 1, fillFirst: true}
	case "DailyRollingFileAppender":
		a.kind, a.file = kindFile, rolling{append: true, pattern: "%d{'.'yyyy-MM-dd}", timed: true}
	case "NullAppender":
		a.kind = kindNone
	default:
		s.warn(p, "appender class %q is not served here", class)
		return a
	}
	for _, option := range s.sorted("log4j.appender." + p.key + ".") {
		switch strings.ToLower(option.key) {
		case "file":
			a.file.path = s.expand(option.value)
		case "append":
			a.file.append = s.truth(option)
		case "maxfilesize":
			a.file.sizeMax = s.size(option, a.file.sizeMax)
		case "maxbackupindex":
			a.file.backups = s.count(option, a.file.backups)
		case "datepattern":
			a.file.pattern = "%d{" + s.expand(option.value) + "}"
		case "threshold":
			a.threshold = s.level(option, LevelAll)
		case "layout.conversionpattern":
			a.pattern = fromLog4j1.Replace(option.value)
		}
	}
	if a.kind == kindFile && a.file.path == "" {
		s.warn(p, "appender %q names no file", p.key)
		a.kind = kindUnserved
	}
	if a.file.sizeMax > 0 {
		a.file.pattern = ".%i"
	}
	a.file.pattern = a.file.path + a.file.pattern
	return a
}
