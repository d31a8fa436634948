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

func TestOCSFGolden(t *testing.T) {
	t.Parallel()
	s := schema(t, "ocsf-1.9.0.schema.json")
	got := lines(t, forward.OCSF(nil), records())
	named := lines(t, forward.OCSF(&forward.OCSFOptions{LogName: "audit", Chain: "crm-1", Authority: "acme", Line: true}), records()[:2])
	for _, line := range append(got, named...) {
		valid(t, s, line)
		again, err := canon.JSON([]byte(line))
		require.NoError(t, err)
		require.Equal(t, string(again), line, "canonical")
	}
	golden(t, "ocsf.jsonl", strings.Join(append(got, named...), "\n")+"\n")
}

// TestOCSFSchemaRefuses: the schema would not pass just anything.
func TestOCSFSchemaRefuses(t *testing.T) {
	t.Parallel()
	s := schema(t, "ocsf-1.9.0.schema.json")
	line := lines(t, forward.OCSF(nil), []audit.Record{full()})[0]
	for from, to := range map[string]string{
		`"class_uid":6003`:     `"class_uid":6002`,
		`"type_uid":600302`:    `"type_uid":600303`,
		`"src_endpoint":`:      `"source":`,
		`"version":"1.9.0"`:    `"version":"1.8.0"`,
		`"attestation_list":`:  `"attestation":`,
		`"trace","record_int`:  `"record_int`,
		`"ip":"192.0.2.7"`:     `"ip":"here"`,
		`"severity_id":3`:      `"severity_id":7`,
		`"uid":"client-9"`:     `"id":"client-9"`,
		`"time":1772597167089`: `"time":"now"`,
	} {
		require.Contains(t, line, from)
		value := any(nil)
		require.NoError(t, json.Unmarshal([]byte(strings.Replace(line, from, to, 1)), &value))
		require.Error(t, s.Validate(value), to)
	}
}

// TestOCSFLosesNothing: every value of a record stands somewhere in its event.
func TestOCSFLosesNothing(t *testing.T) {
	t.Parallel()
	r := full()
	event := lines(t, forward.OCSF(nil), []audit.Record{r})[0]
	line, err := r.AppendJSON(nil)
	require.NoError(t, err)
	var values map[string]any
	require.NoError(t, json.Unmarshal(line, &values))
	var look func(path string, v any)
	look = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				look(path+"."+name, inner)
			}
		case []any:
			for _, inner := range v {
				look(path, inner)
			}
		case string:
			if path != ".time" { // milliseconds there
				require.Contains(t, event, v, path)
			}
		}
	}
	look("", values)
	for _, number := range []string{"9007199254740993", `"duration_us":1234`, `"rows":2`, `"cut":3`, `"bytes":512`, `"cleaned":1`, `"sequence":7`} {
		require.Contains(t, event, number)
	}
}

func TestOCSFRefusesWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{`{"a":1,"a":2}`, `{`, "nul"} {
		for _, r := range []audit.Record{{CallID: "c", Kind: audit.KindOutcome, Arguments: json.RawMessage(raw)}, {Response: json.RawMessage(raw)}} {
			for _, enc := range []forward.Encoding{forward.OCSF(nil), forward.CloudEvents(nil), forward.JSON()} {
				out, err := enc.Append([]byte("kept"), &r)
				require.Error(t, err, raw)
				require.Equal(t, "kept", string(out))
			}
		}
	}
}
