package forward_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/forward"
)

// TestNoSecretsInErrors: neither the URL beyond its host nor a header's value stands in an error, even if the collector repeats it.
func TestNoSecretsInErrors(t *testing.T) {
	t.Parallel()
	c := newCollector(t, func(_ int, w http.ResponseWriter, r *http.Request, _ string) bool {
		http.Error(w, "bad credentials: "+r.Header.Get("Authorization")+" for "+r.URL.String(), http.StatusForbidden)
		return false
	})
	o := quick()
	o.Headers = func() (http.Header, error) { return http.Header{"Authorization": {"Bearer sesame-token"}}, nil }
	err := open(t, c.URL, o).Append(within(t), numbered(1))
	require.ErrorContains(t, err, "403")
	require.NotContains(t, err.Error(), "sesame")

	for _, place := range []string{"/hook/sesame", "/?token=sesame", "/?sesame"} { // the collector tells of them all
		err := open(t, c.URL+place, quick()).Append(within(t), numbered(1))
		require.ErrorContains(t, err, "403")
		require.NotContains(t, err.Error(), "sesame")
	}

	o = quick()
	o.MaxElapsed = 10 * time.Millisecond
	err = open(t, "http://user:sesame@127.0.0.1:1/hook/sesame?token=sesame", o).Append(within(t), numbered(1))
	require.ErrorContains(t, err, "127.0.0.1:1")
	require.NotContains(t, err.Error(), "sesame")

	for _, address := range []string{"http://user:sesame@host:port/", "sesame", "ftp://sesame@host/", "http://%zz:sesame@host", "https:///sesame"} {
		_, err := forward.HTTP(address, forward.JSON(), nil)
		require.Error(t, err, address)
		require.NotContains(t, err.Error(), "sesame")
		_, err = forward.OTLP(address, nil)
		require.Error(t, err, address)
		require.NotContains(t, err.Error(), "sesame")
	}
}

// TestAnswerIsTold: what the collector says helps, if it repeats no credential.
func TestAnswerIsTold(t *testing.T) {
	t.Parallel()
	c := newCollector(t, func(_ int, w http.ResponseWriter, _ *http.Request, _ string) bool {
		http.Error(w, "no such index\nforged: line", http.StatusNotFound)
		return false
	})
	err := open(t, c.URL, quick()).Append(within(t), numbered(1))
	require.ErrorContains(t, err, `404 Not Found: "no such index\nforged: line"`)
}

// TestStatusIsTold: OTLP collectors say no with a google.rpc.Status.
func TestStatusIsTold(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{"\x08\x03\x12\x07too old": `: "too old"`, "\x12\xff": "400 Bad Request", "": "400 Bad Request", "\xff": "400 Bad Request"} {
		c := newCollector(t, func(_ int, w http.ResponseWriter, _ *http.Request, _ string) bool {
			w.Header().Set("Content-Type", "application/x-protobuf")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(answer))
			return false
		})
		s, err := forward.OTLP(c.URL, quick())
		require.NoError(t, err)
		require.ErrorContains(t, s.Append(within(t), numbered(1)), want)
		require.NoError(t, s.Close())
	}
}

func TestHeadersThatFail(t *testing.T) {
	t.Parallel()
	c := newCollector(t, nil)
	calls := 0
	o := quick()
	o.Headers = func() (http.Header, error) {
		if calls++; calls < 3 {
			return nil, errors.New("the token server is away")
		}
		if calls == 3 {
			panic("a bug of the user's")
		}
		return nil, nil //nolint:nilnil // no headers, no error
	}
	require.NoError(t, open(t, c.URL, o).Append(within(t), numbered(1)))
	require.Equal(t, 4, calls)
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for _, o := range []forward.HTTPOptions{{Timeout: -1}, {MaxElapsed: -1}, {MinBackoff: -1}, {MaxBackoff: -1}, {MaxBatch: -1}, {MaxQueue: -1}, {MaxBuffer: -1}} {
		_, err := forward.HTTP("http://localhost", forward.JSON(), &o)
		require.ErrorContains(t, err, "HTTPOptions.")
	}
	_, err := forward.HTTP("http://localhost", forward.Encoding{}, nil)
	require.ErrorContains(t, err, "Append")
	_, err = forward.HTTP("http://localhost", forward.Encoding{Append: forward.JSON().Append}, nil)
	require.ErrorContains(t, err, "ContentType")
	_, err = forward.HTTP("http://localhost", forward.JSON(), &forward.HTTPOptions{Buffer: t.TempDir(), BufferLog: &audit.Options{Key: []byte("short")}})
	require.ErrorContains(t, err, "Key")
}
