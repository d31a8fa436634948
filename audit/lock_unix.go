//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package audit

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// directoryLock keeps a directory to one writer, until it is closed or the process ends. A lock belongs to the open file, so a second attempt in
// the same process is refused too. The lock file is what every system can lock; the directory itself is locked beside it where that can be
// done, because a file can be deleted and made anew.
type directoryLock struct {
	dir          string
	folder, file *os.File // folder: nil where the system locks no directories
}

func lockDirectory(dir string) (*directoryLock, error) {
	l := &directoryLock{dir: dir}
	if _, err := l.renew(); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// firm reports whether nobody else can have got in, whatever became of the lock file.
func (l *directoryLock) firm() bool { return l.folder != nil }

// renew locks what stands now in the place of what was locked: a lock file that was made anew, or another directory of this name. It says whether
// there was a time in which somebody else could have got in.
func (l *directoryLock) renew() (gap bool, err error) {
	firm := l.firm()
	if !stands(l.folder, l.dir) {
		folder, err := lockPath(l.dir, os.O_RDONLY)
		if errors.Is(err, errLocked) || errors.Is(err, os.ErrNotExist) {
			return false, err
		}
		closeFile(l.folder)
		l.folder = folder
	}
	path := filepath.Join(l.dir, lockName)
	if stands(l.file, path) {
		return false, nil
	}
	file, err := lockPath(path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return false, err
	}
	gap = l.file != nil && !firm
	closeFile(l.file)
	l.file = file
	return gap, nil
}

func (l *directoryLock) Close() error {
	closeFile(l.folder)
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

func closeFile(f *os.File) {
	if f != nil {
		_ = f.Close() // nothing was written
	}
}

// stands reports whether path is the name of the open file.
func stands(f *os.File, path string) bool {
	if f == nil {
		return false
	}
	ours, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(ours, there)
}

// lockPath opens and locks a file or directory; errLocked if somebody else has.
func lockPath(path string, flags int) (*os.File, error) {
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, err
	}
	for { // a signal may interrupt even an attempt that does not wait
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err == nil {
		return f, nil
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errLocked
	}
	return nil, errors.Join(err, f.Close())
}
