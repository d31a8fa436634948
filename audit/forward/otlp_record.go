package forward

import (
	"encoding/hex"
	"strings"

	common "go.opentelemetry.io/proto/slim/otlp/common/v1"
	logs "go.opentelemetry.io/proto/slim/otlp/logs/v1"
	resource "go.opentelemetry.io/proto/slim/otlp/resource/v1"

	"github.com/mcpgov/go-sdk/audit"
)

// attributes are key-value pairs; what is empty is left out.
type attributes []*common.KeyValue

func (a *attributes) text(key, value string) {
	if value != "" {
		// Protobuf refuses text that is not UTF-8; the record's line replaces it as well.
		value = strings.ToValidUTF8(value, "\uFFFD")
		*a = append(*a, &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: value}}})
	}
}

func (a *attributes) count(key string, value int64) {
	if value != 0 {
		*a = append(*a, &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_IntValue{IntValue: value}}})
	}
}

func (a *attributes) texts(key string, values []string) {
	if len(values) == 0 {
		return
	}
	list := &common.ArrayValue{}
	for _, value := range values {
		list.Values = append(list.Values, &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: strings.ToValidUTF8(value, "\uFFFD")}})
	}
	*a = append(*a, &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_ArrayValue{ArrayValue: list}}})
}

// resourceOf is the server that made r.
func resourceOf(r *audit.Record) *resource.Resource {
	var a attributes
	a.text("service.name", r.Server.Name)
	a.text("service.version", r.Server.Version)
	a.text("deployment.environment.name", r.Server.Environment)
	a.text("cloud.region", r.Server.Region)
	return &resource.Resource{Attributes: a}
}

// logOf is r as a log record.
func logOf(r *audit.Record) (*logs.LogRecord, error) {
	line, err := r.AppendJSON(nil)
	if err != nil {
		return nil, err
	}
	id, err := recordID(r)
	if err != nil {
		return nil, err
	}
	kind := string(r.Kind)
	if kind == "" {
		kind = "record"
	}
	log := &logs.LogRecord{
		EventName:  "mcpgov.audit." + strings.ToValidUTF8(kind, "\uFFFD"),
		Body:       &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: string(line)}},
		Attributes: attributesOf(r, id),
	}
	log.SeverityNumber, log.SeverityText = severityOfLog(r)
	if seconds := r.Time.Unix(); seconds >= 0 && seconds < 1<<33 { // what nanoseconds in 64 bits reach, roughly: 1970 to 2242
		log.TimeUnixNano = uint64(r.Time.UnixNano())
		log.ObservedTimeUnixNano = log.TimeUnixNano
	}
	if isID(r.TraceID, 32) {
		log.TraceId, _ = hex.DecodeString(r.TraceID)
		if isID(r.SpanID, 16) {
			log.SpanId, _ = hex.DecodeString(r.SpanID)
		}
	}
	return log, nil
}

// severityOfLog says who should look at it.
func severityOfLog(r *audit.Record) (logs.SeverityNumber, string) {
	switch {
	case resultOf(r) == unknown || resultOf(r) == failure && r.Category == "server_error":
		return logs.SeverityNumber_SEVERITY_NUMBER_ERROR, "ERROR"
	case resultOf(r) == failure && r.Category != "business_error":
		return logs.SeverityNumber_SEVERITY_NUMBER_WARN, "WARN"
	default:
		return logs.SeverityNumber_SEVERITY_NUMBER_INFO, "INFO"
	}
}

// attributesOf is what stands out of r.
func attributesOf(r *audit.Record, id string) attributes {
	var a attributes
	a.text("mcpgov.audit.record.id", id)
	a.text("mcpgov.audit.kind", string(r.Kind))
	a.text("mcpgov.call.id", r.CallID)
	a.text("mcp.method.name", method(r))
	switch r.Target.Kind {
	case "tool":
		a.text("gen_ai.operation.name", "execute_tool")
		a.text("gen_ai.tool.name", r.Target.Name)
	case "prompt":
		a.text("gen_ai.prompt.name", r.Target.Name)
	case "resource":
		a.text("mcp.resource.uri", r.Target.Name)
	}
	if resultOf(r) == failure {
		// A tool's failure is a result with isError to its caller; what it was is the outcome's to say.
		if r.Target.Kind == "tool" {
			a.text("error.type", "tool_error")
		} else {
			a.text("error.type", r.Outcome)
		}
	}
	a.text("mcp.session.id", r.Conversation)
	a.text("mcp.protocol.version", r.Client.Protocol)
	switch r.Client.Transport {
	case "stdio":
		a.text("network.transport", "pipe")
	case "http":
		a.text("network.transport", "tcp")
	}
	a.text("client.address", r.Client.RemoteIP)
	a.text("user.id", r.User.ID)
	a.texts("user.roles", r.User.Roles)
	a.text("mcpgov.user.tenant", r.User.Tenant)
	a.text("mcpgov.agent.id", r.Agent.ID)
	a.text("mcpgov.purpose", r.Purpose)
	a.text("mcpgov.outcome", r.Outcome)
	a.text("mcpgov.outcome.category", r.Category)
	a.text("mcpgov.decision", r.Decision)
	a.text("mcpgov.rule.id", r.Rule)
	a.texts("mcpgov.rules.warned", r.Warnings)
	a.texts("mcpgov.shadow", r.Shadow)
	a.text("mcpgov.policy.revision", r.Server.Policy)
	a.count("mcpgov.mask.count", int64(len(r.Masked)))
	a.texts("mcpgov.shown", r.Shown)
	a.count("mcpgov.duration_us", r.Duration.Microseconds())
	a.count("mcpgov.rows", int64(r.Rows))
	a.count("mcpgov.bytes", int64(r.Bytes))
	a.count("mcpgov.audit.seq", int64(min(r.Seq, 1<<62)))
	return a
}
