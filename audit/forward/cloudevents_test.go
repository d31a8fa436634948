package forward_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/forward"
	"github.com/mcpgov/go-sdk/internal/canon"
)

func TestCloudEventsGolden(t *testing.T) {
	t.Parallel()
	s := schema(t, "cloudevents-1.0.schema.json")
	got := lines(t, forward.CloudEvents(nil), records())
	got = append(got, lines(t, forward.CloudEvents(&forward.CloudEventsOptions{Source: "https://crm.example.com", Single: true}), records()[:1])...)
	for i, line := range got {
		valid(t, s, line)
		again, err := canon.JSON([]byte(line))
		require.NoError(t, err)
		require.Equal(t, string(again), line, "canonical")
		var event struct{ Data json.RawMessage }
		require.NoError(t, json.Unmarshal([]byte(line), &event))
		want, err := records()[i%len(records())].AppendJSON(nil)
		require.NoError(t, err)
		require.Equal(t, string(want), string(event.Data), "the data is the record's own line")
		_, err = audit.ParseRecord(event.Data)
		require.NoError(t, err)
	}
	golden(t, "cloudevents.jsonl", strings.Join(got, "\n")+"\n")
}

// TestIDsAreUnique: no two records share an id, with a call or without, and the same record has the same.
func TestIDsAreUnique(t *testing.T) {
	t.Parallel()
	all := records()
	again := records()[1]
	again.Seq, again.Prev, again.Hash = 2, again.Hash, strings.Repeat("b", 64) // the same event later in the log
	all = append(all, again)
	seen := map[string]bool{}
	for _, line := range lines(t, forward.CloudEvents(nil), all) {
		var event struct{ ID, Source string }
		require.NoError(t, json.Unmarshal([]byte(line), &event))
		require.NotEmpty(t, event.ID)
		require.False(t, seen[event.Source+event.ID], event.ID)
		seen[event.Source+event.ID] = true
	}
}

func TestCloudEventsRefusesABadSource(t *testing.T) {
	t.Parallel()
	_, err := forward.CloudEvents(&forward.CloudEventsOptions{Source: "http://a b:password"}).Append(nil, &audit.Record{})
	require.ErrorContains(t, err, "CloudEventsOptions.Source")
	require.NotContains(t, err.Error(), "password")
}

func FuzzEncodings(f *testing.F) {
	f.Add("c1", "outcome", "tool", "name", `{"a":1}`, "192.0.2.1")
	f.Add("", "event", "server", "\xff\n", ``, "@")
	f.Fuzz(func(t *testing.T, call, kind, target, name, arguments, ip string) {
		r := audit.Record{
			CallID: call, Kind: audit.Kind(kind), Target: audit.Target{Kind: target, Name: name}, Arguments: json.RawMessage(arguments),
			Client: audit.Client{RemoteIP: ip}, User: audit.User{ID: name}, Agent: audit.Agent{ID: call}, Decision: kind, Outcome: target,
		}
		_, fault := r.AppendJSON(nil)
		for _, enc := range []forward.Encoding{forward.OCSF(nil), forward.CloudEvents(nil), forward.JSON()} {
			out, err := enc.Append(nil, &r)
			require.Equal(t, fault == nil, err == nil, "%v %v", fault, err)
			require.NotContains(t, string(out), "\n")
			require.True(t, err != nil || json.Valid(out))
		}
	})
}
