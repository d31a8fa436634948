package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
)

const (
	// hashLength is that of both kinds of hash, so that a line does not show which kind the log has.
	hashLength = 2 * sha256.Size // in hex
	// genesis stands for the hash before the first record.
	genesis = "0000000000000000000000000000000000000000000000000000000000000000"
)

// chain computes the hashes of a log. Writer and verifier share it. Not safe for concurrent use.
type chain struct {
	mac hash.Hash
	sum [sha256.Size]byte // scratch: on the heap with the chain, so that Sum does not allocate
}

// newChain returns a plain SHA-256 chain if key is empty, else an HMAC-SHA256 chain.
func newChain(key []byte) *chain {
	if len(key) == 0 {
		return &chain{mac: sha256.New()}
	}
	return &chain{mac: hmac.New(sha256.New, key)}
}

// link is a place in a chain: the sequence number and hash of its last record.
type link struct {
	seq  uint64
	hash [hashLength]byte
}

// firstLink is the place before the first record.
func firstLink() (l link) {
	copy(l.hash[:], genesis)
	return l
}

// hash computes the hash of a line given without its hash member: the part before it and the part after.
func (c *chain) hash(before, after []byte) (h [hashLength]byte) {
	c.mac.Reset()
	c.mac.Write(before) // hash.Hash never returns an error
	c.mac.Write(after)
	hex.Encode(h[:], c.mac.Sum(c.sum[:0]))
	return h
}
