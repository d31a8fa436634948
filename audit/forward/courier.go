package forward

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// maxAnswer bounds how much of an answer is read. What an OTLP collector says of a partial success is far smaller.
const maxAnswer = 64 << 10

// courier makes requests.
type courier struct {
	url    *url.URL
	place  string // the URL as errors may show it: user, path and query may hold secrets
	format format
	opts   *HTTPOptions
	client *http.Client
	own    *http.Transport // closed with the sink; nil if the client is the user's
}

func newCourier(u *url.URL, f format, opts *HTTPOptions) *courier {
	c := &courier{url: u, place: u.Scheme + "://" + u.Host, format: f, opts: opts}
	client := http.Client{}
	if opts.Client != nil {
		client = *opts.Client
	} else if base, ok := http.DefaultTransport.(*http.Transport); ok {
		c.own = base.Clone()
		client.Transport = c.own
	}
	client.CheckRedirect = checkRedirect
	c.client = &client
	return c
}

// close drops idle connections.
func (c *courier) close() {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
}

// errRedirect is a redirect that must not be followed.
var errRedirect = errors.New("the collector redirects elsewhere; give the address it redirects to")

// checkRedirect follows a redirect only to the same host, so that credentials and records go nowhere else, and only as a POST: after 301,
// 302 and 303 the client would send a GET without the records, and a 200 for that is no receipt.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	if req.Method != http.MethodPost || req.URL.Scheme != first.URL.Scheme || req.URL.Host != first.URL.Host || len(via) > 3 {
		return errRedirect
	}
	return nil
}

// refusal is an answer that says no.
type refusal struct {
	place  string
	status int
	said   string // beginning of a text answer, without secrets
	header http.Header
}

func (e *refusal) Error() string {
	text := fmt.Sprintf("%s answers %d %s", e.place, e.status, http.StatusText(e.status))
	if e.said != "" {
		text += fmt.Sprintf(": %q", e.said)
	}
	return text
}

// rejection is a 2xx answer whose body says that not all records were taken.
type rejection struct{ err error }

func (e *rejection) Error() string { return e.err.Error() }
func (e *rejection) Unwrap() error { return e.err }

// post makes one attempt.
func (c *courier) post(ctx context.Context, body []byte) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.opts.Timeout, fmt.Errorf("no answer within %s", c.opts.Timeout))
	defer cancel()
	err := c.attempt(ctx, body)
	if err != nil && ctx.Err() != nil && !isAnswer(err) {
		err = context.Cause(ctx) // says more than "context deadline exceeded"
	}
	if err == nil || isAnswer(err) {
		return err
	}
	return fmt.Errorf("%s: %w", c.place, err)
}

// isAnswer reports whether err is the collector's own word.
func isAnswer(err error) bool {
	_, refused := errors.AsType[*refusal](err)
	_, rejected := errors.AsType[*rejection](err)
	return refused || rejected
}

// attempt makes a request and reads the answer. Code of the user's runs in it, on a goroutine where nobody else could catch its panic.
func (c *courier) attempt(ctx context.Context, body []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in HTTPOptions.Headers or Client: %v", p)
		}
	}()
	req, err := c.request(ctx, body)
	if err != nil {
		return err
	}
	answer, err := c.client.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // without the URL, whose query may hold a token
		}
		return err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end, or not wanted
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return &refusal{place: c.place, status: answer.StatusCode, said: said(text, answer.Header, req), header: answer.Header}
	}
	if err != nil {
		return fmt.Errorf("the answer breaks off: %w", err)
	}
	if c.format.accepted != nil {
		return c.format.accepted(text)
	}
	return nil
}

// request builds the request of one attempt.
func (c *courier) request(ctx context.Context, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url.String(), bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the request cannot be made from the URL")
	}
	if c.opts.Headers != nil {
		headers, err := c.opts.Headers()
		if err != nil {
			return nil, fmt.Errorf("HTTPOptions.Headers: %w", err)
		}
		req.Header = headers.Clone()
		if req.Header == nil {
			req.Header = http.Header{}
		}
		if host := req.Header.Get("Host"); host != "" {
			req.Host = host
		}
	}
	req.Header.Set("Content-Type", c.format.contentType)
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "mcpgov-audit-forward")
	}
	if c.opts.Gzip {
		req.Header.Set("Content-Encoding", "gzip")
	}
	return req, nil
}

// compressed is body as it goes out.
func (c *courier) compressed(body []byte) ([]byte, error) {
	if !c.opts.Gzip {
		return body, nil
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
