package duckdb

import (
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// engineError is an error in the words of the engine, which may hold names and values: it is for logs, not for callers.
func engineError(text string) error {
	kind := duckdb.ErrorTypeInvalid
	prefix, _, _ := strings.Cut(text, ": ")
	for _, known := range []struct {
		prefix string
		kind   duckdb.ErrorType
	}{
		{"Binder Error", duckdb.ErrorTypeBinder},
		{"Catalog Error", duckdb.ErrorTypeCatalog},
		{"Constraint Error", duckdb.ErrorTypeConstraint},
		{"Conversion Error", duckdb.ErrorTypeConversion},
		{"INTERRUPT Error", duckdb.ErrorTypeInterrupt},
		{"Invalid Input Error", duckdb.ErrorTypeInvalidInput},
		{"IO Error", duckdb.ErrorTypeIO},
		{"Out of Memory Error", duckdb.ErrorTypeOutOfMemory},
		{"Out of Range Error", duckdb.ErrorTypeOutOfRange},
		{"Parser Error", duckdb.ErrorTypeParser},
		{"Permission Error", duckdb.ErrorTypePermission},
	} {
		if prefix == known.prefix {
			kind = known.kind
		}
	}
	return &duckdb.Error{Type: kind, Msg: text}
}
