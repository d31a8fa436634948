package auditpg_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// proxy is a network between sink and server that can be broken. Its state holds for connections that are open as for those to come.
type proxy struct {
	dsn    string // of the server, through the proxy
	port   uint16
	target string

	mu          sync.Mutex
	change      chan struct{}     // closed when what follows changed
	stalled     bool              // nothing gets through, either way
	dead        map[net.Conn]bool // nothing gets through on these, for ever
	refused     bool              // connections are closed at once
	deaf        string            // once the client has sent this, the server's answers are lost
	heard       bool              // the client has sent it
	uncancelled bool              // requests to cancel a statement are lost
	conns       map[net.Conn]struct{}
}

// newProxy starts a proxy in front of the server of dsn.
func newProxy(t testing.TB, dsn string) *proxy {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := listener.Addr().(*net.TCPAddr).Port
	p := &proxy{
		port: uint16(port), target: net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))), change: make(chan struct{}), conns: map[net.Conn]struct{}{}, dead: map[net.Conn]bool{},
		dsn: fmt.Sprintf("host=127.0.0.1 port=%d user=%s dbname=%s sslmode=disable", port, config.User, config.Database),
	}
	if config.Password != "" {
		p.dsn += " password=" + config.Password
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		p.set(func() { p.stalled, p.refused, p.deaf, p.dead = false, true, "", nil })
		p.cut()
		serving.Wait()
	})
	return p
}

// set changes the state.
func (p *proxy) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	close(p.change)
	p.change = make(chan struct{})
}

// stall holds back everything until release is called.
func (p *proxy) stall() (release func()) {
	p.set(func() { p.stalled = true })
	return func() { p.set(func() { p.stalled = false }) }
}

// cut closes all connections.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.conns {
		_ = conn.Close()
	}
}

// die leaves the connections that are there open, but nothing gets through them ever again, as if a firewall had forgotten them.
func (p *proxy) die() {
	p.set(func() {
		for conn := range p.conns {
			p.dead[conn] = true
		}
	})
}

// wait returns when nothing is held back on the way to conn.
func (p *proxy) wait(conn net.Conn) {
	for {
		p.mu.Lock()
		held, change := p.stalled || p.dead[conn], p.change
		p.mu.Unlock()
		if !held {
			return
		}
		<-change
	}
}

// keep notes a connection; false if none is let through.
func (p *proxy) keep(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.refused {
		p.conns[conn] = struct{}{}
	}
	return !p.refused
}

func (p *proxy) forget(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, conn)
	_ = conn.Close()
}

// serve is one connection.
func (p *proxy) serve(client net.Conn) {
	defer p.forget(client)
	if !p.keep(client) {
		return
	}
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer p.forget(server)
	if !p.keep(server) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() {
		defer func() { _ = client.Close() }()
		_, _ = io.Copy(gate{p, client, p.answered}, server)
	})
	both.Go(func() {
		defer func() { _ = server.Close() }()
		_, _ = io.Copy(gate{p, server, p.asked}, client)
	})
	both.Wait()
}

// gate lets bytes through to a connection when the proxy does and say wants them to.
type gate struct {
	*proxy
	to  net.Conn
	say func(p []byte) (through bool)
}

func (g gate) Write(p []byte) (int, error) {
	g.wait(g.to)
	if !g.say(p) {
		return len(p), nil
	}
	return g.to.Write(p) //nolint:wrapcheck // stands for the connection
}

// asked looks at what a client sends.
func (p *proxy) asked(sent []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.uncancelled && bytes.HasPrefix(sent, []byte("\x00\x00\x00\x10\x04\xd2\x16\x2e")) {
		return false
	}
	if p.deaf != "" && bytes.Contains(sent, []byte(p.deaf)) {
		p.heard = true
	}
	return true
}

// answered loses the server's answers after the client has sent what it must not be told about.
func (p *proxy) answered([]byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.heard
}
