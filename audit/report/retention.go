package report

import (
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// sixYears is what 45 CFR 164.316(b)(2) asks for, in days, leap days counted in.
const sixYears = 2192

// Retention says how long records must be kept and how long the log keeps them.
type Retention struct {
	RequiredDays int          // for how many days records must be kept; zero: what the profile asks, which is at least 2,192 for hipaa and nothing otherwise
	KeptDays     int          // after how many days the log deletes records; zero: not known; negative: never
	Holds        []audit.Hold // what must not be deleted meanwhile: audit.Holds of the log directory
}

// overlaps reports whether a hold covers a moment from begun to ended.
func overlaps(h *audit.Hold, begun, ended time.Time) bool {
	return (h.Until.IsZero() || !h.Until.Before(begun)) && !h.From.After(ended)
}

// RetentionState is what is kept of the log, as its segments and their checkpoints say.
type RetentionState struct {
	Known        bool `json:"known"`         // Options.Segments was given
	RequiredDays int  `json:"required_days"` // as asked; 0: not stated
	KeptDays     int  `json:"kept_days"`     // as configured; 0: not known; negative: never deleted

	Segments int          `json:"segments"`               // all files of the log, pruned ones included
	Pruned   int          `json:"pruned"`                 // whose records are deleted and whose checkpoint is left
	LastGone uint64       `json:"last_gone,omitempty"`    // number of the last record that was deleted by retention
	GoneThru time.Time    `json:"gone_through,omitzero"`  // when the youngest deleted segment had been ended
	Early    int          `json:"pruned_early"`           // segments deleted before RequiredDays had passed since they were ended
	Overdue  int          `json:"overdue"`                // segments, not held, that should be gone by KeptDays and are not
	Oldest   time.Time    `json:"oldest_kept,omitzero"`   // the beginning of the oldest segment that is kept
	Holds    []audit.Hold `json:"holds,omitempty"`        // as given
	Held     int          `json:"held"`                   // kept segments that a hold covers
	Broken   int          `json:"pruned_despite_hold"`    // segments deleted although a hold covers them
	Open     bool         `json:"last_segment_is_open"`   // records are still added to the last segment
	Unknown  int          `json:"without_state,omitzero"` // pruned segments without a checkpoint, of which nothing is known
}

// retentionState reads the segments at the time now. Ages are those of the end of a segment: none of its records is younger.
func retentionState(segments []audit.Segment, r *Retention, now time.Time, zone *time.Location) RetentionState {
	s := RetentionState{
		Known: segments != nil, RequiredDays: r.RequiredDays, KeptDays: r.KeptDays, Segments: len(segments),
	}
	for _, h := range r.Holds {
		s.Holds = append(s.Holds, audit.Hold{
			Name: clip(h.Name), Reason: clip(h.Reason), By: clip(h.By), Placed: shown(h.Placed, zone), From: shown(h.From, zone), Until: shown(h.Until, zone),
		})
	}
	for i := range segments {
		segment := &segments[i]
		c := segment.Checkpoint
		if c == nil {
			if segment.Pruned {
				s.Pruned++
				s.Unknown++
			} else {
				s.Open = true
			}
			continue
		}
		held := false
		for j := range r.Holds {
			held = held || overlaps(&r.Holds[j], c.Begun, c.Sealed)
		}
		switch {
		case segment.Pruned:
			s.Pruned++
			s.LastGone = max(s.LastGone, c.Last)
			if c.Sealed.After(s.GoneThru) {
				s.GoneThru = c.Sealed.In(zone)
			}
			if held {
				s.Broken++
			}
			if now.Before(c.Sealed.AddDate(0, 0, r.RequiredDays)) && r.RequiredDays > 0 {
				s.Early++
			}
		default:
			if s.Oldest.IsZero() || c.Begun.Before(s.Oldest) {
				s.Oldest = c.Begun.In(zone)
			}
			if held {
				s.Held++
			} else if r.KeptDays > 0 && now.After(c.Sealed.AddDate(0, 0, r.KeptDays)) {
				s.Overdue++
			}
		}
	}
	return s
}
