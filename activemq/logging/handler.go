package logging

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// handler turns slog's records into events and gives them to the targets of its logger. It is never changed: With
// copies it. Attributes of With become text once, not for each record.
type handler struct {
	log    *Log
	logger *logger
	thread string
	prefix string // open groups, "a.b."
	suffix string // attributes of With, already as text: " key=value key=value"
	stack  string
}

// event is a record with all that a layout may show.
type event struct {
	slog.Record
	logger string
	thread string
	text   string // message and attributes, on one line
	stack  string
}

func (h *handler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= h.logger.route.Load().level
}

func (h *handler) Handle(_ context.Context, r slog.Record) error {
	e := event{Record: r, thread: h.thread, stack: h.stack}
	to := h.logger
	var text strings.Builder
	writeEscaped(&text, r.Message)
	text.WriteString(h.suffix)
	r.Attrs(func(a slog.Attr) bool {
		switch {
		case h.prefix != "":
			writeAttr(&text, h.prefix, a)
		case a.Key == LoggerKey:
			to = h.log.logger(a.Value.String())
		case a.Key == ThreadKey:
			e.thread = oneLine(a.Value.String())
		case a.Key == StackKey:
			e.stack = a.Value.String()
		default:
			writeAttr(&text, "", a)
		}
		return true
	})
	e.text, e.logger = text.String(), to.name
	for _, t := range to.route.Load().targets {
		if r.Level >= t.threshold {
			t.append(&e)
		}
	}
	return nil
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(attrs) == 0 {
		return h
	}
	with := *h
	var text strings.Builder
	for _, a := range attrs {
		switch {
		case h.prefix != "":
			writeAttr(&text, h.prefix, a)
		case a.Key == LoggerKey:
			with.logger = h.log.logger(a.Value.String())
		case a.Key == ThreadKey:
			with.thread = oneLine(a.Value.String())
		case a.Key == StackKey:
			with.stack = a.Value.String()
		default:
			writeAttr(&text, "", a)
		}
	}
	with.suffix += text.String()
	return &with
}

func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	with := *h
	with.prefix += name + "."
	return &with
}

// writeAttr writes " key=value"; a group becomes one pair for each member.
func writeAttr(text *strings.Builder, prefix string, a slog.Attr) {
	value := a.Value.Resolve()
	if value.Kind() == slog.KindGroup {
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, member := range value.Group() {
			writeAttr(text, prefix, member)
		}
		return
	}
	if a.Equal(slog.Attr{}) {
		return
	}
	text.WriteByte(' ')
	writeEscaped(text, prefix)
	writeEscaped(text, a.Key)
	text.WriteByte('=')
	shown := value.String()
	if shown == "" || strings.ContainsFunc(shown, mustQuote) {
		shown = strconv.Quote(shown)
	}
	text.WriteString(shown)
}

func mustQuote(r rune) bool { return r == '"' || r == '=' || unicode.IsSpace(r) || !unicode.IsPrint(r) }

// writeEscaped writes text so that it stays on its line: names and messages may come from a client, which must not be
// able to forge lines or to drive a terminal.
func writeEscaped(text *strings.Builder, s string) {
	if !strings.ContainsFunc(s, isControl) {
		text.WriteString(s)
		return
	}
	for _, r := range s {
		if !isControl(r) {
			text.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRune(r)
		text.WriteString(quoted[1 : len(quoted)-1])
	}
}

func oneLine(s string) string {
	var text strings.Builder
	writeEscaped(&text, s)
	return text.String()
}

func isControl(r rune) bool {
	return r != '\t' && unicode.IsControl(r) || r == utf8.RuneError || r == '\u2028' || r == '\u2029'
}

// output is an opened appender: a layout and what it writes to, one record at a time.
type output struct {
	layout    layout
	threshold slog.Level

	mu     sync.Mutex
	buffer []byte
	sink   sink
	broken bool // the last write failed, and that was reported
}

// sink takes finished lines, one call at a time. It decides by the event's time, not by a clock. It must not keep the
// line.
type sink interface {
	write(e *event, line []byte) error
	close() error
}

// append writes an event. A failure is reported once until a write succeeds again: the log must not stop the broker.
func (o *output) append(e *event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sink == nil {
		return
	}
	o.buffer = o.layout.format(o.buffer[:0], e)
	err := o.sink.write(e, o.buffer)
	if err != nil && !o.broken {
		complain("%v", err)
	}
	o.broken = err != nil
	if cap(o.buffer) > 64<<10 { // one long stack should not stay in memory for ever
		o.buffer = nil
	}
}

func (o *output) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sink == nil {
		return nil
	}
	err := o.sink.close()
	o.sink = nil
	return err
}
