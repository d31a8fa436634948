package sqltool

import (
	"github.com/mcpgov/go-sdk/mcpgov"
)

// Statement is one SQL statement and what is known of it. Parameters are written $customer_id, or $date_range.start for a field of a field;
// a list is written IN $ids. They are bound, never put into the text.
type Statement struct {
	Name string // stands in provenance and in the slow-query log; "" is the tool's name
	SQL  string // one statement

	Writes   bool        // it changes data: the tool is not ReadOnly. A statement that says nothing and writes is refused
	MaxRows  int         // 0 is Options.MaxRows
	MaxBytes int         // 0 is Options.MaxBytes
	NotFound mcpgov.Code // of QueryRow: the business error, declared in ToolSpec.Errors, if there is no row; "" ends the call as failed

	Tables   []string // lineage: the tables beneath
	Model    string   // lineage: what made those tables, such as a dbt model
	Revision string   // lineage: the version of what made them, such as a git commit
}

// Rows is the result of [Query].
type Rows[Row any] struct {
	Rows      []Row `json:"rows"`
	Truncated bool  `json:"truncated" jsonschema_description:"There are more rows than these."`
}

// Affected is the result of [Exec].
type Affected struct {
	Rows int64 `json:"rows_affected"`
}
