package auditdb

import (
	"strings"

	"github.com/mcpgov/go-sdk/audit"
)

// form says how a field of a record is held in the line, in DuckDB and in Go.
type form int

const (
	text    form = iota // VARCHAR; absent is ''
	hexText             // VARCHAR whose text mostly is hex: a Parquet file holds it as bytes if all of its records do
	hash                // BLOB of the hash that the line spells in hex
	whole               // UBIGINT
	number              // BIGINT; absent is 0
	micros              // BIGINT, microseconds; absent is 0
	flag                // BOOLEAN; absent is false
	texts               // VARCHAR[]; absent is []
	raw                 // VARCHAR that holds JSON; absent is NULL
	stamp               // TIMESTAMPTZ; absent is the zero time
	sources             // list of structs; absent is []
	steps               // list of structs; absent is []
)

// field is one leaf of a record. The list of them is what SQL, filters and the reader of rows are made of.
type field struct {
	path string // as the line and filters name it: user.role
	form form
	in   func(*audit.Record) any // pointer to the field in a record
}

// column names the field in SQL: user_role.
func (f *field) column() string { return strings.ReplaceAll(f.path, ".", "_") }

// fields lists the leaves of a record, in the order of the columns.
func fields() []field {
	return []field{
		{"seq", whole, func(r *audit.Record) any { return &r.Seq }},
		{"time", stamp, func(r *audit.Record) any { return &r.Time }},
		{"kind", text, func(r *audit.Record) any { return (*string)(&r.Kind) }},
		{"call_id", text, func(r *audit.Record) any { return &r.CallID }},
		{"target.kind", text, func(r *audit.Record) any { return &r.Target.Kind }},
		{"target.name", text, func(r *audit.Record) any { return &r.Target.Name }},
		{"target.read_only", flag, func(r *audit.Record) any { return &r.Target.ReadOnly }},
		{"user.id", text, func(r *audit.Record) any { return &r.User.ID }},
		{"user.name", text, func(r *audit.Record) any { return &r.User.Name }},
		{"user.role", text, func(r *audit.Record) any { return &r.User.Role }},
		{"user.tenant", text, func(r *audit.Record) any { return &r.User.Tenant }},
		{"user.provider", text, func(r *audit.Record) any { return &r.User.Provider }},
		{"user.anonymous", flag, func(r *audit.Record) any { return &r.User.Anonymous }},
		{"user.roles", texts, func(r *audit.Record) any { return &r.User.Roles }},
		{"user.groups", texts, func(r *audit.Record) any { return &r.User.Groups }},
		{"user.permissions", texts, func(r *audit.Record) any { return &r.User.Permissions }},
		{"user.scopes", texts, func(r *audit.Record) any { return &r.User.Scopes }},
		{"user.attributes", raw, func(r *audit.Record) any { return &r.User.Attributes }},
		{"agent.id", text, func(r *audit.Record) any { return &r.Agent.ID }},
		{"agent.kind", text, func(r *audit.Record) any { return &r.Agent.Kind }},
		{"client.name", text, func(r *audit.Record) any { return &r.Client.Name }},
		{"client.version", text, func(r *audit.Record) any { return &r.Client.Version }},
		{"client.transport", text, func(r *audit.Record) any { return &r.Client.Transport }},
		{"client.protocol", text, func(r *audit.Record) any { return &r.Client.Protocol }},
		{"client.remote_ip", text, func(r *audit.Record) any { return &r.Client.RemoteIP }},
		{"server.name", text, func(r *audit.Record) any { return &r.Server.Name }},
		{"server.version", text, func(r *audit.Record) any { return &r.Server.Version }},
		{"server.policy", text, func(r *audit.Record) any { return &r.Server.Policy }},
		{"server.environment", text, func(r *audit.Record) any { return &r.Server.Environment }},
		{"server.region", text, func(r *audit.Record) any { return &r.Server.Region }},
		{"conversation", text, func(r *audit.Record) any { return &r.Conversation }},
		{"purpose", text, func(r *audit.Record) any { return &r.Purpose }},
		{"level", text, func(r *audit.Record) any { return (*string)(&r.Level) }},
		{"arguments", raw, func(r *audit.Record) any { return &r.Arguments }},
		{"arguments_digest", hexText, func(r *audit.Record) any { return &r.ArgumentsDigest }},
		{"decision", text, func(r *audit.Record) any { return &r.Decision }},
		{"rule", text, func(r *audit.Record) any { return &r.Rule }},
		{"reason", text, func(r *audit.Record) any { return &r.Reason }},
		{"rules", texts, func(r *audit.Record) any { return &r.Rules }},
		{"rules_warned", texts, func(r *audit.Record) any { return &r.Warnings }},
		{"shadow", texts, func(r *audit.Record) any { return &r.Shadow }},
		{"outcome", text, func(r *audit.Record) any { return &r.Outcome }},
		{"category", text, func(r *audit.Record) any { return &r.Category }},
		{"cause", text, func(r *audit.Record) any { return &r.Cause }},
		{"response", raw, func(r *audit.Record) any { return &r.Response }},
		{"response_digest", hexText, func(r *audit.Record) any { return &r.ResponseDigest }},
		{"response_truncated", flag, func(r *audit.Record) any { return &r.ResponseTruncated }},
		{"duration_us", micros, func(r *audit.Record) any { return &r.Duration }},
		{"rows", number, func(r *audit.Record) any { return &r.Rows }},
		{"cut", number, func(r *audit.Record) any { return &r.Cut }},
		{"bytes", number, func(r *audit.Record) any { return &r.Bytes }},
		{"cleaned", number, func(r *audit.Record) any { return &r.Cleaned }},
		{"masked", texts, func(r *audit.Record) any { return &r.Masked }},
		{"shown", texts, func(r *audit.Record) any { return &r.Shown }},
		{"subjects", texts, func(r *audit.Record) any { return &r.Subjects }},
		{"sources", sources, func(r *audit.Record) any { return &r.Sources }},
		{"steps", steps, func(r *audit.Record) any { return &r.Steps }},
		{"trace_id", hexText, func(r *audit.Record) any { return &r.TraceID }},
		{"span_id", hexText, func(r *audit.Record) any { return &r.SpanID }},
		{"note", text, func(r *audit.Record) any { return &r.Note }},
		{"hash", hash, func(r *audit.Record) any { return &r.Hash }},
		{"prev", hash, func(r *audit.Record) any { return &r.Prev }},
	}
}

// lineType is the type under which read_json reads the field from a line.
func (f *field) lineType() string {
	switch f.form {
	case whole:
		return "UBIGINT"
	case number, micros:
		return "BIGINT"
	case flag:
		return "BOOLEAN"
	case texts:
		return "VARCHAR[]"
	case raw:
		return "JSON"
	case stamp:
		return "TIMESTAMPTZ"
	case sources:
		return "STRUCT(as_of TIMESTAMPTZ, executed TIMESTAMPTZ, model VARCHAR, parameters_digest VARCHAR, ref VARCHAR, revision VARCHAR, " +
			`"rows" BIGINT, statement VARCHAR, system VARCHAR, tables VARCHAR[])[]`
	case steps:
		return "STRUCT(duration_us BIGINT, kind VARCHAR, name VARCHAR, outcome VARCHAR, start_us BIGINT)[]"
	case text, hexText, hash:
	}
	return "VARCHAR"
}

// group names the nested object of which the field is a member; empty if it is none.
func (f *field) group() string {
	group, _, nested := strings.Cut(f.path, ".")
	if !nested {
		return ""
	}
	return group
}
