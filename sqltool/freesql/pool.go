package freesql

import (
	"context"
	"log/slog"
	"sync"
)

// spares is how many workers there are beyond the statements that run at once, so that the next statement need not wait for a killed one's
// successor to start.
const spares = 1

// pool keeps a number of workers running. Each has a keeper that starts it, lends it out, and replaces it when it was killed or has died.
type pool struct {
	program []string
	setup   workerSetup
	starter *starter
	logger  *slog.Logger
	turns   chan struct{} // one is taken for each statement that runs
	ready   chan *loan
	first   opened

	ctx     context.Context // ends when the pool is closed
	stop    context.CancelFunc
	keepers sync.WaitGroup

	mu       sync.Mutex
	all      int // keepers
	failing  int // of these, those that could not start their worker
	replaced int // workers that were killed or died
	busy     int
}

// loan is a worker on loan: whoever has it says once, through back, whether it may be lent again.
type loan struct {
	*child
	back chan bool
}

// newPool starts the workers. It fails if the first cannot be started: what is wrong then is wrong with all.
func newPool(ctx context.Context, program []string, setup workerSetup, size int, logger *slog.Logger) (*pool, error) {
	p := &pool{
		program: program, setup: setup, starter: newStarter(), logger: logger,
		turns: make(chan struct{}, size), ready: make(chan *loan), all: size + spares,
	}
	p.ctx, p.stop = context.WithCancel(context.WithoutCancel(ctx))
	first, err := p.start(ctx)
	if err != nil {
		p.stop()
		p.starter.stop()
		return nil, err
	}
	p.first = first.opened
	var tried sync.WaitGroup // so that a server that is open can run as many statements as it says
	for i := range p.all {
		var c *child
		if i == 0 {
			c = first
		} else {
			tried.Add(1)
		}
		p.keepers.Go(func() {
			if c == nil {
				c, _ = p.start(ctx) // if it fails, keep tries again, and says so
				tried.Done()
			}
			p.keep(c)
		})
	}
	tried.Wait()
	return p, nil
}

// start starts a worker.
func (p *pool) start(ctx context.Context) (*child, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return startChild(ctx, p.starter, p.program, p.setup)
}

// keep lends out one worker after the other until the pool is closed.
func (p *pool) keep(c *child) {
	var patience backoff
	for p.ctx.Err() == nil {
		if c == nil {
			var err error
			if c, err = p.start(p.ctx); err != nil {
				p.fail(err, &patience)
				continue
			}
			patience.worked(p)
		}
		p.lend(c)
		c.end()
		c = nil
	}
	if c != nil {
		c.end()
	}
}

// lend offers a worker until it has to be replaced or the pool is closed.
func (p *pool) lend(c *child) {
	for {
		l := &loan{c, make(chan bool, 1)}
		select {
		case <-p.ctx.Done():
			return
		case <-c.silent: // it died while nobody asked it anything
			p.count(&p.replaced, 1)
			return
		case p.ready <- l:
		}
		if healthy := <-l.back; !healthy {
			p.count(&p.replaced, 1)
			return
		}
	}
}

func (p *pool) count(what *int, by int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*what += by
}

// run asks a worker and returns when it has answered or ctx ends, whichever comes first.
func (p *pool) run(ctx context.Context, wait <-chan struct{}, q question) (reply, error) {
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-wait:
		return reply{Refused: p.none()}, nil
	case <-ctx.Done():
		return reply{}, ctx.Err()
	case <-p.ctx.Done():
		return reply{Refused: unavailable()}, nil
	}
	select {
	case l := <-p.ready:
		return p.put(ctx, l, q)
	case <-wait:
		return reply{Refused: p.none()}, nil
	case <-ctx.Done():
		return reply{}, ctx.Err()
	case <-p.ctx.Done():
		return reply{Refused: unavailable()}, nil
	}
}

// put asks the worker on loan.
func (p *pool) put(ctx context.Context, l *loan, q question) (reply, error) {
	p.count(&p.busy, 1)
	defer p.count(&p.busy, -1)
	type end struct {
		reply reply
		err   error
	}
	answered := make(chan end, 1)
	go func() {
		r, err := l.ask(q)
		answered <- end{r, err}
	}()
	select {
	case e := <-answered:
		if e.err != nil { // it has died: of too much memory, most likely
			l.kill()
			l.back <- false
			if ctx.Err() != nil {
				return reply{}, ctx.Err()
			}
			return reply{Refused: failed(), Detail: "the worker died: " + e.err.Error()}, nil
		}
		l.back <- !e.reply.Spent
		return e.reply, nil
	case <-ctx.Done():
		l.kill()
		l.back <- false
		return reply{}, ctx.Err()
	case <-p.ctx.Done():
		l.kill()
		l.back <- false
		return reply{Refused: unavailable()}, nil
	}
}

// none says why no worker could be had.
func (p *pool) none() *refusal {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failing == p.all {
		return unavailable()
	}
	return busy()
}

func (p *pool) stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Stats{Running: p.busy, Replaced: p.replaced, Open: p.failing == p.all}
}

// close kills the workers and waits until they are gone.
func (p *pool) close(context.Context) error {
	p.stop()
	p.keepers.Wait()
	p.starter.stop()
	return nil
}
