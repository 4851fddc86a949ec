package wire

import (
	"encoding/binary"

	"goactivemq/activemq/message"
)

const (
	// Versions 1 and 10 cut the message of an exception, as the original's writers of those versions do.
	cutFrom = 1024
	cutTo   = 1021

	// stackFrameMin is the least number of bytes of a stack frame if tight, its line.
	stackFrameMin = 4
)

// throwable walks an exception. Its class is text and nothing else: it names no Go type and is never looked up.
func throwable(w *walker, v **message.Throwable) {
	switch {
	case w.mode.reads():
		*v = w.readThrowable()
	case w.mode == visiting:
		w.visit("throwable", "", v)
	default:
		w.writeThrowable(*v)
	}
}

func (w *walker) readThrowable() *message.Throwable {
	if !w.present(false) {
		return nil
	}
	t := &message.Throwable{}
	w.text(&t.Class)
	w.text(&t.Message)
	if !w.stackTrace {
		return t
	}
	n := int(int16(w.readUint16()))
	if n < 0 || n > (len(w.in)-w.at)/stackFrameMin {
		w.fail("stack trace of %d, %d bytes left", n, len(w.in)-w.at)
	}
	if w.err == nil && n > 0 {
		t.Stack = make([]message.StackFrame, n)
	}
	w.walkStack(t.Stack)
	if w.enter() {
		t.Cause = w.readThrowable()
	}
	w.leave()
	return t
}

// writeThrowable writes t. Its texts are cut to what the peer can read: exceptions should arrive, whatever they say.
func (w *walker) writeThrowable(t *message.Throwable) {
	if !w.present(t != nil) {
		return
	}
	w.writeCut(t.Class)
	text := t.Message
	if (w.version == 1 || w.version == 10) && message.SizeUTF16(text.String()) > cutFrom {
		text = message.T(message.CutUTF16(text.String(), cutTo) + "...")
	}
	w.writeCut(text)
	if !w.stackTrace {
		return
	}
	stack := t.Stack[:min(len(t.Stack), arrayMax)]
	w.out = binary.BigEndian.AppendUint16(w.out, uint16(len(stack)))
	w.walkStack(stack)
	if w.enter() {
		w.writeThrowable(t.Cause)
	}
	w.leave()
}

// writeCut writes a text, its beginning where it is too long.
func (w *walker) writeCut(t message.Text) {
	s := t.String()
	if len(s) > tightStringMax/3 { // a third, for a byte that is no text becomes three
		s = message.CutMUTF8(s, tightStringMax)
	}
	w.writeString(s, !t.IsNull())
}

// walkStack walks the frames of a stack trace behind their count.
func (w *walker) walkStack(stack []message.StackFrame) {
	for i := range stack {
		f := &stack[i]
		w.text(&f.Class)
		w.text(&f.Method)
		w.text(&f.File)
		w.int32(&f.Line)
		if w.err != nil {
			return
		}
	}
}
