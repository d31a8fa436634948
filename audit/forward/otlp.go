package forward

import (
	"errors"
	"fmt"
	"strings"

	collector "go.opentelemetry.io/proto/slim/otlp/collector/logs/v1"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/mcpgov/go-sdk/audit"
)

// OTLP returns a sink that sends records as OpenTelemetry logs, in OTLP/HTTP with protobuf, to endpoint: the base URL of a collector
// ("https://collector:4318"), to which /v1/logs is added unless it ends so. Everything said of [HTTP] holds; besides, a partial success, by
// which a collector takes some records and drops others, is an error of the records dropped: the request is halved until they are found,
// and those taken may arrive again.
//
// Each record is one log record: its time, severity (INFO if all went well, WARN if the caller was refused, ERROR if the server failed),
// its JSON line as the body, trace and span, and what stands out of it as attributes, named by the OpenTelemetry conventions for MCP where
// they have a name (mcp.method.name, gen_ai.tool.name, error.type) and mcpgov.* elsewhere. mcpgov.audit.record.id tells a record that
// arrived twice. The resource is the server: service.name, service.version, deployment.environment.name, cloud.region.
func OTLP(endpoint string, o *HTTPOptions) (*Sink, error) {
	u, err := parseURL(endpoint)
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(u.Path, "/v1/logs") {
		u = u.JoinPath("v1", "logs")
	}
	return newSink(u, format{contentType: "application/x-protobuf", encode: appendLog, frame: frameLogs, accepted: acceptedLogs}, o)
}

// scopeName names the maker of the log records.
const scopeName = "github.com/mcpgov/go-sdk/audit/forward"

// The field numbers of OTLP between a request and its log records. The messages in between are written by hand, so that each caller can
// marshal its record alone and the sender only has to put them together: a request is the concatenation of its parts.
const (
	fieldResourceLogs  = 1 // ExportLogsServiceRequest
	fieldResource      = 1 // ResourceLogs
	fieldScopeLogs     = 2
	fieldScope         = 1 // ScopeLogs
	fieldLogRecords    = 2
	fieldScopeNameText = 1 // InstrumentationScope
)

// appendLog appends the item of a record: its resource and its log record, each with its length before it.
func appendLog(dst []byte, r *audit.Record) ([]byte, error) {
	deterministic := proto.MarshalOptions{Deterministic: true}
	resource, err := deterministic.Marshal(resourceOf(r))
	if err != nil {
		return dst, err
	}
	log, err := logOf(r)
	if err != nil {
		return dst, err
	}
	record, err := deterministic.Marshal(log)
	if err != nil {
		return dst, err
	}
	return protowire.AppendBytes(protowire.AppendBytes(dst, resource), record), nil
}

// frameLogs makes a request of items. Neighbours with one resource, which is nearly always all of them, share it.
func frameLogs(dst []byte, items [][]byte) []byte {
	scope := protowire.AppendTag(nil, fieldScopeNameText, protowire.BytesType)
	scope = protowire.AppendString(scope, scopeName)
	var logs []byte // ScopeLogs without the scope
	var resource []byte
	flush := func() {
		if logs == nil {
			return
		}
		inner := appendField(nil, fieldScope, scope)
		inner = append(inner, logs...)
		outer := appendField(nil, fieldResource, resource)
		outer = appendField(outer, fieldScopeLogs, inner)
		dst = appendField(dst, fieldResourceLogs, outer)
		logs = nil
	}
	for _, item := range items {
		of, n := protowire.ConsumeBytes(item)
		record, _ := protowire.ConsumeBytes(item[max(n, 0):])
		if logs != nil && string(of) != string(resource) {
			flush()
		}
		resource = of
		logs = appendField(logs, fieldLogRecords, record)
	}
	flush()
	return dst
}

// appendField writes a nested message.
func appendField(dst []byte, field protowire.Number, message []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(dst, field, protowire.BytesType), message)
}

// acceptedLogs reads the answer to a request. One that cannot be read is an error: it may say that records were dropped.
func acceptedLogs(body []byte) error {
	var answer collector.ExportLogsServiceResponse
	if err := proto.Unmarshal(body, &answer); err != nil {
		return errors.New("the answer is no ExportLogsServiceResponse in protobuf: is this an OTLP/HTTP endpoint?")
	}
	if partial := answer.GetPartialSuccess(); partial.GetRejectedLogRecords() > 0 {
		text := partial.GetErrorMessage()
		if len(text) > 200 {
			text = strings.ToValidUTF8(text[:200], "") + "..."
		}
		return &rejection{fmt.Errorf("the collector drops %d records of the request: %q", partial.GetRejectedLogRecords(), text)}
	}
	return nil
}
