package mask

import "iter"

// Touched counts how often each edit of a plan was applied, so that a record
// can say which paths were hidden. The zero value is ready to use; it can take
// the counts of several documents under the same plan. Not safe for concurrent
// use.
//
// An edit counts once per value or member it was applied to: also to a null
// left null, and to a value that had drifted into its way. Where several edits
// end at one place all of them count; edits below it do not.
type Touched struct{ counts []uint32 }

// Count returns how often the edit with this index (see [Plan.Edits]) was
// applied; zero for an index no plan has.
func (t *Touched) Count(edit int) int {
	if edit < 0 || edit >= len(t.counts) {
		return 0
	}
	return int(t.counts[edit])
}

// Any reports whether any edit was applied.
func (t *Touched) Any() bool {
	for range t.All() {
		return true
	}
	return false
}

// All yields the index and the count of each edit that was applied, in the
// order of the edits.
func (t *Touched) All() iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for edit, count := range t.counts {
			if count > 0 && !yield(edit, int(count)) {
				return
			}
		}
	}
}

// Reset forgets all counts and keeps the memory.
func (t *Touched) Reset() { clear(t.counts) }

// reserve makes room for the edits of a plan.
func (t *Touched) reserve(edits int) {
	if missing := edits - len(t.counts); missing > 0 {
		t.counts = append(t.counts, make([]uint32, missing)...)
	}
}

// merge adds the counts of another.
func (t *Touched) merge(other *Touched) {
	t.reserve(len(other.counts))
	for edit, count := range other.counts {
		t.counts[edit] += count
	}
}
