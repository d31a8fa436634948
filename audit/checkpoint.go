package audit

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/mcpgov/go-sdk/internal/canon"
)

// Checkpoint is the seal of a segment: what a log commits to when it ends one file and begins the next. It stands beside the segment, as
// audit-000001.checkpoint.json, one line of canonical JSON. A segment is sealed by its size, by its time, also if it holds no record, and by
// [Log.Seal]. Checkpoints are chained like records, and can be sent where the log's keeper does not reach: see [CheckpointSink].
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
	Unfinished []string  `json:"unfinished,omitempty"` // call ids of intents without an outcome so far, sorted
	Previous   string    `json:"previous"`             // SHA-256 of the checkpoint before, as its file holds it without line end; 64 zeros in the first
	MAC        string    `json:"mac,omitempty"`        // HMAC-SHA256 under the log's key, over the line without mac and signature; empty without a key
	PublicKey  string    `json:"public_key,omitempty"` // Ed25519 (RFC 8032) key that signed, base64; empty if the log does not sign
	Signature  string    `json:"signature,omitempty"`  // over checkpointContext and the line without its signature, base64
}

// checkpointContext stands before what is signed, so that the signature is good for nothing else.
const checkpointContext = "mcpgov audit checkpoint v1\n"

// line returns c as its file holds it, without line end.
func (c *Checkpoint) line() ([]byte, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return canon.JSON(text)
}

// seal completes c with MAC and signature, where the log has a key and a signer, and returns its line.
func (c *Checkpoint) seal(key []byte, signer crypto.Signer) ([]byte, error) {
	c.Version, c.MAC, c.PublicKey, c.Signature = version, "", "", ""
	if signer != nil {
		public, ok := signer.Public().(ed25519.PublicKey)
		if !ok {
			return nil, errSigner
		}
		c.PublicKey = base64.StdEncoding.EncodeToString(public)
	}
	if len(key) > 0 {
		mac, err := c.mac(key)
		if err != nil {
			return nil, err
		}
		c.MAC = mac
	}
	if signer != nil {
		message, err := c.signed()
		if err != nil {
			return nil, err
		}
		signature, err := signer.Sign(rand.Reader, message, crypto.Hash(0))
		if err != nil {
			return nil, fmt.Errorf("sign checkpoint of segment %d: %w", c.Segment, err)
		}
		c.Signature = base64.StdEncoding.EncodeToString(signature)
		if err := c.checkSignature(""); err != nil {
			return nil, fmt.Errorf("sign checkpoint of segment %d: the signer made no Ed25519 signature: %w", c.Segment, err)
		}
	}
	return c.line()
}

var errSigner = errors.New("Options.Signer has no Ed25519 key; give an ed25519.PrivateKey, or a crypto.Signer whose Public returns an ed25519.PublicKey")

func (c *Checkpoint) mac(key []byte) (string, error) {
	plain := *c
	plain.MAC, plain.Signature = "", ""
	text, err := plain.line()
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil)), nil
}

func (c *Checkpoint) signed() ([]byte, error) {
	plain := *c
	plain.Signature = ""
	text, err := plain.line()
	return append([]byte(checkpointContext), text...), err
}

// checkSignature holds the signature to the key that must have made it, base64; empty: to the one c names, if it is signed at all.
func (c *Checkpoint) checkSignature(by string) error {
	switch {
	case by != "" && c.Signature == "":
		return errors.New("it is not signed")
	case by != "" && c.PublicKey != by:
		return fmt.Errorf("it is signed by another key: %.50s", c.PublicKey)
	case c.Signature == "" && c.PublicKey == "":
		return nil
	}
	public, err := base64.StdEncoding.Strict().DecodeString(c.PublicKey)
	if err != nil || len(public) != ed25519.PublicKeySize {
		return errors.New("its public_key is not an Ed25519 key in base64")
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(c.Signature)
	if err != nil {
		return errors.New("its signature is not base64")
	}
	message, err := c.signed()
	if err != nil {
		return err
	}
	if !ed25519.Verify(public, message, signature) {
		return errors.New("its signature does not fit: it was changed, or signed by another key")
	}
	return nil
}

// checkMAC holds c to the key of its log.
func (c *Checkpoint) checkMAC(key []byte) error {
	if len(key) == 0 {
		return nil // whoever has no key cannot tell; in a plain log there is none
	}
	want, err := c.mac(key)
	if err != nil {
		return err
	}
	if !hmac.Equal([]byte(want), []byte(c.MAC)) {
		return errors.New("its mac does not fit: it was changed, or written under another key")
	}
	return nil
}

// ParseCheckpoint reads one checkpoint, with or without line end: a line that a log or a [CheckpointFile] holds. Like [ParseRecord] it
// accepts the one spelling only. It does not check the signature; [Verify] does.
func ParseCheckpoint(line []byte) (Checkpoint, error) {
	line = bytes.TrimSuffix(line, []byte("\n"))
	var c Checkpoint
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return Checkpoint{}, fmt.Errorf("audit: not a checkpoint: %w", err)
	}
	if c.Version != version {
		return Checkpoint{}, fmt.Errorf("audit: not a checkpoint: format version %d; this library reads version %d", c.Version, version)
	}
	if again, err := c.line(); err != nil || !bytes.Equal(again, line) {
		return Checkpoint{}, errors.New("audit: not a checkpoint: a member is missing, repeated or not in its one form")
	}
	if c.Segment < 1 || len(c.Hash) != hashLength || len(c.Prev) != hashLength || len(c.Previous) != hashLength || c.First == 0 || c.Last+1 < c.First || c.Size < 0 {
		return Checkpoint{}, errors.New("audit: not a checkpoint: segment, first, last, size or a hash cannot be")
	}
	return c, nil
}

// digest is what the next checkpoint names as its Previous.
func digest(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}

// at is the place in the chain after the sealed segment.
func (c *Checkpoint) at() (l link) {
	l.seq = c.Last
	copy(l.hash[:], c.Hash)
	return l
}
