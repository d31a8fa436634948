package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// volume is the directory of a log, as its writer needs it. Tests put faults in its place.
type volume interface {
	// files is for reading: what stands in the directory now.
	files() fs.FS
	// open opens a segment for writing, and creates it, readable by its owner only. The name of a new file is durable after sync.
	open(name string) (disk, error)
	// put writes a small file whole, in the place of one that may be there: it is durable with its name, or nothing has changed.
	put(name string, data []byte) error
	// link gives a file a second name, durably; it fails with fs.ErrExist if there is one.
	link(from, to string) error
	// remove deletes a file; that it is gone already is no error.
	remove(name string) error
	// holds returns nil if name still stands for the open file.
	holds(name string, file disk) error
	// sync makes names durable.
	sync() error
}

// disk is what a log asks of its segment file.
type disk interface {
	io.ReaderAt
	WriteAt(p []byte, offset int64) (int, error)
	Truncate(size int64) error
	Sync() error // returns when everything written, and the file's size, is on stable storage
	Close() error
}

// osDisk is a file of the operating system.
type osDisk struct{ *os.File }

func (d osDisk) Sync() error { return syncData(d.File) }

// osVolume is a directory of the operating system.
type osVolume struct{ dir string }

func (v osVolume) files() fs.FS { return os.DirFS(v.dir) }

func (v osVolume) open(name string) (disk, error) {
	// Not O_APPEND: a failed write is overwritten where it began, see writer.commit.
	f, err := os.OpenFile(filepath.Join(v.dir, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := v.holds(name, osDisk{f}); err != nil { // somebody may have put a link there
		return nil, errors.Join(err, f.Close())
	}
	return osDisk{f}, nil
}

func (v osVolume) put(name string, data []byte) error {
	path := filepath.Join(v.dir, name)
	if err := v.remove(name + ".tmp"); err != nil {
		return err
	}
	f, err := os.OpenFile(path+".tmp", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // follows no link
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(path+".tmp", path)
	}
	if err != nil {
		return errors.Join(err, v.remove(name+".tmp"))
	}
	return v.sync()
}

func (v osVolume) link(from, to string) error {
	if err := os.Link(filepath.Join(v.dir, from), filepath.Join(v.dir, to)); err != nil {
		return err
	}
	return v.sync()
}

func (v osVolume) remove(name string) error {
	err := os.Remove(filepath.Join(v.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (v osVolume) holds(name string, file disk) error {
	there, err := os.Lstat(filepath.Join(v.dir, name))
	if err != nil {
		return err
	}
	if !there.Mode().IsRegular() {
		return fmt.Errorf("%s: %w", name, errNoFile)
	}
	open, ok := file.(osDisk)
	if !ok {
		return nil
	}
	ours, err := open.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(there, ours) {
		return fmt.Errorf("%s: %w", name, errReplaced)
	}
	return nil
}

var errNoFile = errors.New("a link or a directory stands in its place; a segment is a plain file")

var errReplaced = errors.New("another file stands in its place")

// sync makes the names of new files durable. Windows does so by itself and cannot be asked.
func (v osVolume) sync() error { return syncDirectory(v.dir) }

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
