package audit

import "sync"

// memoryDisk is a disk with faults: data reaches durable only by Sync, and before is asked before every operation whether it fails.
type memoryDisk struct {
	mu       sync.Mutex
	data     []byte
	durable  []byte
	before   func(op string) error
	syncs    int
	isClosed bool
}

func (d *memoryDisk) ask(op string) error {
	d.mu.Lock()
	before := d.before
	d.mu.Unlock()
	if before == nil {
		return nil
	}
	return before(op)
}

func (d *memoryDisk) set(before func(op string) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.before = before
}

// WriteAt writes half of p when it fails, as a full disk does.
func (d *memoryDisk) WriteAt(p []byte, offset int64) (int, error) {
	err := d.ask("write")
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		p = p[:len(p)/2]
	}
	if short := int(offset) + len(p) - len(d.data); short > 0 {
		d.data = append(d.data, make([]byte, short)...)
	}
	return copy(d.data[offset:], p), err
}

func (d *memoryDisk) Truncate(size int64) error {
	if err := d.ask("truncate"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.data = d.data[:size]
	return nil
}

func (d *memoryDisk) Sync() error {
	if err := d.ask("sync"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.syncs++
	d.durable = append(d.durable[:0], d.data...)
	return nil
}

func (d *memoryDisk) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.isClosed = true
	return nil
}

func (d *memoryDisk) content() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return string(d.data)
}
