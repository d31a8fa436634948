package forward_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/forward"
	"github.com/mcpgov/go-sdk/mcptest"
)

// originals finds the records that an encoding wrote, by what it wrote: most encodings lose something, and here it is the way that is tested.
type originals struct {
	mu   sync.Mutex
	line map[string]string
}

// of is enc, which remembers what it encodes.
func (o *originals) of(enc forward.Encoding) forward.Encoding {
	inner := enc.Append
	enc.Append = func(dst []byte, r *audit.Record) ([]byte, error) {
		form, err := inner(nil, r)
		if err != nil {
			return dst, err
		}
		line, err := r.AppendJSON(nil)
		if err != nil {
			return dst, err
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.line == nil {
			o.line = map[string]string{}
		}
		o.line[string(form)] = string(line)
		return append(dst, form...), nil
	}
	return enc
}

// read is the record behind a form.
func (o *originals) read(form string) (audit.Record, error) {
	o.mu.Lock()
	line, ok := o.line[form]
	o.mu.Unlock()
	if !ok {
		return audit.Record{}, errors.New("something was sent that no record was encoded as: " + form)
	}
	return audit.ParseRecord([]byte(line))
}

// encodings are those of the package, and one whose requests hold one record.
func encodings() map[string]forward.Encoding {
	return map[string]forward.Encoding{
		"JSON": forward.JSON(), "OCSF": forward.OCSF(nil), "OCSF with lines": forward.OCSF(&forward.OCSFOptions{Line: true}),
		"CloudEvents": forward.CloudEvents(nil), "CloudEvents one by one": forward.CloudEvents(&forward.CloudEventsOptions{Single: true}),
	}
}

// forms splits what the collector took into the forms of records.
func (c *collector) forms(t *testing.T, enc forward.Encoding) []string {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, body := range c.bodies {
		text := []byte(body)
		require.True(t, bytes.HasPrefix(text, []byte(enc.Open)) && bytes.HasSuffix(text, []byte(enc.Close)))
		text = text[len(enc.Open) : len(text)-len(enc.Close)]
		switch enc.Between {
		case "":
			all = append(all, string(text))
		case ",": // each event begins with the same member, and no text can hold its quotes
			for i, form := range strings.Split(string(text), `,{"data":`) {
				if i > 0 {
					form = `{"data":` + form
				}
				all = append(all, form)
			}
		default:
			all = append(all, strings.Split(string(text), enc.Between)...)
		}
	}
	return all
}

// stalls makes the collector hang until release is called.
func (c *collector) stalls() (release func()) {
	hold := make(chan struct{})
	c.say(func(_ int, _ http.ResponseWriter, r *http.Request, _ string) bool {
		select {
		case <-hold:
			return true
		case <-r.Context().Done():
			return false
		}
	})
	return func() {
		c.say(nil)
		close(hold)
	}
}

// yielded is what read returns, one by one.
func yielded(read func() ([]audit.Record, error)) iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		all, err := read()
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
		if err != nil {
			yield(audit.Record{}, err)
		}
	}
}

// recordsOf reads forms.
func recordsOf(forms []string, read func(string) (audit.Record, error)) (all []audit.Record, err error) {
	for _, form := range forms {
		r, err := read(form)
		if err != nil {
			return all, err
		}
		all = append(all, r)
	}
	return all, nil
}

func TestSuiteWriter(t *testing.T) {
	t.Parallel()
	for name, enc := range encodings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mcptest.TestSink(t, func(t *testing.T) mcptest.SinkTest {
				t.Helper()
				var o originals
				path := filepath.Join(t.TempDir(), "records")
				writer := func() (audit.Sink, error) {
					file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
					t.Cleanup(func() { _ = file.Close() })
					return forward.Writer(file, o.of(enc)), err
				}
				sink, err := writer()
				require.NoError(t, err)
				return mcptest.SinkTest{Sink: sink, Reopen: writer, Read: func() iter.Seq2[audit.Record, error] {
					return yielded(func() ([]audit.Record, error) {
						text, err := os.ReadFile(path)
						if err != nil {
							return nil, err
						}
						var forms []string
						for line := range bytes.Lines(text) {
							forms = append(forms, string(bytes.TrimSuffix(line, []byte("\n"))))
						}
						return recordsOf(forms, o.read)
					})
				}}
			})
		})
	}
}

