package forward_test

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	collectorpb "go.opentelemetry.io/proto/slim/otlp/collector/logs/v1"
	common "go.opentelemetry.io/proto/slim/otlp/common/v1"
	logs "go.opentelemetry.io/proto/slim/otlp/logs/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/forward"
	"github.com/mcpgov/go-sdk/internal/canon"
)

// decoded reads a request.
func decoded(t *testing.T, body string) *collectorpb.ExportLogsServiceRequest {
	t.Helper()
	var request collectorpb.ExportLogsServiceRequest
	require.NoError(t, proto.Unmarshal([]byte(body), &request))
	require.Empty(t, request.ProtoReflect().GetUnknown())
	return &request
}

// attribute finds a value; nil if there is none.
func attribute(all []*common.KeyValue, key string) any {
	for _, kv := range all {
		if kv.GetKey() == key {
			switch v := kv.GetValue().GetValue().(type) {
			case *common.AnyValue_StringValue:
				return v.StringValue
			case *common.AnyValue_IntValue:
				return v.IntValue
			}
		}
	}
	return nil
}

func TestOTLPGolden(t *testing.T) {
	t.Parallel()
	c := newCollector(t, nil)
	s, err := forward.OTLP(c.URL, quick())
	require.NoError(t, err)
	var text strings.Builder
	for i, r := range records() {
		require.NoError(t, s.Append(within(t), r))
		request := decoded(t, c.bodies[i])
		require.Len(t, request.GetResourceLogs(), 1)
		log := request.GetResourceLogs()[0].GetScopeLogs()[0].GetLogRecords()[0]
		line, err := r.AppendJSON(nil)
		require.NoError(t, err)
		require.Equal(t, string(line), log.GetBody().GetStringValue())
		log.Body = nil
		json, err := protojson.Marshal(request)
		require.NoError(t, err)
		json, err = canon.JSON(json) // protojson varies its white space on purpose
		require.NoError(t, err)
		fmt.Fprintln(&text, string(json))
	}
	require.NoError(t, s.Close())
	golden(t, "otlp.jsonl", text.String())
	require.Equal(t, "/v1/logs", c.requests[0].URL.Path)
	require.Equal(t, "application/x-protobuf", c.requests[0].Header.Get("Content-Type"))
}

func TestOTLPRecord(t *testing.T) {
	t.Parallel()
	c := newCollector(t, nil)
	s, err := forward.OTLP(c.URL+"/prefix/v1/logs?tenant=1", quick())
	require.NoError(t, err)
	r := full()
	require.NoError(t, s.Append(within(t), r))
	require.NoError(t, s.Close())
	require.Equal(t, "/prefix/v1/logs?tenant=1", c.requests[0].RequestURI)
	of := decoded(t, c.bodies[0]).GetResourceLogs()[0]
	for key, want := range map[string]string{
		"service.name": "crm", "service.version": "1.0.0", "deployment.environment.name": "production", "cloud.region": "eu-1",
	} {
		require.Equal(t, want, attribute(of.GetResource().GetAttributes(), key))
	}
	require.Equal(t, "github.com/mcpgov/go-sdk/audit/forward", of.GetScopeLogs()[0].GetScope().GetName())
	log := of.GetScopeLogs()[0].GetLogRecords()[0]
	require.EqualValues(t, r.Time.UnixNano(), log.GetTimeUnixNano())
	require.Equal(t, logs.SeverityNumber_SEVERITY_NUMBER_ERROR, log.GetSeverityNumber())
	require.Equal(t, r.TraceID, hex.EncodeToString(log.GetTraceId()))
	require.Equal(t, r.SpanID, hex.EncodeToString(log.GetSpanId()))
	for key, want := range map[string]any{
		"mcp.method.name": "tools/call", "gen_ai.tool.name": "get_customer", "gen_ai.operation.name": "execute_tool", "error.type": "tool_error",
		"mcp.session.id": "s-1", "mcp.protocol.version": "2026-07-28", "network.transport": "tcp", "client.address": "192.0.2.7",
		"mcpgov.decision": "allow", "mcpgov.rule.id": "own-record", "mcpgov.policy.revision": "sha256:ab12", "mcpgov.mask.count": int64(2),
		"mcpgov.audit.record.id": "c_01J9Z/outcome", "mcpgov.outcome": "failed", "user.id": "u-17",
	} {
		require.Equal(t, want, attribute(log.GetAttributes(), key), key)
	}
}

