package audit

import (
	"errors"
	"os"
	"syscall"
)

// syncData waits for data and size but not for times, which saves the file system a journal entry.
func syncData(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if !errors.Is(err, syscall.EINTR) {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
