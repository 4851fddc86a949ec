package kahadb

import "sort"

// intervals is a set of numbers, kept as ranges in growing order that neither overlap nor touch.
type intervals struct {
	ranges []interval
	total  int64
}

// interval is the range from first to last, both included.
type interval struct{ first, last int64 }

// after returns the place of the first range that ends at n or later.
func (s *intervals) after(n int64) int {
	if k := len(s.ranges); k > 0 && s.ranges[k-1].last < n {
		return k
	}
	return sort.Search(len(s.ranges), func(i int) bool { return s.ranges[i].last >= n })
}

func (s *intervals) contains(n int64) bool {
	i := s.after(n)
	return i < len(s.ranges) && s.ranges[i].first <= n
}

// add puts n in. It must not be in the set.
func (s *intervals) add(n int64) {
	i := s.after(n)
	s.total++
	below := i > 0 && s.ranges[i-1].last == n-1
	above := i < len(s.ranges) && s.ranges[i].first == n+1
	switch {
	case below && above:
		s.ranges[i-1].last = s.ranges[i].last
		s.ranges = append(s.ranges[:i], s.ranges[i+1:]...)
	case below:
		s.ranges[i-1].last = n
	case above:
		s.ranges[i].first = n
	default:
		s.ranges = append(s.ranges, interval{})
		copy(s.ranges[i+1:], s.ranges[i:])
		s.ranges[i] = interval{n, n}
	}
}

// push puts a range in, above all that the set holds.
func (s *intervals) push(r interval) {
	if r.first > r.last {
		return
	}
	s.total += r.last - r.first + 1
	if k := len(s.ranges); k > 0 && s.ranges[k-1].last == r.first-1 {
		s.ranges[k-1].last = r.last
		return
	}
	s.ranges = append(s.ranges, r)
}

// shift takes the first range out when it begins at n, and returns the number behind it.
func (s *intervals) shift(n int64) int64 {
	if len(s.ranges) == 0 || s.ranges[0].first != n {
		return n
	}
	r := s.ranges[0]
	s.ranges = s.ranges[1:]
	s.total -= r.last - r.first + 1
	return r.last + 1
}
