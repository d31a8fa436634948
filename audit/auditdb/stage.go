package auditdb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// stagedSuffix ends the names of files that are not whole yet.
const stagedSuffix = ".part"

// abandoned is how long nobody must have written to a staged file before it counts as left by a run that was interrupted.
const abandoned = time.Hour

// sweep removes from a log directory what interrupted runs left. It does not matter if it cannot: it only takes room.
func sweep(dir string, now time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		ours := strings.HasPrefix(e.Name(), ".audit-") && strings.HasSuffix(e.Name(), stagedSuffix)
		if err == nil && ours && now.Sub(info.ModTime()) > abandoned {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// stage makes an empty file beside path, readable by its owner only, in which path's content can be prepared.
func stage(path string) (string, error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*"+stagedSuffix)
	if err != nil {
		return "", err
	}
	return file.Name(), file.Close()
}

// settle makes a staged file durable and returns its size. Whoever wrote it may have made it anew, so the mode is set again.
func settle(staged string) (int64, error) {
	if err := os.Chmod(staged, 0o600); err != nil {
		return 0, err
	}
	file, err := os.OpenFile(staged, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	info, err := file.Stat()
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// publish names a staged file path. Unless force, a file that is there stays and is an error.
func publish(staged, path string, force bool) error {
	if force {
		if err := os.Rename(staged, path); err != nil {
			return err
		}
		return syncDirectory(filepath.Dir(path))
	}
	// A link is refused if the name is taken; a rename would replace what another program has just put there.
	err := os.Link(staged, path)
	if errors.Is(err, os.ErrExist) {
		return errExists(path)
	}
	if err != nil { // a file system without links
		if _, statErr := os.Lstat(path); !errors.Is(statErr, os.ErrNotExist) {
			return errExists(path)
		}
		if err := os.Rename(staged, path); err != nil {
			return err
		}
		return syncDirectory(filepath.Dir(path))
	}
	return errors.Join(os.Remove(staged), syncDirectory(filepath.Dir(path)))
}

// syncDirectory makes the names in a directory durable, where the system can.
func syncDirectory(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // a directory cannot be synced there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func errExists(path string) error {
	return fmt.Errorf("%s exists; give another path, or set Force to replace it: %w", path, os.ErrExist)
}