// TestOTLPGroups: records of one server share its resource, whatever the order.
func TestOTLPGroups(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	c := newCollector(t, func(n int, _ http.ResponseWriter, _ *http.Request, _ string) bool {
		if n == 0 {
			<-hold
		}
		return true
	})
	s, err := forward.OTLP(c.URL, quick())
	require.NoError(t, err)
	var all sync.WaitGroup
	for i := range 40 {
		r := numbered(i)
		r.Server.Name = fmt.Sprint("server-", i%2)
		all.Go(func() { require.NoError(t, s.Append(within(t), r)) })
	}
	for s.Lag().Records < 40 {
		waitALittle(t)
	}
	close(hold)
	all.Wait()
	require.NoError(t, s.Close())
	count := 0
	for _, body := range c.bodies {
		for _, of := range decoded(t, body).GetResourceLogs() {
			server := attribute(of.GetResource().GetAttributes(), "service.name")
			for _, log := range of.GetScopeLogs()[0].GetLogRecords() {
				r, err := audit.ParseRecord([]byte(log.GetBody().GetStringValue()))
				require.NoError(t, err)
				require.Equal(t, server, r.Server.Name)
				count++
			}
		}
	}
	require.Equal(t, 40, count)
}

// partial answers as a collector that drops the records with that text in them.
func partial(drop string) func(int, http.ResponseWriter, *http.Request, string) bool {
	return func(_ int, w http.ResponseWriter, _ *http.Request, body string) bool {
		var request collectorpb.ExportLogsServiceRequest
		if proto.Unmarshal([]byte(body), &request) != nil {
			w.WriteHeader(http.StatusTeapot)
			return false
		}
		answer := &collectorpb.ExportLogsServiceResponse{}
		dropped := int64(0)
		for _, of := range request.GetResourceLogs() {
			for _, log := range of.GetScopeLogs()[0].GetLogRecords() {
				if strings.Contains(log.GetBody().GetStringValue(), drop) {
					dropped++
				}
			}
		}
		if dropped > 0 {
			answer.PartialSuccess = &collectorpb.ExportLogsPartialSuccess{RejectedLogRecords: dropped, ErrorMessage: "too old"}
		}
		text, err := proto.Marshal(answer)
		if err != nil {
			w.WriteHeader(http.StatusTeapot)
			return false
		}
		_, _ = w.Write(text)
		return false
	}
}

func TestOTLPPartialSuccess(t *testing.T) {
	t.Parallel()
	c := newCollector(t, partial("call-000005"))
	s, err := forward.OTLP(c.URL, quick())
	require.NoError(t, err)
	var all sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		all.Go(func() { errs[i] = s.Append(within(t), numbered(i)) })
	}
	all.Wait()
	require.NoError(t, s.Close())
	for i, err := range errs {
		if i == 5 {
			require.ErrorContains(t, err, `drops 1 records of the request: "too old"`)
		} else {
			require.NoError(t, err)
		}
	}
}

// TestOTLPAnswers: an answer without a body is a full success, a warning too; one that is no answer is none.
func TestOTLPAnswers(t *testing.T) {
	t.Parallel()
	warning, err := proto.Marshal(&collectorpb.ExportLogsServiceResponse{PartialSuccess: &collectorpb.ExportLogsPartialSuccess{ErrorMessage: "slow down"}})
	require.NoError(t, err)
	for text, ok := range map[string]bool{"": true, string(warning): true, `{"partialSuccess":{"rejectedLogRecords":"1"}}`: false} {
		c := newCollector(t, func(_ int, w http.ResponseWriter, _ *http.Request, _ string) bool {
			_, _ = w.Write([]byte(text))
			return false
		})
		o := quick()
		o.MaxElapsed = 20e6
		s, err := forward.OTLP(c.URL, o)
		require.NoError(t, err)
		require.Equal(t, ok, s.Append(within(t), numbered(1)) == nil, text)
		require.NoError(t, s.Close())
	}
}

func TestOTLPWithBuffer(t *testing.T) {
	t.Parallel()
	c := newCollector(t, partial("call-000003"))
	dir := t.TempDir()
	o, said := buffered(dir)
	s, err := forward.OTLP(c.URL, o)
	require.NoError(t, err)
	for n := range 8 {
		require.NoError(t, s.Append(within(t), numbered(n)))
	}
	require.NoError(t, s.Flush(within(t)))
	require.NoError(t, s.Close())
	require.EqualValues(t, 1, s.Lag().Refused)
	require.Contains(t, said.String(), "too old")
}
