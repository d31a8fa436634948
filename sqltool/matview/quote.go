package matview

import "strings"

// name quotes an identifier.
func name(identifier string) string { return `"` + strings.ReplaceAll(identifier, `"`, `""`) + `"` }

// names quotes identifiers for a list.
func names(identifiers []string) string {
	quoted := make([]string, len(identifiers))
	for i, identifier := range identifiers {
		quoted[i] = name(identifier)
	}
	return strings.Join(quoted, ", ")
}
