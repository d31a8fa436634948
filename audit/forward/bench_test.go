package forward_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mcpgov/go-sdk/audit/forward"
)

func BenchmarkEncodings(b *testing.B) {
	r := full()
	for name, enc := range map[string]forward.Encoding{"JSON": forward.JSON(), "CloudEvents": forward.CloudEvents(nil), "OCSF": forward.OCSF(nil)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var dst []byte
			for b.Loop() {
				var err error
				if dst, err = enc.Append(dst[:0], &r); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(dst)), "bytes/record")
		})
	}
}

// BenchmarkHTTP is 64 callers at once, to a collector on the same machine.
func BenchmarkHTTP(b *testing.B) {
	for _, kind := range []string{"direct", "buffer", "OTLP"} {
		b.Run(kind, func(b *testing.B) {
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
			defer server.Close()
			o := &forward.HTTPOptions{}
			if kind == "buffer" {
				o.Buffer = b.TempDir()
			}
			begin := func() (*forward.Sink, error) { return forward.HTTP(server.URL, forward.OCSF(nil), o) }
			if kind == "OTLP" {
				begin = func() (*forward.Sink, error) { return forward.OTLP(server.URL, o) }
			}
			s, err := begin()
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			r := full()
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := s.Append(b.Context(), r); err != nil {
						b.Error(err)
						return
					}
				}
			})
			if err := s.Flush(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
