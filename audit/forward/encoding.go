package forward

import (
	"errors"
	"fmt"

	"github.com/mcpgov/go-sdk/audit"
)

// Encoding says how records are written for somebody else: one record, and what stands around several in one request. Those of this package
// are [JSON], [OCSF] and [CloudEvents]; fill the fields for any other. An Encoding is a value: change a copy to suit a collector.
type Encoding struct {
	// ContentType is the media type of a request that holds records in this encoding.
	ContentType string
	// Append appends the form of r to dst and returns the result, or an error and dst as it was. The form MUST NOT hold a line end. It is
	// called by many goroutines at once, MUST NOT change or keep r, and SHOULD give the same bytes for the same record, so that a record
	// sent twice can be known.
	Append func(dst []byte, r *audit.Record) ([]byte, error)
	// Open, Between and Close stand before, between and behind the records of one request: "[", "," and "]" make a JSON array.
	// [Writer] does not use them.
	Open, Between, Close string
	// Single puts each record into a request of its own.
	Single bool
}

// JSON writes the record's own line, in requests of newline-delimited JSON. It is the one encoding that loses nothing.
func JSON() Encoding {
	return Encoding{
		ContentType: "application/x-ndjson",
		Append:      func(dst []byte, r *audit.Record) ([]byte, error) { return r.AppendJSON(dst) },
		Between:     "\n", Close: "\n",
	}
}

// check says what an encoding lacks.
func (e *Encoding) check() error {
	switch {
	case e.Append == nil:
		return errors.New("forward: the encoding has no Append; use JSON(), OCSF(nil), CloudEvents(nil) or your own")
	case e.ContentType == "":
		return errors.New("forward: the encoding has no ContentType; name the media type of a request")
	}
	return nil
}

// format is how records become requests, whatever the encoding: an item for each record, made by its caller, and a body for several.
type format struct {
	contentType string
	single      bool // one record for each request
	encode      func(dst []byte, r *audit.Record) ([]byte, error)
	frame       func(dst []byte, items [][]byte) []byte
	// accepted reads the body of a 2xx answer and says what is wrong with it; nil if the body means nothing.
	accepted func(body []byte) error
}

// format is e as requests see it.
func (e Encoding) format() format {
	return format{
		contentType: e.ContentType, single: e.Single, encode: e.Append,
		frame: func(dst []byte, items [][]byte) []byte {
			dst = append(dst, e.Open...)
			for i, item := range items {
				if i > 0 {
					dst = append(dst, e.Between...)
				}
				dst = append(dst, item...)
			}
			return append(dst, e.Close...)
		},
	}
}

// encodeError names the record that has no form.
func encodeError(r *audit.Record, err error) error {
	return fmt.Errorf("forward: record of call %q: %w", r.CallID, err)
}
