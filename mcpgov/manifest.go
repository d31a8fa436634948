package mcpgov

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/internal/canon"
)

// Manifest is a server's contract as data: what documentation, drift checks and test harnesses read.
type Manifest struct {
	Name           string      // the server's name
	Version        string      // the server's version
	Contract       string      // SHA-256, in hex, of all that is advertised; rules that mask other fields change it, too
	PolicyRevision string      // the hash of the bound rules, as it stands in every record
	Tools          []*mcp.Tool // every tool as it is advertised, hidden or not; in the order they were given to New
}

// Manifest returns the server's contract. It is a deep copy and the caller's own.
func (s *Server) Manifest() Manifest {
	e := s.current.Load()
	m := Manifest{Name: e.identity.Name, Version: e.identity.Version, Contract: e.contract, PolicyRevision: e.identity.Policy}
	for _, p := range s.plan.parts {
		tool := p.advertised(e)
		tool.InputSchema = cloneSchema(tool.InputSchema)
		tool.OutputSchema = cloneSchema(tool.OutputSchema)
		m.Tools = append(m.Tools, tool)
	}
	return m
}

// contractHash is the SHA-256 of the canonical JSON of what is advertised, in hex. The order of tools does not
// count, because lists sort them.
func contractHash(parts []*part, e *edition) string {
	hash := sha256.New()
	for _, p := range slices.SortedFunc(slices.Values(parts), func(a, b *part) int { return strings.Compare(a.spec.Name, b.spec.Name) }) {
		encoded, err := json.Marshal(p.advertised(e))
		if err != nil {
			continue // a tool of strings and schemas that New has marshalled before
		}
		if canonical, err := canon.JSON(encoded); err == nil {
			encoded = canonical
		}
		hash.Write(encoded)
		hash.Write([]byte{'\n'})
	}
	return hex.EncodeToString(hash.Sum(nil))
}

func cloneSchema(s any) any {
	if raw, ok := s.(json.RawMessage); ok {
		return json.RawMessage(bytes.Clone(raw))
	}
	return s
}
