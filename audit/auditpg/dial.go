package auditpg

import (
	"context"
	"net"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
)

// dialer makes the network connections of a sink and can end them all: pgx leaves connections that it gave up to a goroutine of their own,
// which may wait for a dead server long after the sink was closed.
type dialer struct {
	dial pgconn.DialFunc
	ctx  context.Context // ends with the sink
	end  context.CancelFunc

	mu    sync.Mutex
	conns map[*tracked]struct{}
}

// tracked is a connection that its dialer knows while it is open.
type tracked struct {
	net.Conn
	of *dialer
}

func newDialer(dial pgconn.DialFunc) *dialer {
	ctx, end := context.WithCancel(context.Background())
	return &dialer{dial: dial, ctx: ctx, end: end, conns: map[*tracked]struct{}{}}
}

// connect makes a connection, while both ctx and the sink last.
func (d *dialer) connect(ctx context.Context, network, addr string) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(d.ctx, cancel)
	defer stop()
	conn, err := d.dial(ctx, network, addr)
	if err != nil {
		return nil, err //nolint:wrapcheck // pgx says what it was for
	}
	made := &tracked{conn, d}
	d.mu.Lock()
	d.conns[made] = struct{}{}
	d.mu.Unlock()
	if d.ctx.Err() != nil { // closed meanwhile, and close did not see this one
		_ = made.Close()
		return nil, errClosed
	}
	return made, nil
}

// Close closes the connection.
func (t *tracked) Close() error {
	t.of.mu.Lock()
	delete(t.of.conns, t)
	t.of.mu.Unlock()
	return t.Conn.Close() //nolint:wrapcheck // it stands for the connection
}

// close ends every connection that is still open.
func (d *dialer) close() {
	d.end()
	d.mu.Lock()
	left := make([]*tracked, 0, len(d.conns))
	for conn := range d.conns {
		left = append(left, conn)
	}
	d.mu.Unlock()
	for _, conn := range left {
		_ = conn.Close() // whoever uses it hears of it there
	}
}
