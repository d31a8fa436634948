//go:build !linux

package audit

import "os"

// syncData waits until the disk itself has the data; on macOS this is F_FULLFSYNC.
func syncData(f *os.File) error { return f.Sync() }
