package audit

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/mcpgov/go-sdk/internal/canon"
)

// SubjectKeys gives every person a key of his own. What a record says of a person is keyed by it: the digest that names him ([SubjectDigest]), the
// digests of his masked values and of whole arguments. Deleting the key erases the person from the log: nothing in it can be told to be about him any more, not even by who
// guesses right and has the log's key, while every record stays as it was written and the chain whole.
//
// [Subjects] keeps the keys in files; a server that runs in several places needs one that they share, such as a key service.
type SubjectKeys interface {
	// SubjectKey returns the key of a person, 32 bytes or more. If he has none it makes one, or, if create is false, returns [ErrNoSubject]: a
	// name in a call that was not admitted is whatever its caller chose to write, and gets no key. It must be safe for concurrent use.
	SubjectKey(ctx context.Context, subject string, create bool) ([]byte, error)
}

// SubjectDigest is how records name a person: the first half of an HMAC-SHA256 under his key, 32 hex digits.
func SubjectDigest(key []byte, subject string) string {
	return hex.EncodeToString(keyed(key, "subject\n", subject)[:sha256.Size/2])
}

// TextDigest is what stands in a record in the place of a sensitive text, where its field has no other mask: "hmac:" and the first half of an
// HMAC-SHA256, 32 hex digits. An auditor who knows a value looks for its digest. The key is the server's Config.Key or, if the record
// names subjects, the one that [CombinedKey] makes of theirs.
func TextDigest(key []byte, text string) string {
	return "hmac:" + hex.EncodeToString(keyed(key, "", text)[:sha256.Size/2])
}

// DocumentDigest is the digest of a JSON document in its canonical form, as Record.ArgumentsDigest and Record.ResponseDigest hold it: an HMAC-SHA256 in hex.
// An error means that the document is not JSON.
func DocumentDigest(key, document []byte) (string, error) {
	text, err := canon.JSON(document)
	if err != nil {
		return "", fmt.Errorf("audit: digest: %w", err)
	}
	return hex.EncodeToString(keyed(key, "", string(text))), nil
}

// CombinedKey is the key of what a record says of several people, or of one: whoever erases one of them has erased it. The keys are those of
// Record.Subjects, in its order: for Response those of all; for Arguments those of the people whom the arguments name, who come first, and
// are all there are in the record of an intent.
func CombinedKey(keys ...[]byte) []byte {
	combined := []byte("mcpgov subjects v1")
	for _, key := range keys {
		combined = keyed(key, "combined\n", string(combined))
	}
	return combined
}

func keyed(key []byte, purpose, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(purpose))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// Subjects are [SubjectKeys] in a directory: one small file for each person, named by a keyed digest and encrypted (AES-256-GCM), so that the
// files alone tell nothing. Safe for concurrent use, by several processes too. Copies of the directory, such as backups, keep erased people
// alive: keep them shorter than the law gives you.
type Subjects struct {
	dir    string
	names  []byte // key of the files' names
	sealer cipher.AEAD

	mu    sync.Mutex
	known map[string]knownKey // by file name
}

// knownKey is a key and the file it was read from: after an erasure another may stand in its place.
type knownKey struct {
	key  []byte
	file fs.FileInfo
}

func (k *knownKey) isIn(file fs.FileInfo) bool {
	return k.file != nil && os.SameFile(k.file, file) && k.file.ModTime().Equal(file.ModTime())
}

const (
	subjectKeySize = 32
	maxKnown       = 10_000 // keys kept in memory
)

// OpenSubjects opens the keys in dir and creates it if it is not there, for its owner alone. The master key, 32 random bytes or more, is kept
// away from both directory and log.
func OpenSubjects(dir string, master []byte) (*Subjects, error) {
	if len(master) < minKey {
		return nil, fmt.Errorf("audit: subjects: the master key has %d bytes; give %d random bytes or more", len(master), minKey)
	}
	if err := makeDirectory(dir); err != nil {
		return nil, fmt.Errorf("audit: subjects: %w", err)
	}
	block, err := aes.NewCipher(keyed(master, "files", ""))
	if err != nil {
		return nil, fmt.Errorf("audit: subjects: %w", err)
	}
	sealer, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("audit: subjects: %w", err)
	}
	return &Subjects{dir: dir, names: keyed(master, "names", ""), sealer: sealer, known: map[string]knownKey{}}, nil
}

