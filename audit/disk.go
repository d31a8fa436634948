package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// disk is what a log asks of its segment file. Tests put faults in its place.
type disk interface {
	WriteAt(p []byte, offset int64) (int, error)
	Truncate(size int64) error
	Sync() error // returns when everything written, and the file's size, is on stable storage
	Close() error
}

// osDisk is a file of the operating system.
type osDisk struct{ *os.File }

func (d osDisk) Sync() error { return syncData(d.File) }

// openSegment opens or creates a segment for writing, readable by its owner only.
func openSegment(path string) (disk, error) {
	// Not O_APPEND: a failed write is overwritten where it began, see writer.commit.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return osDisk{f}, nil
}

// makeDirectory creates the log directory if it is not there, and makes its name durable.
func makeDirectory(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(dir))
}

// syncDirectory makes the names of new files in dir durable. Windows does so by itself and cannot be asked.
func syncDirectory(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// setAside writes the torn end of a segment to a new file next to it and returns that file's name. The name tells segment and offset; files
// of earlier recoveries are never overwritten.
func setAside(dir, segment string, offset int64, torn []byte) (string, error) {
	for n := 1; ; n++ { // a later crash may tear the line at the same place again
		name := fmt.Sprintf("%s.%d-%d.torn", segment, offset, n)
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = f.Write(torn)
		return name, errors.Join(err, f.Sync(), f.Close(), syncDirectory(dir))
	}
}
