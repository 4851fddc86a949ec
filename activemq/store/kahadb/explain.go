package kahadb

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// FileUse is a journal file and what keeps it. Without a keeper the next cleanup removes it.
type FileUse struct {
	Name    string
	Bytes   int64
	Keepers []Keeper
}

// Keeper is one reason why a journal file is needed.
type Keeper struct {
	Destination  message.Destination // whose messages are in the file; zero: see Reason
	Subscription string              // the durable subscription that has them pending, client:name
	Messages     int
	Bytes        int64
	Since        time.Time // when the oldest of the messages came; zero where that is not known

	Reason string // where it is not about messages
}

// Explain lists the journal's files in order. It reads one message for each keeper, to tell since when it is one.
func (s *Store) Explain() ([]FileUse, error) {
	s.mu.Lock()
	kept, err := s.keepers()
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	var uses []FileUse
	for _, n := range s.files.numbers() {
		u := FileUse{Name: fileName(n), Bytes: s.files.sizeOf(n)}
		for _, k := range kept[n] {
			if k.oldest.position != 0 {
				k.Since = s.arrival(k.oldest)
			}
			u.Keepers = append(u.Keepers, k.Keeper)
		}
		uses = append(uses, u)
	}
	return uses, nil
}

// keeping is a keeper and the entry of its first message.
type keeping struct {
	Keeper
	oldest entry
}

// keepers gathers what keeps the files. The reasons are those of idleFiles.
func (s *Store) keepers() (map[int32][]*keeping, error) {
	kept := map[int32][]*keeping{}
	for _, l := range s.sortedLogs() {
		if err := l.keepers(kept); err != nil {
			return nil, err
		}
	}
	because := func(n int32, format string, args ...any) {
		kept[n] = append(kept[n], &keeping{Keeper: Keeper{Reason: fmt.Sprintf(format, args...)}})
	}
	because(s.end.file(), "new records go here")
	for t := range s.transactions {
		for n := t.first.file(); n <= t.last.file(); n++ {
			because(n, "transaction %v, which is not ended", t.id)
		}
	}
	for a := range s.loose {
		because(a.position.file(), "a message for %v that is being stored", a.log.destination)
	}
	for _, l := range s.sortedLogs() {
		for _, sub := range l.subscriptions {
			because(sub.position().file(), "the record of the durable subscription %s of %v", sub.key, l.destination)
		}
	}
	s.keptByOthers(s.acks, kept, because, "acknowledgements of messages in %s, which is kept")
	s.keptByOthers(s.guards, kept, because, "updates, outcomes of transactions or removals of what is in %s, which is kept")
	return kept, nil
}

// keptByOthers notes the files that must outlive others, to the last in the chain.
func (s *Store) keptByOthers(g guards, kept map[int32][]*keeping, because func(int32, string, ...any), format string) {
	told := map[[2]int32]bool{}
	for more := true; more; {
		more = false
		for _, n := range slices.Sorted(maps.Keys(g)) {
			for _, other := range slices.Sorted(maps.Keys(g[n])) {
				if pair := [2]int32{n, other}; !told[pair] && len(kept[other]) > 0 && s.files.has(other) {
					told[pair], more = true, true
					because(n, format, fileName(other))
				}
			}
		}
	}
}

func (s *Store) sortedLogs() []*log {
	return slices.SortedFunc(maps.Values(s.logs), func(a, b *log) int {
		return cmp.Compare(a.destination.String(), b.destination.String())
	})
}

// keepers counts the messages of a destination by file, for a topic those that each subscription has pending.
func (l *log) keepers(kept map[int32][]*keeping) error {
	type holder struct {
		file int32
		key  string
	}
	found := map[holder]*keeping{}
	count := func(e *entry, key string) {
		h := holder{e.position.file(), key}
		k := found[h]
		if k == nil {
			k = &keeping{Keeper: Keeper{Destination: l.destination, Subscription: key}, oldest: *e}
			found[h] = k
			kept[h.file] = append(kept[h.file], k)
		}
		k.Messages++
		k.Bytes += int64(e.length)
	}
	return l.each(0, func(sequence int64, e *entry) (bool, error) {
		if l.destination.IsQueue() {
			count(e, "")
		}
		for _, sub := range l.subscriptions {
			if sub.needs(sequence) {
				count(e, sub.key)
			}
		}
		return true, nil
	})
}

// arrival returns when a message came to a broker, as far as the message can be read.
func (s *Store) arrival(e entry) time.Time {
	b := make([]byte, e.length)
	if err := s.files.read(b, e.position); err != nil {
		return time.Time{}
	}
	m, _, err := s.decode(b, e.position, e.hash)
	switch {
	case err != nil:
		return time.Time{}
	case m.BrokerIn > 0:
		return time.UnixMilli(m.BrokerIn)
	case m.Timestamp > 0:
		return time.UnixMilli(m.Timestamp)
	}
	return time.Time{}
}

// Damage is a part of a journal file that is not as it was written.
type Damage struct {
	store.Corruption
	Bytes int64
	Tail  bool // nothing follows: what a crash during a write leaves, which is cut off
}

// Verify walks all files of a journal and returns what is damaged. It takes no lock and changes nothing.
func Verify(o Options) ([]Damage, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	f, err := listFiles(o.FS, o.Directory)
	if err != nil {
		return nil, err
	}
	d := directory{options: o, fs: o.FS, files: f}
	var all []Damage
	numbers := f.numbers()
	for i, n := range numbers {
		v, err := d.verify(n)
		if err != nil {
			return all, err
		}
		for _, b := range v.bad {
			all = append(all, Damage{store.Corruption{File: f.path(n), Offset: b.from, Reason: "a batch is damaged, and good ones follow"}, b.to - b.from + 1, false})
		}
		if v.torn {
			tail := i == len(numbers)-1
			all = append(all, Damage{store.Corruption{File: f.path(n), Offset: v.end, Reason: "a batch is damaged, and nothing follows"}, v.size - v.end, tail})
		}
	}
	return all, f.close()
}
