package mcpgov

import (
	"bytes"
	"encoding/json"
	"maps"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Manifest is a server's contract as data: what documentation, drift checks and test harnesses read.
type Manifest struct {
	Name, Version  string
	PolicyRevision string      // the hash of the bound rules, as it stands in every record
	Tools          []*mcp.Tool // every tool as it is advertised, hidden or not; in the order they were given to New
}

// Manifest returns the server's contract. It is a deep copy and the caller's own.
func (s *Server) Manifest() Manifest {
	m := Manifest{Name: s.identity.Name, Version: s.identity.Version, PolicyRevision: s.identity.Policy}
	for _, p := range s.parts {
		tool := p.advertised()
		tool.Meta = maps.Clone(tool.Meta)
		tool.InputSchema = cloneSchema(tool.InputSchema)
		tool.OutputSchema = cloneSchema(tool.OutputSchema)
		m.Tools = append(m.Tools, tool)
	}
	return m
}

func cloneSchema(s any) any {
	if raw, ok := s.(json.RawMessage); ok {
		return json.RawMessage(bytes.Clone(raw))
	}
	return s
}
