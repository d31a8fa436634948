package auditdb

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/mcpgov/go-sdk/audit"
)

// lineFile reads records of a segment from its lines.
type lineFile struct {
	path   string
	size   int64    // bytes to read
	wanted []uint64 // sequence numbers, ascending; nil: all
}

// lineAt is the place of a wanted line.
type lineAt struct {
	start  int64
	length int
	number int    // of the line, from 1
	seq    uint64 // that its record must have
}

// forwards calls read with the wanted records until it returns false.
func (l *lineFile) forwards(ctx context.Context, read func(*audit.Record) (bool, error)) error {
	return l.each(ctx, func(at lineAt, line []byte) (bool, error) {
		record, err := l.parse(line, at)
		if err != nil {
			return false, err
		}
		return read(&record)
	})
}

// backwards does the same from the last to the first.
func (l *lineFile) backwards(ctx context.Context, read func(*audit.Record) (bool, error)) error {
	var places []lineAt
	err := l.each(ctx, func(at lineAt, _ []byte) (bool, error) {
		places = append(places, at)
		return true, nil
	})
	if err != nil {
		return err
	}
	file, err := os.Open(l.path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	var buffer []byte
	for _, at := range slices.Backward(places) {
		buffer = append(buffer[:0], make([]byte, at.length)...)
		if _, err := file.ReadAt(buffer, at.start); err != nil {
			return err
		}
		record, err := l.parse(buffer, at)
		if err != nil {
			return err
		}
		if more, err := read(&record); err != nil || !more {
			return err
		}
	}
	return nil
}

// parse reads one line; at.seq 0 means that any number is right.
func (l *lineFile) parse(line []byte, at lineAt) (audit.Record, error) {
	record, err := audit.ParseRecord(line[:len(line)-1])
	if err == nil && at.seq != 0 && record.Seq != at.seq {
		err = fmt.Errorf("it is record %d, expected %d; audit.Verify says what is wrong with the log", record.Seq, at.seq)
	}
	if err != nil {
		return record, fmt.Errorf("%s:%d: %w", filepath.Base(l.path), at.number, err)
	}
	return record, nil
}

// each calls f with the wanted lines, line ends included, and where they start. In a segment each record follows the one before, so only
// the first is read to know them all; that a line is the one it should be is held against its number.
func (l *lineFile) each(ctx context.Context, f func(at lineAt, line []byte) (bool, error)) error {
	file, err := os.Open(l.path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	lines := bufio.NewReaderSize(io.LimitReader(file, l.size), 256<<10)
	var long []byte
	var start int64
	var seq uint64
	wanted := l.wanted
	for n := 1; l.wanted == nil || len(wanted) > 0; n++ {
		line, err := readLine(lines, &long)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", filepath.Base(l.path), n, err)
		}
		if n%4096 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if n == 1 {
			record, err := l.parse(line, lineAt{number: 1})
			if err != nil {
				return err
			}
			seq = record.Seq
		}
		if l.wanted == nil || wanted[0] == seq {
			if l.wanted != nil {
				wanted = wanted[1:]
			}
			if more, err := f(lineAt{start, len(line), n, seq}, line); err != nil || !more {
				return err
			}
		}
		start += int64(len(line))
		seq++
	}
	if len(wanted) > 0 {
		return fmt.Errorf("%s: record %d is not where its number says; audit.Verify says what is wrong with the log", filepath.Base(l.path), wanted[0])
	}
	return nil
}
