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
	w := tabwriter.NewWriter(to, 0, 8, 3, ' ', 0)
	fmt.Fprintf(w, "%s: %s, %s\n\n", directory, plural(len(uses), "journal file"), bytesText(sum))
	for _, u := range uses {
		if len(u.Keepers) == 0 {
			fmt.Fprintf(w, "  %s\t%s\tnothing needs it: it goes when the broker cleans up\n", u.Name, bytesText(u.Bytes))
			continue
		}
		fmt.Fprintf(w, "  %s\t%s\tis kept for\n", u.Name, bytesText(u.Bytes))
		for _, k := range u.Keepers {
			fmt.Fprintf(w, "    %s\n", keeperText(k))
		}
	}
	return w.Flush()
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
