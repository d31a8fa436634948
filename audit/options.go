package audit

import (
	"crypto"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"time"
)

// Options configures a log. Nil and the zero value: plain chain, group commit.
type Options struct {
	// Key makes the chain HMAC-SHA256: without it nobody can compute or verify a hash. Use 32 random bytes or more, kept away from the log; fewer are refused. Nil: a
	// plain SHA-256 chain, which shows accidents but no attacker who knows how to hash.
	Key []byte
	// Sync says what a nil from Append promises. Zero: SyncGroup.
	Sync SyncMode
	// Linger bounds how long a group waits for more records before it is written. It waits at most about as long as the disk has been taking
	// for four syncs, and not at all while records come one at a time. Zero: 2 ms; negative: never wait. With AsyncUnsafe it is how long
	// records are gathered, and zero means 20 ms.
	Linger time.Duration
	// SegmentBytes is the size past which a segment is sealed and the next begun. Zero: 64 MiB; negative: no size is too large.
	SegmentBytes int64
	// SegmentAge is how long a segment is written at most, also if it gets no record: its checkpoint then says that there was none. Zero: 24 h;
	// negative: however long it takes. An age counts from the checkpoint before, in the first segment from its first record.
	SegmentAge time.Duration
	// Signer signs every checkpoint with Ed25519, so that whoever has its public key can tell them from forged ones. An ed25519.PrivateKey
	// is one; so is whatever asks a key store. The writer waits for it. Nil: checkpoints are not signed.
	Signer crypto.Signer
	// Checkpoints takes every checkpoint to where the log's keeper cannot change it. Nil: they stay beside the log.
	Checkpoints CheckpointSink
	// Retention is kept by the log itself: whenever a segment is sealed, and when the log is opened. Nil: nothing is ever deleted.
	Retention *Retention
	// Logger hears what no caller can be told: a torn line set aside by Open, and failures to write in mode AsyncUnsafe. Nil: nobody.
	Logger *slog.Logger
}

// SyncMode says what is true when [Log.Append] returns nil.
type SyncMode int

const (
	// SyncGroup: the record is on stable storage. Callers that append at the same time share one write and one sync.
	SyncGroup SyncMode = iota
	// SyncEach: the record is on stable storage, written and synced alone. Slower than SyncGroup with many callers and equal with one; it
	// exists for comparison and for disks whose writes must stay small.
	SyncEach
	// AsyncUnsafe: the record is ordered and queued in memory, nothing more. It breaks the promise of [Sink]: a crash of the process loses
	// what was gathered since the last write (about Linger, at most 4 MiB), and a crash of the system loses what it had not
	// written by itself, because only Close syncs. A failed write is reported to later callers, who are refused until a
	// retry succeeds; no record that was taken is given up before Close.
	AsyncUnsafe
)

// minKey is the size of the hash: a shorter key is easier to find than its output (RFC 2104, section 3).
const minKey = 32

const (
	defaultLinger       = 2 * time.Millisecond
	defaultSegmentBytes = 64 << 20
	defaultSegmentAge   = 24 * time.Hour
	defaultAsyncLinger  = 20 * time.Millisecond // every write wakes a thread beside the callers: 1 ms cost a small call a tenth
)

// settled returns o with defaults filled in, or what is wrong with it.
func (o *Options) settled() (Options, error) {
	if o == nil {
		o = &Options{}
	}
	s := *o
	if s.Key != nil && len(s.Key) < minKey {
		return s, fmt.Errorf("Options.Key has %d bytes; give %d random bytes or more, or nil for a plain chain", len(s.Key), minKey)
	}
	if s.Sync < SyncGroup || s.Sync > AsyncUnsafe {
		return s, fmt.Errorf("Options.Sync is %d; give SyncGroup, SyncEach or AsyncUnsafe", s.Sync)
	}
	if s.Signer != nil {
		if _, ok := s.Signer.Public().(ed25519.PublicKey); !ok {
			return s, errSigner
		}
	}
	if s.Retention != nil {
		if err := s.Retention.check(); err != nil {
			return s, fmt.Errorf("Options.Retention: %w", err)
		}
	}
	if s.SegmentBytes == 0 {
		s.SegmentBytes = defaultSegmentBytes
	}
	if s.SegmentAge == 0 {
		s.SegmentAge = defaultSegmentAge
	}
	if s.Logger == nil {
		s.Logger = slog.New(slog.DiscardHandler)
	}
	switch {
	case s.Linger < 0:
		s.Linger = 0
	case s.Linger == 0 && s.Sync == AsyncUnsafe:
		s.Linger = defaultAsyncLinger
	case s.Linger == 0:
		s.Linger = defaultLinger
	}
	return s, nil
}
