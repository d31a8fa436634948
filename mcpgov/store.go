package mcpgov

import (
	"context"
	"errors"
	"time"
)

// Store is memory that replicas of a server share, such as a Redis: see [Config].Store. What is put in it is sealed and named by keyed digests, so
// that it learns neither names nor values; a value it changes, or gives for another key, is not accepted, and an old one it gives again is good for no longer than it was. All methods may be called from many goroutines,
// and should return when ctx ends.
type Store interface {
	// Get returns the value of key, or an error that is [ErrNotFound] if there is none or its time is over.
	Get(ctx context.Context, key string) ([]byte, error)
	// Set puts value in the place of what key has, for ttl, which is more than 0.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// Delete removes key; one that is not there is no error.
	Delete(ctx context.Context, key string) error
}

// ErrNotFound is what a [Store] answers, alone or wrapped, of a key it does not have.
var ErrNotFound = errors.New("the store has no such key")
