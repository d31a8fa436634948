package report

import (
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// Coverage is what of the log the report was made from.
type Coverage struct {
	Since time.Time `json:"since,omitzero"` // as asked; absent: from the first record on
	Until time.Time `json:"until,omitzero"` // as asked; absent: to the last record

	Read     uint64    `json:"read"`             // records, of any time
	FirstSeq uint64    `json:"first_seq"`        // number of the first
	LastSeq  uint64    `json:"last_seq"`         // the highest number
	First    time.Time `json:"first,omitzero"`   // earliest time in the period
	Last     time.Time `json:"last,omitzero"`    // latest
	Broken   string    `json:"broken,omitempty"` // why reading ended before the end; "" if it did not

	Gaps       []Gap  `json:"gaps,omitempty"` // where numbers are missing; at most 100
	GapCount   uint64 `json:"gap_count"`      // all of them
	Missing    uint64 `json:"missing"`        // numbers that are missing in them
	Disorder   uint64 `json:"disorder"`       // records whose number is not higher than that of one before
	Unnumbered uint64 `json:"unnumbered"`     // records without a number
	Unverified uint64 `json:"unverified"`     // records read behind the last one that was verified; 0 if the log was not verified

	Levels  Tally `json:"levels,omitzero"`  // how much the records of calls hold
	Servers Tally `json:"servers,omitzero"` // which servers wrote them
}

// Gap is a place in the log where numbers are missing.
type Gap struct {
	After  uint64 `json:"after"`  // the number before
	Before uint64 `json:"before"` // the number behind
}

// mostGaps bounds the gaps that are listed.
const mostGaps = 100

// follow notes the number of the next record of the log.
func (c *Coverage) follow(r *audit.Record) {
	c.Read++
	switch last := c.LastSeq; {
	case r.Seq == 0:
		c.Unnumbered++
		return
	case c.FirstSeq == 0:
		c.FirstSeq = r.Seq
	case r.Seq <= last:
		c.Disorder++
		return
	case r.Seq > last+1:
		c.GapCount++
		c.Missing += r.Seq - last - 1
		if len(c.Gaps) < mostGaps {
			c.Gaps = append(c.Gaps, Gap{last, r.Seq})
		}
	}
	c.LastSeq = r.Seq
}

// holds reports whether the record lies in the period.
func (c *Coverage) holds(r *audit.Record) bool {
	if r.Time.IsZero() {
		return true
	}
	return (c.Since.IsZero() || !r.Time.Before(c.Since)) && (c.Until.IsZero() || r.Time.Before(c.Until))
}

// span widens what the period holds.
func (c *Coverage) span(t time.Time) {
	s := Seen{First: c.First, Last: c.Last}
	s.span(t)
	c.First, c.Last = s.First, s.Last
}
