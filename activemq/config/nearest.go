package config

import (
	"strings"
	"unicode/utf8"
)

// nearest returns the known name that needs the fewest changes to become name, or "" when even that one needs more than a
// third of its letters changed. Case counts for nothing: brokername is brokerName, spelt badly.
func nearest(name string, known []string) string {
	best, least := "", 0
	for _, k := range known {
		limit := max(1, utf8.RuneCountInString(k)/3)
		if d := editDistance(strings.ToLower(name), strings.ToLower(k), limit); d <= limit && (best == "" || d < least) {
			best, least = k, d
		}
	}
	return best
}

// editDistance counts the insertions, deletions, substitutions and swaps of neighbours between two strings. A result above
// limit means no more than that it is above limit.
func editDistance(a, b string, limit int) int {
	s, t := []rune(a), []rune(b)
	if len(s)-len(t) > limit || len(t)-len(s) > limit {
		return limit + 1
	}
	older, old, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range old {
		old[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, old, row = old, row, older
	}
	return old[len(t)]
}
