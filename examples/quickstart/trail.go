package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/mcpgov/go-sdk/audit"
)

// trail is the audit log of one run, and the key its chain and the digests in its records are made with.
type trail struct {
	*audit.Log
	dir string
	key []byte
}

func openTrail(dir string, logger *slog.Logger) (*trail, error) {
	key, err := keyBeside(dir)
	if err != nil {
		return nil, err
	}
	log, err := audit.Open(dir, &audit.Options{Key: key, Logger: logger})
	if err != nil {
		return nil, err
	}
	return &trail{Log: log, dir: dir, key: key}, nil
}

// keyBeside reads the key of a log from the file next to its folder, or makes one up for a new log. It is enough for a demo that may be
// run twice on one log; a real key comes from a place that whoever can write the log cannot read.
func keyBeside(dir string) ([]byte, error) {
	const size = 32
	path := dir + ".key"
	key, err := os.ReadFile(path) //nolint:gosec // the folder is the one the user named
	switch {
	case err == nil && len(key) == size:
		return key, nil
	case err == nil:
		return nil, fmt.Errorf("the key file %s has %d bytes, not %d: give another folder with -log", path, len(key), size)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return nil, err
	}
	key = make([]byte, size)
	_, _ = rand.Read(key) // never fails
	return key, os.WriteFile(path, key, 0o600)
}
