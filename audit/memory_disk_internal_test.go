package audit

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"testing/fstest"
)

// memoryVolume is a directory with faults: what is written and named reaches durable only by the syncs that promise it, and before is asked
// before every operation whether it fails.
type memoryVolume struct {
	mu      sync.Mutex
	names   map[string]*memoryDisk // as programs see them
	durable map[string]*memoryDisk // as they come back after a power cut
	before  func(op string) error
	syncs   int // of files
	closed  int // files
}

func newVolume() *memoryVolume {
	return &memoryVolume{names: map[string]*memoryDisk{}, durable: map[string]*memoryDisk{}}
}

// with puts a file there, durably.
func (v *memoryVolume) with(name, content string) *memoryVolume {
	d := &memoryDisk{volume: v, data: []byte(content), durable: []byte(content)}
	v.names[name], v.durable[name] = d, d
	return v
}

func (v *memoryVolume) ask(op string) error {
	v.mu.Lock()
	before := v.before
	v.mu.Unlock()
	if before == nil {
		return nil
	}
	return before(op)
}

func (v *memoryVolume) set(before func(op string) error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.before = before
}

// now is what programs see; kept what a power cut would leave.
func (v *memoryVolume) now() fstest.MapFS {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := fstest.MapFS{}
	for name, d := range v.names {
		all[name] = &fstest.MapFile{Data: bytes.Clone(d.data), Mode: 0o600}
	}
	return all
}

func (v *memoryVolume) kept() fstest.MapFS {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := fstest.MapFS{}
	for name, d := range v.durable {
		all[name] = &fstest.MapFile{Data: bytes.Clone(d.durable), Mode: 0o600}
	}
	return all
}

// afterCut is the volume as it comes back when the power went.
func (v *memoryVolume) afterCut() *memoryVolume {
	again := newVolume()
	for name, file := range v.kept() {
		again.with(name, string(file.Data))
	}
	return again
}

func (v *memoryVolume) files() fs.FS { return v.now() }

func (v *memoryVolume) open(name string) (disk, error) {
	if err := v.ask("open"); err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.names[name] == nil {
		v.names[name] = &memoryDisk{volume: v}
	}
	return v.names[name], nil
}

func (v *memoryVolume) put(name string, data []byte) error {
	if err := v.ask("put"); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	d := &memoryDisk{volume: v, data: bytes.Clone(data), durable: bytes.Clone(data)}
	v.names[name] = d
	v.durable = maps.Clone(v.names)
	return nil
}

func (v *memoryVolume) link(from, to string) error {
	if err := v.ask("link"); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.names[to] != nil {
		return fs.ErrExist
	}
	v.names[to] = v.names[from]
	v.durable = maps.Clone(v.names)
	return nil
}

func (v *memoryVolume) remove(name string) error {
	if err := v.ask("remove"); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.names, name)
	return nil
}

func (v *memoryVolume) holds(name string, file disk) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.names[name] == nil:
		return fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	case disk(v.names[name]) != file:
		return errReplaced
	}
	return nil
}

func (v *memoryVolume) sync() error {
	if err := v.ask("names"); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.durable = maps.Clone(v.names)
	return nil
}

// content is the first segment as programs see it.
func (v *memoryVolume) content() string { return string(v.now()[segmentName(1)].Data) }

// segments are the names of all files of records, in order.
func (v *memoryVolume) segments() []string {
	d, _ := readDirectory(v.now())
	var names []string
	for _, n := range d.segments {
		names = append(names, segmentName(n))
	}
	return slices.Clip(names)
}

// memoryDisk is one file of a memoryVolume.
type memoryDisk struct {
	volume        *memoryVolume
	data, durable []byte
}

// WriteAt writes half of p when it fails, as a full disk does.
func (d *memoryDisk) WriteAt(p []byte, offset int64) (int, error) {
	err := d.volume.ask("write")
	d.volume.mu.Lock()
	defer d.volume.mu.Unlock()
	if err != nil {
		p = p[:len(p)/2]
	}
	if short := int(offset) + len(p) - len(d.data); short > 0 {
		d.data = append(d.data, make([]byte, short)...)
	}
	return copy(d.data[offset:], p), err
}

func (d *memoryDisk) ReadAt(p []byte, offset int64) (int, error) {
	d.volume.mu.Lock()
	defer d.volume.mu.Unlock()
	n := copy(p, d.data[offset:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (d *memoryDisk) Truncate(size int64) error {
	if err := d.volume.ask("truncate"); err != nil {
		return err
	}
	d.volume.mu.Lock()
	defer d.volume.mu.Unlock()
	d.data = d.data[:size]
	return nil
}

func (d *memoryDisk) Sync() error {
	if err := d.volume.ask("sync"); err != nil {
		return err
	}
	d.volume.mu.Lock()
	defer d.volume.mu.Unlock()
	d.volume.syncs++
	d.durable = bytes.Clone(d.data)
	return nil
}

func (d *memoryDisk) Close() error {
	d.volume.mu.Lock()
	defer d.volume.mu.Unlock()
	d.volume.closed++
	return nil
}
