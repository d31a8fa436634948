package auditpg_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditpg"
)

// TestLargeRecords: records that fill the queue many times over wait for room, and one may be larger than all the room there is.
func TestLargeRecords(t *testing.T) {
	t.Parallel()
	opts := &auditpg.Options{Schema: ownSchema(t)}
	p := newProxy(t, database(t))
	sink := opened(t, p.dsn, opts)
	release := p.stall()
	errs := make([]error, 24)
	var all sync.WaitGroup
	for i := range errs {
		size := auditpg.MaxQueued / 4
		if i == 0 {
			size = 2 * auditpg.MaxQueued
		}
		r := audit.Record{Arguments: json.RawMessage(`"` + strings.Repeat("x", size) + `"`)}
		all.Go(func() { errs[i] = sink.Append(t.Context(), r) })
	}
	release()
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, len(errs), count(t, opts))
	require.ErrorContains(t, sink.Append(t.Context(), audit.Record{Arguments: json.RawMessage(`"` + strings.Repeat("x", 64<<20) + `"`)}),
		"the most is 67108864; shorten Arguments or Response")
}

// TestIdleConnection: a connection that was silent for long is asked first whether it still works, and the answer is not waited for long.
func TestIdleConnection(t *testing.T) {
	t.Parallel()
	opts := &auditpg.Options{Schema: ownSchema(t), Timeout: time.Minute}
	p := newProxy(t, database(t))
	sink := opened(t, p.dsn, opts)
	sink.Age()
	require.NoError(t, sink.Append(t.Context(), audit.Record{CallID: "it works"}))
	p.die()
	sink.Age()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(t, sink.Append(ctx, audit.Record{CallID: "it does not"}))
	require.Equal(t, 2, count(t, opts))
}

// FuzzStorable: whatever a text is, a text column takes what is made of it, and an index too.
func FuzzStorable(f *testing.F) {
	for _, text := range []string{"", "plain", "nul\x00", "\xff\xfe", "\xed\xa0\x80", strings.Repeat("é", 2500), strings.Repeat("\x00", 5000), "\U0010ffff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		stored := auditpg.Storable(text)
		require.True(t, utf8.ValidString(stored))
		require.NotContains(t, stored, "\x00")
		require.LessOrEqual(t, len(stored), 1000)
		require.Equal(t, stored, auditpg.Storable(stored))
		if len(text) <= 1000 && utf8.ValidString(text) && !strings.Contains(text, "\x00") {
			require.Equal(t, text, stored)
		}
	})
}
