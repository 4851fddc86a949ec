package virtual

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"sync"

	"goactivemq/activemq/message"
	"goactivemq/activemq/selector"
)

// SelectorCache remembers the selectors of consumers that are gone, so that a selector-aware virtual topic keeps messages for them as well. A nil
// one remembers nothing. It is safe for concurrent use.
//
// Its file is JSON: {"queue://A": ["color = 'red'"]}. The original serializes Java objects there; such a file is left alone.
type SelectorCache struct {
	single          bool
	ignoreWildcards bool

	mu        sync.Mutex
	selectors map[message.Destination][]*selector.Selector
	changed   bool
}

// everything is the selector that stands for a consumer without one.
const everything = "TRUE"

// NewSelectorCache makes an empty one. With single, a destination has one selector beside that of consumers without any: the last. With
// ignoreWildcards, selectors that hold a LIKE with wildcards are not remembered.
func NewSelectorCache(single, ignoreWildcards bool) *SelectorCache {
	return &SelectorCache{single: single, ignoreWildcards: ignoreWildcards, selectors: map[message.Destination][]*selector.Selector{}}
}

// like finds the patterns of LIKE with what escapes wildcards in them.
var like = regexp.MustCompile(`(?i)\bLIKE\s+'((?:[^']|'')+)'(?:\s+ESCAPE\s+'(.)')?`)

// hasWildcards tells whether a selector holds a LIKE with wildcards.
func hasWildcards(text string) bool {
	for _, found := range like.FindAllStringSubmatch(text, -1) {
		escaped := false
		for _, r := range found[1] {
			if (r == '%' || r == '_') && !escaped {
				return true
			}
			escaped = !escaped && found[2] != "" && string(r) == found[2]
		}
	}
	return false
}

// Add remembers a consumer's selector, "" for none.
func (c *SelectorCache) Add(d message.Destination, text string) {
	if text == "" {
		text = everything
	}
	if c == nil || d.IsTemporary() || d.IsAdvisory() || c.ignoreWildcards && hasWildcards(text) {
		return
	}
	s, err := selector.Parse(text)
	if err != nil {
		return // the consumer was refused for it
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.single && text != everything {
		c.selectors[d] = slices.DeleteFunc(c.selectors[d], func(other *selector.Selector) bool { return other.String() != everything })
	}
	if !slices.ContainsFunc(c.selectors[d], s.Equal) {
		c.selectors[d] = append(c.selectors[d], s)
		c.changed = true
	}
}

// Remove notes that a consumer has gone. Where a destination has a single selector, one without any is not remembered then.
func (c *SelectorCache) Remove(d message.Destination, text string) {
	if c == nil || !c.single || text != "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.selectors[d]) > 1 {
		c.selectors[d] = slices.DeleteFunc(c.selectors[d], func(other *selector.Selector) bool { return other.String() == everything })
		c.changed = true
	}
}

// Matches tells whether a selector that is remembered for a destination lets a message through.
func (c *SelectorCache) Matches(d message.Destination, m selector.Message) bool {
	if c == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.selectors[d], func(s *selector.Selector) bool { return s.Matches(m) })
}

// Load reads what Save has written. A file that is not there is no error.
func (c *SelectorCache) Load(path string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var all map[string][]string
	if err := json.Unmarshal(text, &all); err != nil {
		return fmt.Errorf("selector cache %s is not readable and starts empty: %w", path, err)
	}
	for name, texts := range all {
		for _, t := range texts {
			c.Add(message.ParseDestination(name, message.Queue), t)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changed = false
	return nil
}

// Save writes the selectors when they have changed since the last time. The file is replaced at once.
func (c *SelectorCache) Save(path string) error {
	text := c.take()
	if text == nil {
		return nil
	}
	next := path + ".new"
	if err := os.WriteFile(next, text, 0o644); err != nil {
		return err
	}
	return os.Rename(next, path)
}

// take returns the selectors as the file has them, nil when they have not changed.
func (c *SelectorCache) take() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.changed {
		return nil
	}
	all := map[string][]string{}
	for d, selectors := range c.selectors {
		for _, s := range selectors {
			all[d.String()] = append(all[d.String()], s.String())
		}
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return nil // there is nothing in strings that JSON could not hold
	}
	c.changed = false
	return text
}