func TestSuiteHTTP(t *testing.T) {
	t.Parallel()
	for name, enc := range encodings() {
		for _, compress := range []bool{false, true} {
			if compress && name != "JSON" {
				continue
			} else if compress {
				name += " compressed"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				mcptest.TestSink(t, func(t *testing.T) mcptest.SinkTest {
					t.Helper()
					var o originals
					c := newCollector(t, nil)
					post := func() (audit.Sink, error) {
						opts := quick()
						opts.Gzip = compress
						return forward.HTTP(c.URL, o.of(enc), opts)
					}
					sink, err := post()
					require.NoError(t, err)
					return mcptest.SinkTest{Sink: sink, Reopen: post, Stall: c.stalls, Read: func() iter.Seq2[audit.Record, error] {
						return yielded(func() ([]audit.Record, error) { return recordsOf(c.forms(t, enc), o.read) })
					}}
				})
			})
		}
	}
}

func TestSuiteOTLP(t *testing.T) {
	t.Parallel()
	mcptest.TestSink(t, func(t *testing.T) mcptest.SinkTest {
		t.Helper()
		c := newCollector(t, nil)
		post := func() (audit.Sink, error) { return forward.OTLP(c.URL, quick()) }
		sink, err := post()
		require.NoError(t, err)
		return mcptest.SinkTest{Sink: sink, Reopen: post, Stall: c.stalls, Read: func() iter.Seq2[audit.Record, error] {
			return yielded(func() ([]audit.Record, error) { return recordsOf(c.lines(t), parsed) })
		}}
	})
}

// lines are the bodies of all log records that the collector took, as OTLP.
func (c *collector) lines(t *testing.T) (all []string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, body := range c.bodies {
		for _, of := range decoded(t, body).GetResourceLogs() {
			for _, log := range of.GetScopeLogs()[0].GetLogRecords() {
				all = append(all, log.GetBody().GetStringValue())
			}
		}
	}
	return all
}

func parsed(line string) (audit.Record, error) { return audit.ParseRecord([]byte(line)) }

// TestSuiteBuffered reads at the collector, which gets records through segments that are sealed and deleted all the time.
func TestSuiteBuffered(t *testing.T) {
	t.Parallel()
	for name, enc := range encodings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mcptest.TestSink(t, func(t *testing.T) mcptest.SinkTest {
				t.Helper()
				var o originals
				c := newCollector(t, nil)
				return bufferedTest(t, t.TempDir(), func(dir string) (*forward.Sink, error) {
					opts, _ := buffered(dir)
					opts.BufferLog = &audit.Options{SegmentBytes: 2000}
					return forward.HTTP(c.URL, o.of(enc), opts)
				}, func() ([]audit.Record, error) { return recordsOf(c.forms(t, enc), o.read) })
			})
		})
	}
	t.Run("OTLP", func(t *testing.T) {
		t.Parallel()
		mcptest.TestSink(t, func(t *testing.T) mcptest.SinkTest {
			t.Helper()
			c := newCollector(t, nil)
			return bufferedTest(t, t.TempDir(), func(dir string) (*forward.Sink, error) {
				opts, _ := buffered(dir)
				opts.BufferLog = &audit.Options{SegmentBytes: 2000}
				return forward.OTLP(c.URL, opts)
			}, func() ([]audit.Record, error) { return recordsOf(c.lines(t), parsed) })
		})
	})
}

// bufferedTest tests a sink with a buffer in dir; taken is what its collector has.
func bufferedTest(t *testing.T, dir string, openIn func(dir string) (*forward.Sink, error), taken func() ([]audit.Record, error)) mcptest.SinkTest {
	t.Helper()
	sink, err := openIn(dir)
	require.NoError(t, err)
	flush := func(s *forward.Sink) error {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		return s.Flush(ctx)
	}
	latest := sink
	return mcptest.SinkTest{
		Sink: sink,
		Reopen: func() (audit.Sink, error) {
			latest, err = openIn(dir)
			return latest, err
		},
		Read: func() iter.Seq2[audit.Record, error] {
			return yielded(func() ([]audit.Record, error) {
				err := flush(latest)
				if errors.Is(err, fs.ErrClosed) { // what was not shipped is when the sink is opened again
					var again *forward.Sink
					if again, err = openIn(dir); err == nil {
						err = errors.Join(flush(again), again.Close())
					}
				}
				if err != nil {
					return nil, err
				}
				all, err := taken()
				return withoutHousekeeping(all), err
			})
		},
	}
}

// withoutHousekeeping leaves out what a log records of itself.
func withoutHousekeeping(all []audit.Record) (others []audit.Record) {
	for _, r := range all {
		if r.Kind != audit.KindEvent || r.Target.Kind != "log" {
			others = append(others, r)
		}
	}
	return others
}
