package cli

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mattn/go-runewidth"
)

// progress says on a terminal how far long work has come.
type progress struct {
	read, total atomic.Int64
	poll        func() int64 // measures instead of read; nil: read it is
	stop, done  chan struct{}
}

// begin prints now and then, if w is a terminal, until end.
func begin(w io.Writer, what string, total int64) *progress { return beginPolled(w, what, total, nil) }

func beginPolled(w io.Writer, what string, total int64, poll func() int64) *progress {
	p := &progress{poll: poll, stop: make(chan struct{}), done: make(chan struct{})}
	p.total.Store(total)
	width := terminal(w)
	if width == 0 {
		close(p.done)
		return p
	}
	go p.show(w, what, width)
	return p
}

// patience is how long people wait without wondering.
const patience = time.Second

func (p *progress) show(w io.Writer, what string, width int) {
	defer close(p.done)
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	began, shown := time.Now(), 0 // columns of the line that stands there
	for {
		select {
		case <-p.stop:
			if shown > 0 {
				_, _ = fmt.Fprintf(w, "\r%s\r", strings.Repeat(" ", shown))
			}
			return
		case <-ticker.C:
		}
		if time.Since(began) < patience {
			continue
		}
		if p.poll != nil {
			p.read.Store(p.poll())
		}
		read, total := p.read.Load(), p.total.Load()
		line := fmt.Sprintf("%s: %s", what, time.Since(began).Round(time.Second))
		if total > 0 {
			line = fmt.Sprintf("%s: %d %% of %d MiB, %.0f MiB/s", what, min(100, 100*read/total), total>>20, float64(read)/(1<<20)/time.Since(began).Seconds())
		}
		line = runewidth.Truncate(line, width-1, "…") // the last column of some terminals begins a new line
		_, _ = fmt.Fprintf(w, "\r%s", runewidth.FillRight(line, shown))
		shown = runewidth.StringWidth(line)
	}
}

func (p *progress) end() {
	select {
	case <-p.done:
	default:
		close(p.stop)
		<-p.done
	}
}

// counted is a file system that counts what is read of its files, until ctx ends.
type counted struct {
	fs.FS
	read *atomic.Int64
	ctx  context.Context //nolint:containedctx // a file system has no other way to be interrupted
}

func (c counted) Open(name string) (fs.File, error) {
	file, err := c.FS.Open(name)
	if err != nil {
		return nil, err //nolint:wrapcheck // names the file
	}
	if dir, ok := file.(fs.ReadDirFile); ok {
		if info, err := file.Stat(); err == nil && info.IsDir() {
			return dir, nil
		}
	}
	return countedFile{file, c.read, c.ctx}, nil
}

type countedFile struct {
	fs.File
	read *atomic.Int64
	ctx  context.Context //nolint:containedctx // as above
}

func (f countedFile) Read(p []byte) (int, error) {
	if f.ctx.Err() != nil {
		return 0, context.Cause(f.ctx)
	}
	n, err := f.File.Read(p)
	f.read.Add(int64(n))
	return n, err //nolint:wrapcheck // io.EOF must stay itself
}
