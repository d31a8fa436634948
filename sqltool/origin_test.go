package sqltool_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/sqltool"
)

// TestOrigin shows everything that is said of where a result came from: in the record, and in _meta without the digest of the arguments. An
// answer from the cache says the same again, and that it is one.
func TestOrigin(t *testing.T) {
	t.Parallel()
	asOf := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	db := openDB(t, sqltool.Options{AsOf: func(context.Context) (time.Time, error) { return asOf, nil }})
	const text = "SELECT customer_id FROM customers WHERE segment IN $segments"
	type in struct {
		Segments []string `json:"segments"`
	}
	type row struct {
		ID string `json:"customer_id"`
	}
	log := &mcptest.Recorder{}
	tool := spec("by_segment")
	tool.Cache = &mcpgov.Cache{}
	c := caller(t, log, sqltool.Query[in, row](db, tool, sqltool.Statement{Name: "segments", SQL: text, Tables: []string{"customers"}, Model: "crm.customers", Revision: "abc123"}))
	sum := sha256.Sum256([]byte(text))
	digest := "sha256:" + hex.EncodeToString(sum[:])
	var executed time.Time
	for i, cached := range []bool{false, true} {
		result := c.Call("by_segment", in{[]string{"gold"}}).OK()
		outcomes := log.Outcomes()
		require.Len(t, outcomes, i+1)
		require.Len(t, outcomes[i].Sources, 1)
		source := outcomes[i].Sources[0]
		require.Equal(t, "crm", source.System)
		require.Equal(t, "segments", source.Ref)
		require.Equal(t, digest, source.Statement)
		require.NotEmpty(t, source.ParametersDigest)
		require.NotContains(t, source.ParametersDigest, "gold")
		require.Equal(t, asOf, source.AsOf)
		require.Equal(t, 2, source.Rows)
		require.Equal(t, []string{"customers"}, source.Tables)
		require.Equal(t, "crm.customers", source.Model)
		require.Equal(t, "abc123", source.Revision)
		if !cached {
			executed = source.Executed
			require.WithinDuration(t, time.Now(), executed, time.Minute)
		}
		require.Equal(t, executed, source.Executed)
		var wire struct {
			Result struct {
				Meta map[string]json.RawMessage `json:"_meta"`
			} `json:"result"`
		}
		require.NoError(t, json.Unmarshal(result.Wire(), &wire))
		var shown []map[string]any
		require.NoError(t, json.Unmarshal(wire.Result.Meta["mcpgov/sources"], &shown), string(result.Wire()))
		require.Len(t, shown, 1)
		require.Contains(t, shown[0], "age_seconds")
		delete(shown[0], "age_seconds")
		require.Equal(t, map[string]any{
			"system": "crm", "ref": "segments", "statement": digest, "executed_at": executed.Truncate(time.Millisecond).Format(time.RFC3339Nano), "as_of": "2026-01-02T03:04:05Z",
			"rows": 2.0, "tables": []any{"customers"}, "model": "crm.customers", "revision": "abc123",
		}, shown[0])
		require.Equal(t, cached, wire.Result.Meta["mcpgov/cached"] != nil)
	}
}

// TestAsOfTogether shows that calls at the same time are all told how fresh their data is.
func TestAsOfTogether(t *testing.T) {
	t.Parallel()
	var both sync.WaitGroup
	both.Add(2)
	db := openDB(t, sqltool.Options{AsOf: func(context.Context) (time.Time, error) {
		both.Done()
		both.Wait()
		return time.Unix(1, 0), nil
	}})
	log := &mcptest.Recorder{}
	type row struct {
		One int64 `json:"one"`
	}
	var calls sync.WaitGroup
	for range 2 {
		c := caller(t, log, sqltool.QueryRow[nothing, row](db, spec("one"), sqltool.Statement{SQL: "SELECT 1 AS one"}))
		calls.Go(func() { c.Call("one", nothing{}).OK() })
	}
	calls.Wait()
	for _, r := range log.Outcomes() {
		require.Equal(t, time.Unix(1, 0).UTC(), r.Sources[0].AsOf)
	}
}
