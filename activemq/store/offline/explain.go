package offline

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"goactivemq/activemq/store/kahadb"
)

// Explain writes the files of a journal, and what keeps each of them:
//
//	/data/kahadb: 3 journal files, 96.0 MB
//
//	  db-1.log  32.0 MB  is kept for
//	    queue://ORDERS                    2 messages   1.1 kB   since 2026-11-20 10:11:12
//	    topic://NEWS for client:name      7 messages   9.0 kB   since 2026-11-20 12:00:00
//	  db-2.log  32.0 MB  is kept for
//	    acknowledgements of messages in db-1.log, which is kept
//	  db-3.log  32.0 MB  is kept for
//	    new records go here
func Explain(to io.Writer, directory string, uses []kahadb.FileUse) error {
	var sum int64
	for _, u := range uses {
		sum += u.Bytes
	}
	if _, err := fmt.Fprintf(to, "%s: %s, %s\n\n", directory, plural(len(uses), "journal file"), bytesText(sum)); err != nil {
		return err
	}
	for _, u := range uses {
		state := "is kept for"
		if len(u.Keepers) == 0 {
			state = "nothing needs it: it goes when the broker cleans up"
		}
		if _, err := fmt.Fprintf(to, "  %-12s %8s  %s\n", u.Name, bytesText(u.Bytes), state); err != nil {
			return err
		}
		w := tabwriter.NewWriter(to, 0, 8, 3, ' ', 0)
		for _, k := range u.Keepers {
			fmt.Fprintf(w, "    %s\n", keeperText(k))
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(to)
	return err
}

// keeperText is a line, with tabs between its columns.
func keeperText(k kahadb.Keeper) string {
	if k.Reason != "" {
		return k.Reason
	}
	who := k.Destination.String()
	if k.Subscription != "" {
		who += " for " + k.Subscription
	}
	since := ""
	if !k.Since.IsZero() {
		since = "since " + k.Since.Format(time.DateTime)
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s", who, plural(k.Messages, "message"), bytesText(k.Bytes), since)
}
