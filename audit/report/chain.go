package report

import (
	"errors"
	"slices"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// ChainState is what is known of the integrity of the log.
type ChainState struct {
	Checked bool   `json:"checked"`            // Options.Chain was given
	Intact  bool   `json:"intact"`             // every record is as it was written, as far as a chain can show
	Keyed   bool   `json:"keyed"`              // it was verified under a key
	Checks  bool   `json:"signatures_checked"` // the signatures of checkpoints were checked
	Witness bool   `json:"witness"`            // it was verified against what had been kept outside
	Fault   string `json:"fault,omitempty"`    // what Verify said; "" if it found nothing
	BadSeq  uint64 `json:"bad_seq,omitempty"`  // number of the first record that is not as it was written; 0 if there is none
	BadFile string `json:"bad_file,omitempty"` // the segment it stands in

	Records  uint64    `json:"records"`             // found good
	LastSeq  uint64    `json:"last_seq"`            // the number of the last good one
	LastHash string    `json:"last_hash,omitempty"` // and its hash, to be compared with what is kept outside
	First    time.Time `json:"first,omitzero"`      // time of the first good record that has one
	Last     time.Time `json:"last,omitzero"`       // and of the last

	Checkpoints int      `json:"checkpoints"`    // ended segments, by their checkpoints
	Signed      int      `json:"signed"`         // those of them that bear a signature
	Keys        []string `json:"keys,omitempty"` // public keys that stand in the signed ones, sorted; at most 20
	SealedSeq   uint64   `json:"sealed_seq"`     // number of the last record that a checkpoint commits to; 0 if there is none
	Unsealed    uint64   `json:"unsealed"`       // good records behind it
}

// mostKeys bounds the keys that are named: a log changes its key seldom.
const mostKeys = 20

// chainState puts together what Verify and the checkpoints say.
func chainState(c *Chain, segments []audit.Segment, zone *time.Location) ChainState {
	var s ChainState
	for i := range segments {
		point := segments[i].Checkpoint
		if point == nil {
			continue
		}
		s.Checkpoints++
		s.SealedSeq = max(s.SealedSeq, point.Last)
		if len(point.Signature) == 0 || point.PublicKey == "" {
			continue
		}
		s.Signed++
		if key := clip(point.PublicKey); !slices.Contains(s.Keys, key) && len(s.Keys) < mostKeys {
			s.Keys = append(s.Keys, key)
		}
	}
	slices.Sort(s.Keys)
	if c == nil {
		return s
	}
	s.Checked, s.Intact, s.Keyed, s.Checks, s.Witness = true, c.Err == nil, c.Keyed, c.Signatures, c.Witness
	s.Records, s.LastSeq, s.LastHash = c.Summary.Records, c.Summary.LastSeq, clip(c.Summary.LastHash)
	s.First, s.Last = shown(c.Summary.First, zone), shown(c.Summary.Last, zone)
	if s.LastSeq > s.SealedSeq {
		s.Unsealed = s.LastSeq - s.SealedSeq
	}
	if c.Err == nil {
		return s
	}
	s.Fault = clip(c.Err.Error())
	if bad, ok := errors.AsType[*audit.VerifyError](c.Err); ok {
		s.BadSeq, s.BadFile = bad.Seq, clip(bad.File)
	}
	return s
}

// shown puts a time into the zone of the report; the zero time stays the zero time, which JSON leaves out.
func shown(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(zone)
}
