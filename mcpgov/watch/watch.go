// Package watch reloads the policy of a running server when its files change.
//
//	srv, err := mcpgov.New(config, tools...)
//	...
//	go func() {
//		err := watch.Policy(ctx, srv, "policies", []string{"*.yaml"}, func(err error) {
//			if err != nil {
//				slog.Error("the policy was refused, the old one stays", "error", err)
//			}
//		})
//		...
//	}()
//
// It is a package of its own so that only its users link a file watcher. A server without it reloads when its host calls
// ReloadPolicy, on a signal, say.
package watch

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

// settle is how long files must be quiet before they are read: editors and deployments write in several steps. A reader that comes too
// early would meet half a policy, which is refused, or half of the files, which is not.
const settle = 200 * time.Millisecond

// Policy watches a folder until ctx ends, and returns nil then. Whenever something in it changes and is then quiet for 200 ms, the files that
// match the patterns (as for [policy.ParseFS]) are read and, if they are another policy than the last one read, put in force by
// [mcpgov.Server.ReloadPolicy]. A policy that has faults is refused and recorded, and the old one stays.
//
// Reloaded, if not nil, is told how each reload ended: nil, or what was wrong with the files. It is called on Policy's own goroutine.
// Folders are watched, not files: editors that write a new file and rename it, and Kubernetes, which swaps a symbolic link, are both seen.
// The folder must exist; the policy in force when Policy begins is not touched until a file changes. An error means that the folder
// cannot be watched, or no longer.
func Policy(ctx context.Context, srv *mcpgov.Server, dir string, patterns []string, reloaded func(error)) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching %s: %w", dir, err)
	}
	defer func() { _ = watcher.Close() }() // nothing is read from it any more
	if err := watchFolders(watcher, dir); err != nil {
		return err
	}
	if reloaded == nil {
		reloaded = func(error) {}
	}
	quiet := time.NewTimer(0)
	quiet.Stop()
	defer quiet.Stop()
	last := digest(os.DirFS(dir), patterns)
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, open := <-watcher.Events:
			if !open {
				return fmt.Errorf("watching %s: the watcher has ended", dir)
			}
			quiet.Reset(settle)
		case err, open := <-watcher.Errors:
			if !open {
				return fmt.Errorf("watching %s: the watcher has ended", dir)
			}
			if !errors.Is(err, fsnotify.ErrEventOverflow) { // what was lost was a change, too
				return fmt.Errorf("watching %s: %w", dir, err)
			}
			quiet.Reset(settle)
		case <-quiet.C:
			if err := watchFolders(watcher, dir); err != nil { // there may be new ones
				return err
			}
			reload(ctx, srv, dir, patterns, &last, reloaded)
		}
	}
}

// reload reads the files and puts them in force, unless they are what was read the last time.
func reload(ctx context.Context, srv *mcpgov.Server, dir string, patterns []string, last *[sha256.Size]byte, reloaded func(error)) {
	files := os.DirFS(dir)
	now := digest(files, patterns)
	if now == *last {
		return
	}
	*last = now
	set, err := policy.ParseFS(files, patterns...)
	if err != nil {
		reloaded(fmt.Errorf("reading the policy in %s: %w", dir, err))
		return
	}
	reloaded(srv.ReloadPolicy(ctx, set))
}

// digest tells one state of the files from another.
func digest(files fs.FS, patterns []string) (sum [sha256.Size]byte) {
	hash := sha256.New()
	for _, pattern := range patterns {
		names, err := fs.Glob(files, pattern)
		_, _ = fmt.Fprintf(hash, "%q %v\n", pattern, err) // a hash takes everything
		for _, name := range names {
			data, err := fs.ReadFile(files, name)
			_, _ = fmt.Fprintf(hash, "%q %d %v\n", name, len(data), err)
			hash.Write(data)
		}
	}
	hash.Sum(sum[:0])
	return sum
}

// watchFolders watches a folder and all below it. Those that are watched already stay so.
func watchFolders(watcher *fsnotify.Watcher, dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error { //nolint:wrapcheck // names the folder
		switch {
		case err != nil && path == dir:
			return fmt.Errorf("watching %s: %w", dir, err)
		case err != nil:
			return nil //nolint:nilerr // gone while we looked: its folder tells
		case entry.IsDir():
			if err := watcher.Add(path); err != nil {
				return fmt.Errorf("watching %s: %w", path, err)
			}
		}
		return nil
	})
}
