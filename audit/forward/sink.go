package forward

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// Sink sends records to a collector over HTTP; [HTTP] and [OTLP] make one. Safe for concurrent use; a zero Sink refuses every record.
type Sink struct {
	courier *courier
	queue   *queue  // records wait in memory
	buffer  *buffer // records wait on disk; one of the two is set
}

// HTTP returns a sink that posts records in enc to a collector; nil options are the defaults. Append returns nil only after the collector
// answered with a 2xx status or, with [HTTPOptions].Buffer, once the record is durable in the buffer. Whether the collector's own disk has
// the record when it answers is the collector's promise.
//
// Callers that append at the same time share a request: while one is under way the records gather for the next. Network errors and the
// statuses 408, 425, 429 and 5xx are tried again, with growing pauses or the collector's Retry-After; other statuses are final. A request that
// is refused for what it holds (400, 413, 422) is halved, so that one bad record fails alone. A record may arrive more than once; its id
// in the encoding tells. Redirects are followed to the same host only, and only those that keep the method.
//
// HTTP starts one goroutine; [Sink.Close] ends it. Its errors: a URL that is none, an encoding without Append, options that make no sense, a
// buffer that cannot be opened. No error quotes the URL beyond its host.
func HTTP(address string, enc Encoding, o *HTTPOptions) (*Sink, error) {
	u, err := parseURL(address)
	if err != nil {
		return nil, err
	}
	if err := enc.check(); err != nil {
		return nil, err
	}
	return newSink(u, enc.format(), o)
}

func newSink(u *url.URL, f format, o *HTTPOptions) (*Sink, error) {
	opts, err := o.settled()
	if err != nil {
		return nil, err
	}
	s := &Sink{courier: newCourier(u, f, &opts)}
	if opts.Buffer == "" {
		s.queue = newQueue(s.courier, &opts)
		return s, nil
	}
	if s.buffer, err = openBuffer(s.courier, &opts); err != nil {
		s.courier.close()
		return nil, err
	}
	return s, nil
}

// Append sends r, or puts it into the buffer, and returns nil once that is done: see [HTTP]. The end of ctx bounds how long it waits; the
// record may still arrive.
func (s *Sink) Append(ctx context.Context, r audit.Record) error {
	if s == nil || s.courier == nil {
		return errors.New("forward: a zero Sink refuses every record; use HTTP or OTLP")
	}
	if ctx.Err() != nil {
		return fmt.Errorf("forward: record not taken: %w", context.Cause(ctx))
	}
	if s.buffer != nil {
		return s.buffer.append(ctx, r)
	}
	item, err := s.courier.format.encode(nil, &r)
	if err != nil {
		return encodeError(&r, err)
	}
	return s.queue.append(ctx, item)
}

// Lag says how far the collector is behind.
type Lag struct {
	Records uint64        // records that it has not confirmed
	Bytes   int64         // their size: in memory in the encoding, in the buffer as lines of the log
	Age     time.Duration // how long the oldest has waited; zero if none waits
	Refused uint64        // records set aside because the collector refused them and took others; only with a buffer, kept over restarts
	Err     error         // why the last attempt failed; nil if it did not. Only with a buffer
}

// Lag returns how far the collector is behind at the moment.
func (s *Sink) Lag() Lag {
	switch {
	case s == nil || s.courier == nil:
		return Lag{}
	case s.buffer != nil:
		return s.buffer.lag()
	default:
		return s.queue.lag()
	}
}

// Flush waits until the collector has every record that was in the buffer when it was called, or until ctx ends, which is an error.
// Without a buffer there is nothing to wait for: Append has waited.
func (s *Sink) Flush(ctx context.Context) error {
	if s == nil || s.buffer == nil {
		return nil
	}
	return s.buffer.flush(ctx)
}

// Close refuses later records and ends the sink's goroutine. Without a buffer it sends what callers still wait for, each batch with the
// attempt under way or one more. With a buffer it waits for the attempt under way; what the collector does not have yet stays in the
// buffer, and is sent when the sink is opened again. Either way an attempt lasts [HTTPOptions].Timeout at most. Calling it again does nothing.
func (s *Sink) Close() error {
	if s == nil || s.courier == nil {
		return nil
	}
	defer s.courier.close()
	if s.buffer != nil {
		return s.buffer.stop()
	}
	s.queue.stop()
	return nil
}
