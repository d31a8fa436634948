//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package audit

// directoryLock is no lock: this system offers none that ends with its process. Keeping to one writer is left to its operator.
type directoryLock struct{}

func lockDirectory(string) (*directoryLock, error) { return &directoryLock{}, nil }

func (*directoryLock) firm() bool           { return true }
func (*directoryLock) renew() (bool, error) { return false, nil }
func (*directoryLock) Close() error         { return nil }
