package memory

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestRun compares a run with a sorted list of sequences over random additions and removals.
func TestRun(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		var r run
		var want []int64
		sequence := int64(0)
		for step := range 2000 {
			if random.IntN(1000) < 400+step/4 && len(want) > 0 { // grows first, then drains
				i := random.IntN(len(want))
				if r.remove(want[i]) == nil {
					t.Fatalf("seed %d: %d is not there", seed, want[i])
				}
				if r.remove(want[i]) != nil || r.get(want[i]) != nil {
					t.Fatalf("seed %d: %d is there after it was removed", seed, want[i])
				}
				want = slices.Delete(want, i, i+1)
			} else {
				sequence += 1 + random.Int64N(3)
				r.add(sequence, &held{})
				want = append(want, sequence)
			}

			after := random.Int64N(sequence + 2)
			from, _ := slices.BinarySearch(want, after+1)
			var got []int64
			for s := range r.after(after) {
				got = append(got, s)
			}
			if !slices.Equal(got, want[from:]) || r.live != len(want) {
				t.Fatalf("seed %d step %d: after %d %v of %d, want %v of %d", seed, step, after, got, r.live, want[from:], len(want))
			}
		}
	}
}

// TestRunShrinks shows that memory follows what is live, also when an old message stays at the head.
func TestRunShrinks(t *testing.T) {
	var r run
	r.add(1, &held{})
	for s := int64(2); s < 100_000; s++ {
		r.add(s, &held{})
	}
	for s := int64(2); s < 100_000; s++ {
		r.remove(s)
	}
	if n := cap(r.slots); n > 1000 {
		t.Errorf("room for %d messages with one left", n)
	}
	for s := int64(100_000); s < 200_000; s++ {
		r.add(s, &held{})
		r.remove(s)
	}
	if n := cap(r.slots); n > 1000 {
		t.Errorf("room for %d messages after many came and went", n)
	}
	if r.get(1) == nil {
		t.Error("the old message is gone")
	}
}
