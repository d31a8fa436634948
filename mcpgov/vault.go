package mcpgov

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

const (
	// storeTime is what a Store gets to answer for a call, all of its operations together. A handler does not wait longer for it.
	storeTime = 50 * time.Millisecond
	// storeRest is how long a Store that failed is not asked: a call in each of them waits in vain, not every one.
	storeRest = time.Second
	// storeCalls bounds what a Store does at once: one that never returns ties up no more than these.
	storeCalls = 64
	// generationTTL is how long a Store keeps the generation of a tag. A lost one costs answers, nothing else.
	generationTTL = 30 * 24 * time.Hour
)

var (
	errStoreBusy = errors.New("too many operations have not returned")
	errNotOurs   = errors.New("it gave a value that was not put there under this key")
)

// vault is the Store with everything in it sealed. What goes wrong with it is an answer less, and never ends a call.
type vault struct {
	store   Store
	nameKey []byte
	seal    cipher.AEAD // with a nonce of its own in every value
	running slots
	logger  *slog.Logger

	failing  atomic.Bool
	failures atomic.Int64
	rests    atomic.Int64 // until when, in nanoseconds since 1970
}

func newVault(b *builder, nameKey []byte, logger *slog.Logger) (*vault, error) {
	key, err := hkdf.Key(sha256.New, b.key, nil, "mcpgov values in the store", 32)
	if err != nil {
		return nil, fmt.Errorf("the key of the store: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("the key of the store: %w", err)
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("the key of the store: %w", err)
	}
	return &vault{store: b.config.Store, nameKey: nameKey, seal: seal, running: make(slots, storeCalls), logger: logger}, nil
}

// do runs f against the Store within its time, whatever becomes of the caller meanwhile: who hangs up is no fault of the Store's.
func (v *vault) do(ctx context.Context, f func(context.Context) error) error {
	begun := time.Now()
	if !v.running.takeWithin(storeTime / 2) {
		v.failed(errStoreBusy)
		return errStoreBusy
	}
	_, err, left := watch(context.WithoutCancel(ctx), storeTime-time.Since(begun), func(ctx context.Context) (struct{}, error) { return struct{}{}, f(ctx) }, v.running.give)
	if !left {
		v.running.give()
	}
	if err != nil {
		v.failed(err)
	} else if v.failing.Swap(false) {
		v.logger.Info("the Store of the cache answers again")
	}
	return err
}

func (v *vault) failed(err error) {
	v.failures.Add(1)
	v.rests.Store(time.Now().Add(storeRest).UnixNano())
	if !v.failing.Swap(true) {
		v.logger.Warn("the Store of the cache fails: handlers answer, and replicas hear late of what has changed", slog.Any("error", err))
	}
}

// resting reports whether the Store failed a moment ago.
func (v *vault) resting() bool { return time.Now().UnixNano() < v.rests.Load() }

// get returns what is sealed under a name; nil for nothing.
func (v *vault) get(ctx context.Context, name string) ([]byte, error) {
	sealed, err := v.store.Get(ctx, name)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err //nolint:wrapcheck // logged as the Store's
	}
	if len(sealed) <= maxStored {
		if plain, err := v.seal.Open(nil, nil, sealed, []byte(name)); err == nil {
			return plain, nil
		}
	}
	return nil, errors.Join(errNotOurs, v.store.Delete(ctx, name))
}

func (v *vault) set(ctx context.Context, name string, plain []byte, ttl time.Duration) error {
	sealed := v.seal.Seal(nil, nil, plain, []byte(name)) //nolint:gosec // no nonce is given because the AEAD makes one up for each value
	return v.store.Set(ctx, name, sealed, ttl)           //nolint:wrapcheck // logged as the Store's
}

// generation is that of a tag in the Store. One that is not there, or of which the Store has not heard the newest, is made: what was kept under
// another is dead.
func (v *vault) generation(ctx context.Context, t *tag) (string, error) {
	if !t.owed() {
		if now, err := v.get(ctx, v.tagName(t)); err != nil || len(now) > 0 {
			return string(now), err
		}
	}
	return v.renew(ctx, t)
}

// renew begins a new generation of a tag in the Store.
func (v *vault) renew(ctx context.Context, t *tag) (string, error) {
	fresh, here := rand.Text(), t.generation.Load()
	if err := v.set(ctx, v.tagName(t), []byte(fresh), generationTTL); err != nil {
		return "", err
	}
	t.heard(here)
	return fresh, nil
}

func (v *vault) tagName(t *tag) string {
	mac := hmac.New(sha256.New, v.nameKey)
	mac.Write([]byte("tag " + t.name))
	return "mcpgov:tag:" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// outdate tells the Store that tags have a new generation. What it does not hear now it is told with the next call that asks for the tag.
func (v *vault) outdate(tags []*tag) {
	_ = v.do(context.Background(), func(ctx context.Context) error { // counted and logged there; the tags keep what is owed
		for _, t := range tags {
			if _, err := v.renew(ctx, t); err != nil {
				return err
			}
		}
		return nil
	})
}
