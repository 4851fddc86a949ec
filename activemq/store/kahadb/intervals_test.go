package kahadb

import (
	"math/rand"
	"testing"
)

// TestIntervals does the same to the set and to a map.
func TestIntervals(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	var s intervals
	model := map[int64]bool{}
	floor := int64(0)
	for range 20_000 {
		if n := floor + 1 + rng.Int63n(200); !model[n] {
			model[n] = true
			s.add(n)
		}
		if rng.Intn(3) == 0 {
			next := floor + 1
			if !model[next] {
				model[next] = true
				s.add(next)
			}
			after := s.shift(next)
			for ; next < after; next++ {
				if !model[next] {
					t.Fatalf("%d was taken out and not in", next)
				}
				delete(model, next)
			}
			floor = after - 1
		}
		if s.total != int64(len(model)) {
			t.Fatalf("total %d, want %d", s.total, len(model))
		}
		if n := floor + rng.Int63n(220); s.contains(n) != model[n] {
			t.Fatalf("contains %d is %v, want %v", n, s.contains(n), model[n])
		}
	}
	for i := 1; i < len(s.ranges); i++ {
		if s.ranges[i].first <= s.ranges[i-1].last+1 {
			t.Fatalf("ranges %v touch", s.ranges[i-1:i+1])
		}
	}
}

func TestBloom(t *testing.T) {
	const n = 50_000
	b := newBloom(n)
	rng := rand.New(rand.NewSource(1))
	wrong := 0
	for range n {
		h := rng.Uint64()
		if b.add(h) {
			wrong++
		}
		if !b.add(h) {
			t.Fatalf("%x was put in and is not", h)
		}
	}
	if wrong > n/1000 {
		t.Errorf("%d of %d were told to be in already", wrong, n)
	}
}
