package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// Checkpoint is the seal of a segment: what a log commits to when it ends one file and begins the next. It is written beside the segment,
// as audit-000001.checkpoint.json, and can be sent where the log's keeper does not reach; see [Options].
type Checkpoint struct {
	Version    int       `json:"v"`                    // format version, 1
	Log        string    `json:"log"`                  // id of the log, random, the same in all its checkpoints
	Segment    int       `json:"segment"`              // number of the segment, from 1
	First      uint64    `json:"first"`                // sequence number of its first record, or of the next one if it holds none
	Last       uint64    `json:"last"`                 // of its last record; First-1 if it holds none
	Prev       string    `json:"prev"`                 // hash of the record before First, hex
	Hash       string    `json:"hash"`                 // hash of record Last, hex; Prev if it holds none
	Size       int64     `json:"size"`                 // bytes of the segment
	Begun      time.Time `json:"begun"`                // when the segment was begun
	Sealed     time.Time `json:"sealed"`               // when it was ended
	Unfinished []string  `json:"unfinished,omitempty"` // call ids of intents without an outcome so far
	Previous   string    `json:"previous"`             // SHA-256 of the checkpoint before, as its file holds it; 64 zeros in the first
	Key        string    `json:"key,omitempty"`        // Ed25519 public key, base64; empty if the log does not sign
	Signature  []byte    `json:"signature,omitempty"`  // Ed25519 (RFC 8032) over the file without its signature member; base64
}

// Segment is one file of a log directory.
type Segment struct {
	Number     int         // from 1, in the order of writing
	Name       string      // audit-000001.jsonl
	Size       int64       // bytes; 0 if only its checkpoint is left
	Pruned     bool        // retention deleted the records; the checkpoint is left
	Checkpoint *Checkpoint // nil while records are still added: the last one only
}

// Segments lists the segments of the log directory fsys in the order they were written. It reads their checkpoints and does not verify
// them: use [Verify] for that.
func Segments(fsys fs.FS) ([]Segment, error) {
	names, err := segments(fsys)
	if err != nil {
		return nil, fmt.Errorf("audit: read the log directory: %w", err)
	}
	var all []Segment
	for _, name := range names {
		info, err := fs.Stat(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
		s := Segment{Number: segmentNumber(name), Name: name, Size: info.Size()}
		text, err := fs.ReadFile(fsys, checkpointName(s.Number))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, fmt.Errorf("audit: %w", err)
		default:
			s.Checkpoint = &Checkpoint{}
			if err := json.Unmarshal(text, s.Checkpoint); err != nil {
				return nil, fmt.Errorf("audit: %s: %w", checkpointName(s.Number), err)
			}
		}
		all = append(all, s)
	}
	return all, nil
}

// checkpointName names the seal of the n-th segment.
func checkpointName(n int) string { return fmt.Sprintf("%s%06d%s", segmentPrefix, n, checkpointSuffix) }

const checkpointSuffix = ".checkpoint.json"
