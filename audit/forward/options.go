package forward

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// HTTPOptions configures [HTTP] and [OTLP]. Nil and the zero value: no buffer, no compression, the times below.
type HTTPOptions struct {
	// Client makes the requests: its transport holds TLS and proxy settings. Its CheckRedirect is replaced and its Timeout kept. Nil: one of
	// the sink's own.
	Client *http.Client
	// Headers returns headers for one attempt, such as a token that expires; it is called before each, by one goroutine at a time, and must
	// return soon. An error is tried again like a failed attempt. Values never stand in errors or logs. Nil: none but what the encoding needs.
	Headers func() (http.Header, error)
	// Gzip compresses requests.
	Gzip bool
	// Timeout bounds one attempt, from the connection to the end of the answer. Zero: 10 s.
	Timeout time.Duration
	// MaxElapsed bounds all attempts for one batch, with the pauses between them. Zero: 30 s. A sink with a Buffer never gives up.
	MaxElapsed time.Duration
	// MinBackoff and MaxBackoff bound the pause between two attempts, which grows by half each time and varies at random by half; a
	// Retry-After of the collector is kept to instead. Zero: 500 ms and 30 s.
	MinBackoff, MaxBackoff time.Duration
	// MaxBatch bounds the bytes of the records in one request, before compression; one record may be larger. Zero: 1 MiB.
	MaxBatch int
	// MaxQueue bounds the bytes of records that wait in memory; further callers wait in Append. Zero: 8 MiB. Not used with a Buffer.
	MaxQueue int
	// Buffer is a directory for this sink alone. If set, Append returns once the record is durable there, and one goroutine ships the
	// records in order. See the package comment. Empty: no buffer.
	Buffer string
	// MaxBuffer bounds the bytes in Buffer that the collector does not have yet. Beyond, Append is an error. Callers at the same moment may
	// exceed it by a record each. Zero: 1 GiB.
	MaxBuffer int64
	// BufferLog are the options of the log in Buffer: key, segments. Its Retention says how long records stay that the collector has: others
	// are never deleted, and without one sealed segments go as soon as they are shipped. Sync [audit.AsyncUnsafe] gives up the promise that a
	// buffered record is durable. Nil: the defaults of [audit.Open].
	BufferLog *audit.Options
	// Logger hears what no caller can be told: that the buffer cannot be shipped, that it can again, and which records the collector
	// refused. Nil: nobody.
	Logger *slog.Logger
}

// settled returns o with defaults filled in, or what is wrong with it.
func (o *HTTPOptions) settled() (HTTPOptions, error) {
	if o == nil {
		o = &HTTPOptions{}
	}
	s := *o
	for _, d := range []struct {
		name  string
		value *time.Duration
		zero  time.Duration
	}{
		{"Timeout", &s.Timeout, 10 * time.Second},
		{"MaxElapsed", &s.MaxElapsed, 30 * time.Second},
		{"MinBackoff", &s.MinBackoff, 500 * time.Millisecond},
		{"MaxBackoff", &s.MaxBackoff, 30 * time.Second},
	} {
		if *d.value < 0 {
			return s, fmt.Errorf("forward: HTTPOptions.%s is %s; give a positive duration, or zero for %s", d.name, *d.value, d.zero)
		}
		if *d.value == 0 {
			*d.value = d.zero
		}
	}
	if s.MaxBatch < 0 || s.MaxQueue < 0 || s.MaxBuffer < 0 {
		return s, errors.New("forward: HTTPOptions.MaxBatch, MaxQueue or MaxBuffer is negative; give bytes, or zero for the default")
	}
	if s.MaxBatch == 0 {
		s.MaxBatch = 1 << 20
	}
	if s.MaxQueue == 0 {
		s.MaxQueue = 8 << 20
	}
	if s.MaxBuffer == 0 {
		s.MaxBuffer = 1 << 30
	}
	s.MaxBackoff = max(s.MaxBackoff, s.MinBackoff)
	if s.Logger == nil {
		s.Logger = slog.New(slog.DiscardHandler)
	}
	return s, nil
}

// parseURL reads the address of a collector. Its errors never quote it: it may hold a password or a token.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("forward: the collector's URL cannot be parsed (not shown, it may hold a secret); write https://host/path")
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, errors.New("forward: the collector's URL is not http or https with a host (not shown, it may hold a secret); write https://host/path")
	}
	return u, nil
}
