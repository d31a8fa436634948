package auditpg

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mcpgov/go-sdk/audit"
)

// Sink is a durable [audit.Sink] in a table of a PostgreSQL database, opened with [Open]. Safe for concurrent use; a zero Sink refuses every
// record.
//
// Records of callers that append at the same time are committed together, on one connection. If that fails, all of them get the error. When
// the server is there again, the next record finds it: nothing has to be opened anew.
type Sink struct {
	opts    Options
	config  *pgx.ConnConfig
	dialer  *dialer
	sql     string // the INSERT
	unique  string // name of the index over record_id
	queue   *queue
	writer  *writer
	closing sync.Once
	lines   sync.Pool // of *[]byte
}

// maxLine is the longest line of a record, as in package audit.
const maxLine = 64 << 20

// Open connects to the database of dsn, a URL (postgres://user@host/database?sslmode=verify-full) or key=value pairs, as libpq reads them.
// Password, TLS, several hosts and target_session_attrs come from there, from the PG... environment variables and from ~/.pgpass. Nil options
// mean the defaults. See [OpenConfig] for what it checks and returns; ctx bounds it.
func Open(ctx context.Context, dsn string, opts *Options) (*Sink, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		// The error of pgx quotes the string, and masks only passwords that it recognises.
		return nil, errors.New("auditpg: the connection string cannot be read, and is not shown because it may hold a password; write " +
			"postgres://user@host:5432/database?sslmode=verify-full or host=... user=... dbname=..., or ask pgx.ParseConfig what is wrong with it")
	}
	return OpenConfig(ctx, config, opts)
}

// OpenConfig is [Open] with a configuration that [pgx.ParseConfig] made and the program changed, which is copied. It creates the table if it
// is missing (see [DDL]), in one transaction, while others who would do the same wait.
//
// Errors: no connection; a server that cannot promise durability (fsync off), takes no writes (a standby), or whose database is not in UTF-8; a
// table that is unlogged, lacks a column or the unique index over record_id, or into which the role may not INSERT. No error shows the password.
//
// It starts one goroutine; Close ends it.
func OpenConfig(ctx context.Context, config *pgx.ConnConfig, opts *Options) (*Sink, error) {
	settled, err := opts.settled()
	if err != nil {
		return nil, err
	}
	if config == nil || config.DialFunc == nil || config.LookupFunc == nil || config.RuntimeParams == nil { // pgx would panic
		return nil, errors.New("auditpg: the configuration is nil or incomplete; make it with pgx.ParseConfig")
	}
	s := &Sink{opts: settled, config: config.Copy(), dialer: newDialer(config.DialFunc), sql: settled.insert(), queue: newQueue()}
	s.config.DialFunc = s.dialer.connect
	if s.config.RuntimeParams["application_name"] == "" {
		s.config.RuntimeParams["application_name"] = "mcpgov audit"
	}
	s.writer = &writer{sink: s, stopped: make(chan struct{})}
	if err = s.writer.connect(ctx); err == nil {
		s.unique, err = s.opts.ready(ctx, s.writer.conn)
	}
	if err != nil {
		s.writer.drop()
		s.dialer.close()
		return nil, fmt.Errorf("auditpg: open table %s: %w", s.opts.relation(), err)
	}
	s.writer.used = time.Now()
	go s.writer.run(s.queue)
	return s, nil
}

// connect makes a connection.
func (s *Sink) connect(ctx context.Context) (*pgx.Conn, error) {
	config := s.config.Copy()
	if s.opts.BeforeConnect != nil {
		if err := s.opts.BeforeConnect(ctx, config); err != nil {
			return nil, fmt.Errorf("Options.BeforeConnect: %w", err)
		}
	}
	return pgx.ConnectConfig(ctx, config)
}

// Append writes r and returns nil once it is committed, to the server's disk and to the standbys that it waits for. Seq, Prev and Hash of r are
// written as they are; the order of records is that of column id.
//
// The end of ctx bounds how long Append waits: it then returns an error, and the record may still be written. Other errors: what AppendJSON
// refuses; a record beyond 64 MiB; a server that cannot be reached or refuses; a closed sink (errors.Is fs.ErrClosed).
//
// When the answer to a COMMIT is lost, the records are written once more unless they are there: they are neither lost nor doubled.
func (s *Sink) Append(ctx context.Context, r audit.Record) error {
	if s.queue == nil {
		return errors.New("auditpg: a zero Sink refuses every record; use Open")
	}
	if ctx.Err() != nil {
		return fmt.Errorf("auditpg: record not taken: %w", context.Cause(ctx))
	}
	line, err := s.line(&r)
	if err != nil {
		return err
	}
	made := newRow(&r, line, time.Now())
	b, err := s.queue.put(ctx, &made)
	if err != nil {
		return err
	}
	return s.queue.wait(ctx, b)
}

// line is the record as it is stored.
func (s *Sink) line(r *audit.Record) (string, error) {
	buffer, ok := s.lines.Get().(*[]byte)
	if !ok {
		buffer = new([]byte)
	}
	line, err := r.AppendJSON((*buffer)[:0])
	if err != nil {
		return "", err //nolint:wrapcheck // names the fault
	}
	if len(line) > maxLine {
		return "", fmt.Errorf("auditpg: record of call %q: its line has %d bytes, the most is %d; shorten Arguments or Response", r.CallID, len(line), maxLine)
	}
	text := string(line)
	if cap(line) <= 64<<10 { // one large record does not make the buffer large for ever
		*buffer = line
		s.lines.Put(buffer)
	}
	return text, nil
}

// Close writes what is queued and closes all connections; [Sink.Records] that are being read end with an error. Appends that come later are
// refused. It returns after four times Options.Timeout at most, nil; who appended has heard what became of a record. Calling it again does
// nothing.
func (s *Sink) Close() error {
	if s.queue == nil {
		return nil
	}
	s.closing.Do(func() {
		s.queue.close()
		<-s.writer.stopped
		s.dialer.close()
		for _, gone := range s.writer.cleaned {
			<-gone
		}
	})
	return nil
}
