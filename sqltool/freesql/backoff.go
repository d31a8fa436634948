package freesql

import (
	"log/slog"
	"time"
)

// startTimeout is how long a worker may take to open its database.
const startTimeout = 30 * time.Second

// backoff is how long a keeper waits before it tries to start a worker again: longer each time, so that a machine without memory or
// processes to spare is not kept busy with starting some.
type backoff struct{ wait time.Duration }

const (
	shortestWait = 100 * time.Millisecond
	longestWait  = 5 * time.Second
)

func (p *pool) fail(err error, b *backoff) {
	if p.ctx.Err() != nil {
		return
	}
	if b.wait == 0 {
		p.count(&p.failing, 1)
		b.wait = shortestWait
	} else {
		b.wait = min(2*b.wait, longestWait)
	}
	p.logger.Warn("a SQL worker cannot be started", slog.Duration("next_try_in", b.wait), slog.Any("error", err))
	timer := time.NewTimer(b.wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.ctx.Done():
	}
}

func (b *backoff) worked(p *pool) {
	if b.wait > 0 {
		p.count(&p.failing, -1)
		b.wait = 0
	}
}