// ErrNoSubject says that a person has no key: nothing in the log is about him, or he was erased.
var ErrNoSubject = errors.New("this person has no key: nothing in the log names him, or he was erased")

// SubjectKey returns the person's key. A new one is on disk before it is returned. The error is [ErrNoSubject] if he has none and create is
// false, or if he is erased just then.
func (s *Subjects) SubjectKey(_ context.Context, subject string, create bool) ([]byte, error) {
	key, err := s.Find(subject)
	if !create || !errors.Is(err, ErrNoSubject) {
		return key, err
	}
	v, name := s.place(subject)
	if err := makeDirectory(v.dir); err != nil {
		return nil, fmt.Errorf("audit: subjects: %w", err)
	}
	key = make([]byte, subjectKeySize)
	_, _ = rand.Read(key)                                // crypto/rand never fails
	sealed := s.sealer.Seal(nil, nil, key, []byte(name)) //nolint:gosec // the nonce is drawn inside: NewGCMWithRandomNonce
	// A draft that is gone was erased with him.
	if err := v.begin(name, sealed); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("audit: subjects: %w", err)
	}
	return s.Find(subject) // ErrNoSubject if he was erased meanwhile
}

// Find returns the person's key, and makes none: the error is [ErrNoSubject] if there is none.
func (s *Subjects) Find(subject string) ([]byte, error) {
	v, name := s.place(subject)
	path := filepath.Join(v.dir, name)
	s.mu.Lock()
	known := s.known[name]
	s.mu.Unlock()
	file, err := os.Lstat(path) // before it is read: a file that takes its place meanwhile is another
	if err == nil && known.isIn(file) {
		return bytes.Clone(known.key), nil // nobody has erased him, in no process
	}
	var sealed, key []byte
	if err == nil {
		sealed, err = os.ReadFile(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.forget(name)
		return nil, ErrNoSubject
	case err != nil:
		return nil, fmt.Errorf("audit: subjects: %w", err)
	}
	if key, err = s.sealer.Open(nil, nil, sealed, []byte(name)); err != nil || len(key) != subjectKeySize {
		return nil, fmt.Errorf("audit: subjects: key file %s was changed, or written under another master key", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) >= maxKnown {
		clear(s.known)
	}
	s.known[name] = knownKey{key, file}
	return bytes.Clone(key), nil
}

// Erase deletes the person's key, durably. What the log says of him can be told of nobody from then on; should he come up again, he gets a
// new key and a new digest. The error is [ErrNoSubject] if he has none.
func (s *Subjects) Erase(subject string) error {
	v, name := s.place(subject)
	s.forget(name)
	err := s.eraseDrafts(v.dir, name)
	if err == nil {
		err = os.Remove(filepath.Join(v.dir, name))
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ErrNoSubject
	case err != nil:
		return fmt.Errorf("audit: subjects: %w", err)
	}
	return v.sync()
}

// eraseDrafts deletes what a crash has left of a person's key beside its file: drafts that hold the same.
func (s *Subjects) eraseDrafts(dir, name string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if len(e.Name()) == len(name) { // somebody's key
			continue
		}
		path := filepath.Join(dir, e.Name())
		sealed, err := os.ReadFile(path)
		if err == nil {
			if _, other := s.sealer.Open(nil, nil, sealed, []byte(name)); other == nil {
				err = os.Remove(path)
			}
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // whose it was has deleted it
			return err
		}
	}
	return nil
}

func (s *Subjects) forget(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, name)
}

// place is where a person's key is kept. 256 folders keep each of them small.
func (s *Subjects) place(subject string) (osVolume, string) {
	name := hex.EncodeToString(keyed(s.names, "", subject))
	return osVolume{filepath.Join(s.dir, name[:2])}, name
}

// begin writes a new file whole, unless there is one of that name: whoever was quicker has made the key that counts.
func (v osVolume) begin(name string, data []byte) error {
	draft, path := filepath.Join(v.dir, rand.Text()), filepath.Join(v.dir, name)
	f, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Link(draft, path)
	}
	gone := os.Remove(draft)
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	return errors.Join(err, gone, v.sync())
}
