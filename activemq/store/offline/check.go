package offline

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// ErrDamaged is returned by Check for a store of which something cannot be read.
var ErrDamaged = errors.New("the store is damaged, see above")

// Check reads everything in a store and writes what there is, and what cannot be read. It returns ErrDamaged where that is anything.
func Check(to io.Writer, s store.Store) error {
	w := tabwriter.NewWriter(to, 0, 8, 3, ' ', 0)
	damaged := false
	line := func(name string, p pager, want int) {
		n, size, err := read(p)
		state := "readable"
		if err != nil || n != want {
			damaged = true
			state = fmt.Sprintf("%d CANNOT BE READ", want-n)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", name, plural(want, "message"), bytesText(size), state)
		if err != nil {
			fmt.Fprintf(w, "    %v\n", err)
		}
	}
	for _, d := range sorted(s) {
		if err := checkDestination(s, d, line); err != nil {
			return err
		}
	}
	for _, p := range s.Prepared() {
		fmt.Fprintf(w, "  %v\tprepared\t%s, %s\n", p.ID, plural(len(p.Added), "message"), plural(len(p.Removed), "acknowledgement"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if damaged {
		return ErrDamaged
	}
	return nil
}

func checkDestination(s store.Store, d message.Destination, line func(string, pager, int)) error {
	if d.IsQueue() {
		q, err := s.OpenQueue(d)
		if err == nil {
			n, _ := q.Pending()
			line(d.String(), q, n)
		}
		return err
	}
	t, err := s.OpenTopic(d)
	if err == nil {
		for _, sub := range t.Subscriptions() {
			line(d.String()+" for "+sub.Info().Key(), sub, sub.Pending())
		}
	}
	return err
}

// read reads all messages, and returns how many could be, and their bytes.
func read(p pager) (n int, size int64, failed error) {
	c := cursor{pager: p}
	for {
		l, err := c.peek()
		failed = errors.Join(failed, err)
		if l == nil {
			return n, size, failed
		}
		n++
		size += int64(l.Entry.Length)
		c.next()
	}
}
