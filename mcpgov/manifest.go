package mcpgov

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/internal/canon"
)

// Manifest is a server's contract as data: what documentation, drift checks and test harnesses read.
type Manifest struct {
	Name           string                  // the server's name
	Version        string                  // the server's version
	Contract       string                  // SHA-256, in hex, of all that is advertised; rules that mask other fields change it, too
	PolicyRevision string                  // the hash of the bound rules, as it stands in every record
	Tools          []*mcp.Tool             // every tool as it is advertised, hidden or not; in the order they were given to New
	Resources      []*mcp.Resource         // likewise
	Templates      []*mcp.ResourceTemplate // resources with variables, likewise
	Prompts        []*mcp.Prompt           // likewise
}

// Manifest returns the server's contract. It is a deep copy and the caller's own.
func (s *Server) Manifest() Manifest {
	e := s.current.Load()
	m := Manifest{Name: e.identity.Name, Version: e.identity.Version, Contract: e.contract, PolicyRevision: e.identity.Policy}
	for _, p := range s.plan.parts {
		switch feature := p.advertise(e).(type) {
		case *mcp.Tool:
			feature.InputSchema = cloneSchema(feature.InputSchema)
			feature.OutputSchema = cloneSchema(feature.OutputSchema)
			m.Tools = append(m.Tools, feature)
		case *mcp.Resource:
			m.Resources = append(m.Resources, feature)
		case *mcp.ResourceTemplate:
			m.Templates = append(m.Templates, feature)
		case *mcp.Prompt:
			m.Prompts = append(m.Prompts, feature)
		}
	}
	return m
}

// contractHash is the SHA-256 of the canonical JSON of what is advertised, in hex. The order of features does not
// count, because lists sort them.
func contractHash(e *edition) string {
	hash := sha256.New()
	for _, list := range []listKind{toolList, resourceList, templateList, promptList} {
		for _, feature := range e.lists[list] {
			encoded := feature.encoded
			if canonical, err := canon.JSON(encoded); err == nil {
				encoded = canonical
			}
			hash.Write(encoded)
			hash.Write([]byte{'\n'})
		}
	}
	return hex.EncodeToString(hash.Sum(nil))
}

func cloneSchema(s any) any {
	if raw, ok := s.(json.RawMessage); ok {
		return json.RawMessage(bytes.Clone(raw))
	}
	return s
}
