package report

import (
	"cmp"
	"maps"
	"slices"
)

// Table is rows that were counted from records. Its rows are sorted, so that equal logs give equal tables.
type Table[R any] struct {
	Rows []R    `json:"rows"`     // sorted; empty if there is none
	Left uint64 `json:"left_out"` // records that found no row, because the table was full; 0 if every one did
}

// counter makes a Table: one row for each key, up to a limit.
type counter[K comparable, R any] struct {
	limit int
	rows  map[K]*R
	left  uint64
}

func newCounter[K comparable, R any](limit int) counter[K, R] {
	return counter[K, R]{limit: limit, rows: map[K]*R{}}
}

// row returns the row of a key; nil if there is no room for another, which is then counted.
func (c *counter[K, R]) row(key K) *R {
	if row := c.rows[key]; row != nil {
		return row
	}
	if len(c.rows) >= c.limit {
		c.left++
		return nil
	}
	row := new(R)
	c.rows[key] = row
	return row
}

// table returns the rows in order.
func (c *counter[K, R]) table(order func(a, b *R) int) Table[R] {
	t := Table[R]{Rows: make([]R, 0, len(c.rows)), Left: c.left}
	for _, row := range c.rows {
		t.Rows = append(t.Rows, *row)
	}
	slices.SortFunc(t.Rows, func(a, b R) int { return order(&a, &b) })
	return t
}

// Tally counts the different texts that occur in one place, as far as there is room: 20 for each row of a table.
type Tally struct {
	Counts map[string]uint64 `json:"counts,omitempty"` // text -> records that hold it
	Other  uint64            `json:"other,omitempty"`  // occurrences of further texts
}

// mostTallied bounds a Tally in a row: enough for rules and labels, which a person writes, and for the beginning of free text.
const mostTallied = 20

// add counts a text; the empty one is not counted.
func (t *Tally) add(text string) { t.addUpTo(text, mostTallied) }

func (t *Tally) addUpTo(text string, most int) {
	if text == "" {
		return
	}
	text = clip(text)
	if _, known := t.Counts[text]; !known && len(t.Counts) >= most {
		t.Other++
		return
	}
	if t.Counts == nil {
		t.Counts = map[string]uint64{}
	}
	t.Counts[text]++
}

// names returns the texts, sorted.
func (t *Tally) names() []string { return slices.Sorted(maps.Keys(t.Counts)) }

// byAll joins comparisons of fields: the first that tells apart decides.
func byAll(results ...int) int { return cmp.Or(results...) }

// once is 1 for what is so, and 0 for what is not.
func once(so bool) uint64 {
	if so {
		return 1
	}
	return 0
}
