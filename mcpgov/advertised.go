package mcpgov

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// advertised is the tool as clients see it under an edition.
func (t *tool) advertised(p *part, e *edition) *mcp.Tool {
	spec := t.spec
	destructive, openWorld := spec.Destructive, spec.OpenWorld
	tool := &mcp.Tool{
		Name: spec.Name, Title: p.title, Description: p.description, InputSchema: p.inputSchema,
		Annotations: &mcp.ToolAnnotations{
			ReadOnlyHint: spec.ReadOnly, IdempotentHint: spec.Idempotent,
			DestructiveHint: &destructive, OpenWorldHint: &openWorld,
		},
	}
	if !p.contentIsAll { // clients are told of the shape of a result that has one
		tool.OutputSchema = e.views[p.target].schema
	}
	if d := spec.Deprecated; d != nil {
		tool.Description += d.notice()
	}
	meta := mcp.Meta{}
	if tags := p.target.policy.Tags; len(tags) > 0 {
		meta["mcpgov/tags"] = slices.Clone(tags)
	}
	if len(spec.Aliases) > 0 {
		meta["mcpgov/aliases"] = slices.Clone(spec.Aliases)
	}
	if spec.Untrusted {
		meta[untrustedKey] = true
	}
	if len(spec.Errors) > 0 {
		meta["mcpgov/errors"] = advertisedErrors(spec.Errors)
	}
	if len(meta) > 0 {
		tool.Meta = meta
	}
	return tool
}

func advertisedErrors(declared []ErrorSpec) json.RawMessage {
	type row struct {
		Code      Code   `json:"code"`
		Meaning   string `json:"meaning"`
		Retryable bool   `json:"retryable"`
	}
	rows := make([]row, len(declared))
	for i, e := range declared {
		rows[i] = row(e)
	}
	encoded, err := json.Marshal(rows)
	if err != nil {
		return json.RawMessage("[]")
	}
	return encoded
}

func (d *Deprecation) notice() string {
	var b strings.Builder
	b.WriteString("\n\nDeprecated")
	if d.Since != "" {
		b.WriteString(" since " + d.Since)
	}
	if d.Until != "" {
		b.WriteString(", until " + d.Until)
	}
	if d.Use != "" {
		b.WriteString("; use " + d.Use + " instead")
	}
	return b.String() + "."
}
