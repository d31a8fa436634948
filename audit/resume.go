package audit

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"time"
)

// maxHole bounds what a crash can have left half written: one write, with room for one record of the largest size.
const maxHole = maxLine + 2*maxQueued

// resumed is where an existing log goes on.
type resumed struct {
	number   int       // the last segment
	seal     *sealed   // its checkpoint, if it has one: the next segment begins
	log      string    // id of the log; empty if no checkpoint tells
	previous string    // digest of the last checkpoint
	first    uint64    // number of the segment's first record
	prev     link      // the record before it
	last     link      // the last good record
	size     int64     // of the good records
	torn     []byte    // what follows them
	begun    time.Time // when the segment was; zero if nothing tells
	open     []string  // call ids of intents without an outcome
}

// resume verifies the last segment, from the checkpoint before it on, and finds what a crash has left behind. It reads the whole segment:
// some hundred megabytes a second.
func resume(fsys fs.FS, key []byte) (r resumed, err error) {
	d, err := readDirectory(fsys)
	if err != nil {
		return r, err
	}
	numbers := d.numbers()
	if len(numbers) == 0 {
		return resumed{number: 1, previous: genesis, first: 1, prev: firstLink(), last: firstLink()}, nil
	}
	r.number = numbers[len(numbers)-1]
	place := VerifyError{File: segmentName(r.number), Line: 1}
	if !slices.Contains(d.segments, r.number) {
		place.Reason = "the segment is missing, its checkpoint is there"
		return r, &place
	}
	v := newVerifier(&VerifyOptions{Key: key})
	if err := v.begin(fsys, r.number); err != nil {
		return r, err
	}
	r.first, r.prev = v.last.seq+1, v.last
	place.Seq = r.first
	v.lenient = !slices.Contains(d.checkpoints, r.number) // what is sealed was synced before: nothing can be torn
	if err := v.segment(fsys, &place); err != nil {
		return r, err
	}
	if err := v.sealed(fsys, r.number, true, place); err != nil {
		return r, err
	}
	r.last, r.previous, r.size, r.torn, r.open = v.last, v.previous, v.size, v.torn, v.unfinished()
	r.begun, _ = time.Parse(timeLayout, string(v.first[:]))
	if c, _, err := readCheckpoint(fsys, r.number-1); err == nil {
		r.log, r.begun = c.Log, c.Sealed
	}
	if c, line, err := readCheckpoint(fsys, r.number); err == nil {
		r.log, r.seal = c.Log, &sealed{*c, digest(line)}
	}
	return r, nil
}

// orphans are the outcomes that nobody can write any more but the log itself: of calls whose process ended before they did. What is known of
// a call is taken from its intent.
func orphans(fsys fs.FS, open []string, now time.Time) ([]Record, error) {
	if len(open) == 0 {
		return nil, nil
	}
	left := map[string]bool{}
	for _, id := range open {
		left[id] = true
	}
	d, err := readDirectory(fsys)
	if err != nil {
		return nil, err
	}
	var found []Record
	for _, n := range slices.Backward(d.segments) { // most stand in the last one
		err := eachRecord(fsys, segmentName(n), func(r Record) {
			if r.Kind == KindIntent && left[r.CallID] {
				delete(left, r.CallID)
				found = append(found, unknownOutcome(r, now))
			}
		})
		if err != nil {
			return nil, err
		}
		if len(left) == 0 {
			break
		}
	}
	slices.SortFunc(found, func(a, b Record) int { return cmp.Compare(a.Seq, b.Seq) })
	for _, id := range open { // retention has deleted their intents
		if left[id] {
			found = append(found, unknownOutcome(Record{CallID: id, Level: LevelBasic}, now))
		}
	}
	return found, nil
}

// OutcomeUnknown is the outcome that [Open] records for a call whose process ended before it did: it may have done what it was to do, or not.
const OutcomeUnknown = "unknown"

func unknownOutcome(r Record, now time.Time) Record {
	r.Kind, r.Outcome, r.Category, r.Time = KindOutcome, OutcomeUnknown, "server_error", now
	r.Note = fmt.Sprintf("the process ended before the call did; its intent is record %d", r.Seq)
	return r
}
