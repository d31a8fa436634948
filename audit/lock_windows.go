package audit

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

const errorSharingViolation = syscall.Errno(32)

// directoryLock keeps a directory to one writer: the lock file is opened without sharing, so nobody can open, move or delete it until it is
// closed.
type directoryLock struct{ *os.File }

func (directoryLock) firm() bool           { return true }
func (directoryLock) renew() (bool, error) { return false, nil }

func lockDirectory(dir string) (*directoryLock, error) {
	path := filepath.Join(dir, lockName)
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, errorSharingViolation) {
		return nil, errLocked
	}
	if err != nil {
		return nil, os.NewSyscallError("CreateFile", err)
	}
	return &directoryLock{os.NewFile(uintptr(h), path)}, nil
}
