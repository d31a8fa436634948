package schema_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/schema"
)

// TestDocumentedKeywords: the table users read is the one tags are held to.
func TestDocumentedKeywords(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../mcpgov/doc.go")
	require.NoError(t, err)
	for row, kind := range map[string]fields.Kind{"text": fields.Text, "number": fields.Number, "boolean": fields.Boolean} {
		require.ElementsMatch(t, schema.KeysFor(kind), documentedRow(t, string(doc), row), row)
	}
	require.ElementsMatch(t, schema.KeysFor(fields.Number), schema.KeysFor(fields.Integer))
	every := documentedRow(t, string(doc), "every")
	require.ElementsMatch(t, append(schema.Generic(), "required", "nullable"), every)
	require.ElementsMatch(t, schema.ListKeys(), documentedRow(t, string(doc), "list"))
}

// documentedRow returns the words of a row of the table, up to a semicolon.
func documentedRow(t *testing.T, doc, name string) []string {
	t.Helper()
	rows := regexp.MustCompile(`(?m)^//\t`+name+` {2,}(\w+ [^;\n]*)`).FindAllStringSubmatch(doc, -1)
	require.Len(t, rows, 1, name)
	return slices.Sorted(strings.FieldsSeq(rows[0][1]))
}
