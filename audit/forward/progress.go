package forward

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/mcpgov/go-sdk/audit"
)

// The files of the shipper in the directory of the log.
const (
	progressFile = "forward.json"
	refusedFile  = "forward.refused.jsonl"
)

// progress is how far the log in a buffer has been shipped: everything before a place.
type progress struct {
	Version int    `json:"v"`       // 1
	Segment int    `json:"segment"` // number of the segment
	Offset  int64  `json:"offset"`  // bytes of it that are shipped
	Seq     uint64 `json:"seq"`     // the last record that is
	Refused uint64 `json:"refused"` // how many of them were set aside
}

// readProgress reads the note of the directory that log is open in; without one, nothing is shipped.
func readProgress(dir string, log *audit.Log) (progress, error) {
	p := progress{Version: 1}
	text, err := os.ReadFile(filepath.Join(dir, progressFile))
	head, _ := log.Head()
	if errors.Is(err, fs.ErrNotExist) {
		return beginning(dir, head)
	}
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(text, &p); err != nil || p.Version != 1 || p.Segment < 1 || p.Offset < 0 {
		return p, fmt.Errorf("%s is not a note of version 1; delete it to send all records again", progressFile)
	}
	if p.Seq > head {
		return p, fmt.Errorf("%s says that record %d was shipped, but the log ends with %d: it is not the log it was; give the sink another directory",
			progressFile, p.Seq, head)
	}
	info, err := os.Stat(filepath.Join(dir, segmentName(p.Segment)))
	if errors.Is(err, fs.ErrNotExist) { // deleted by retention; if there is nothing behind it, the log is another
		_, err = nextSegment(dir, p)
		return p, err
	}
	if err != nil {
		return p, err
	}
	if info.Size() < p.Offset {
		return p, fmt.Errorf("%s is shorter than %s says was shipped of it; give the sink another directory", segmentName(p.Segment), progressFile)
	}
	return p, nil
}

// beginning is before the first record that the log still has, behind those that retention deleted.
func beginning(dir string, head uint64) (progress, error) {
	p := progress{Version: 1, Segment: 1, Seq: head}
	all, err := audit.Segments(os.DirFS(dir))
	if err != nil {
		return p, err
	}
	for _, s := range all {
		if !s.Pruned {
			p.Segment = s.Number
			break
		}
	}
	for r, err := range audit.Records(os.DirFS(dir)) {
		if err == nil && r.Seq == 0 {
			err = errors.New("the log begins with a record without a number")
		}
		p.Seq = r.Seq - 1
		return p, err
	}
	return p, nil // no record is left, or none was written
}

// write replaces the note, durably: after a crash there is the old one or the new one.
func (p progress) write(dir string) (err error) {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	name := filepath.Join(dir, progressFile)
	if err := writeDurably(name+".new", os.O_CREATE|os.O_TRUNC, append(text, '\n')); err != nil {
		return err
	}
	if err := os.Rename(name+".new", name); err != nil {
		return err
	}
	return syncDirectory(dir)
}

// setAside adds the line of a record to those the collector refused. A crash may leave it there twice.
func setAside(dir string, line []byte) error {
	if err := writeDurably(filepath.Join(dir, refusedFile), os.O_CREATE|os.O_APPEND, line); err != nil {
		return err
	}
	return syncDirectory(dir)
}

// writeDurably writes text to a file that only its owner may read.
func writeDurably(name string, flags int, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|flags, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDirectory makes names in dir durable. Windows does so by itself and cannot be asked.
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
