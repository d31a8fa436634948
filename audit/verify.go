package audit

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"io/fs"
	"time"
)

// VerifyOptions says what a log is checked against. Nil and the zero value check a log without key, with no outside witness.
type VerifyOptions struct {
	// Key is the key the log was written with; nil for a plain chain.
	Key []byte
	// PublicKey must have signed every checkpoint. Nil: signatures must fit the keys that the checkpoints name, which shows accidents only;
	// and whoever holds Key can then pass off a log of his own that pretends to be pruned up to behind the newest Witness.
	PublicKey ed25519.PublicKey
	// HeadSeq and HeadHash are what [Log.Head] said once, kept where the log's keeper could not change them: the log must hold a record
	// of this number with this hash, and may go on behind it. Without them, and without Witness, a log whose end was cut off verifies.
	// Zero: no expectation.
	HeadSeq uint64
	// HeadHash is the hash, in hex of either case, of record HeadSeq; it is not looked at if HeadSeq is zero.
	HeadHash string
	// Witness are checkpoints that a [CheckpointSink] took where the log's keeper could not change them, in any order. The log must hold the
	// same, as far as retention has not deleted what they seal, and may go on behind them.
	Witness []Checkpoint
}

// Summary describes the records that were found good.
type Summary struct {
	Records     uint64    // how many
	First, Last time.Time // times of the first and last record that has one
	FirstSeq    uint64    // number of the first record; more than 1 if retention deleted those before
	LastSeq     uint64    // number of the last record; 0 in an empty log
	LastHash    string    // its hash, hex; 64 zeros in an empty log
	Unfinished  []string  // call ids of intents without an outcome, sorted: calls under way, or cut off by a crash
	Segments    int       // how many files of records
	Sealed      uint64    // number of the last record under a checkpoint; 0 if there is none
	SignedBy    string    // Ed25519 key of the checkpoints, base64; empty if they are not signed, "several" if it was changed
}

// VerifyError names the first record that is not as it was written.
type VerifyError struct {
	File   string // name of the segment, or of its checkpoint
	Line   int    // line in it, from 1
	Seq    uint64 // sequence number the record at this place must have; of a checkpoint, that of its first record
	Reason string // what is wrong
}

// Error names file, line, sequence number and reason.
func (e *VerifyError) Error() string {
	return fmt.Sprintf("audit: %s:%d: record %d: %s", e.File, e.Line, e.Seq, e.Reason)
}

// Verify reads all segments of the log directory fsys in order and checks that every line is a record in its one form, that hashes match,
// that sequence numbers and previous hashes follow each other, and that every segment but the last has its checkpoint and is what the
// checkpoint says. Other files are ignored.
//
// The first record is number 1, or the one after the last that retention deleted: a log that begins later must hold the checkpoint it
// begins after, and the record by which retention said so.
//
// A record that is not as it was written is a [*VerifyError]; the summary then covers the records before it. So is a last line without an
// end: verify a log when its writer is closed, or a copy of it cut after the last line end. Other errors are those of reading. A directory
// without segments is an error; an empty segment is a log of no records.
//
// Reading streams: memory does not grow with the log, only with the number of calls that were under way at once.
func Verify(fsys fs.FS, opts *VerifyOptions) (Summary, error) {
	if opts == nil {
		opts = &VerifyOptions{}
	}
	v := newVerifier(opts)
	err := v.directory(fsys)
	return v.summary(), err
}

// base64Key is how checkpoints name a key; empty for none.
func base64Key(key ed25519.PublicKey) string { return base64.StdEncoding.EncodeToString(key) }
