package matview

import (
	"strings"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// names quotes identifiers for a list.
func names(identifiers []string) string {
	quoted := make([]string, len(identifiers))
	for i, identifier := range identifiers {
		quoted[i] = sqltext.Identifier(identifier)
	}
	return strings.Join(quoted, ", ")
}
