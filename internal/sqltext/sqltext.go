// Package sqltext writes the parts of SQL texts that must not be taken for anything else.
//
//	statement := "SELECT count(*) FROM " + sqltext.Identifier(table)
//	name := sqltext.Digest(statement)
package sqltext

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Identifier quotes a name so that it names that and nothing else, whatever it holds. Callers refuse NUL, which no database takes. It is standard
// SQL, as DuckDB, PostgreSQL and SQLite read it.
func Identifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Literal quotes a text. It is standard SQL, for databases that take a backslash as it stands.
func Literal(text string) string { return `'` + strings.ReplaceAll(text, `'`, `''`) + `'` }

// Digest names a statement in provenance and logs without showing the values that may stand in it.
func Digest(statement string) string {
	sum := sha256.Sum256([]byte(statement))
	return "sha256:" + hex.EncodeToString(sum[:])
}
