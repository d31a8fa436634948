package freesql

import (
	"encoding/json"
	"time"
)

// question is what is asked of an engine, in this process or in a worker. It is sent as JSON, so it holds values only.
type question struct {
	SQL    string `json:"sql"`    // the statement; "" asks for the catalog
	Rights Rights `json:"rights"` // what the caller may read
}

// reply is what comes of a question. Rows travel beside it, because they are JSON already.
type reply struct {
	Columns   []Column        `json:"columns,omitempty"`
	Rows      json.RawMessage `json:"-"`
	RowCount  int             `json:"row_count,omitempty"`
	Truncated bool            `json:"truncated,omitempty"`
	Read      []string        `json:"read,omitempty"`   // the base tables that were read, as schema.table
	Tables    []table         `json:"tables,omitempty"` // of the catalog
	Refused   *refusal        `json:"refused,omitempty"`
	Spent     bool            `json:"spent,omitempty"`  // the engine that gave this answer should not be asked again
	Detail    string          `json:"detail,omitempty"` // what the engine said: for a debug log, never for a caller
}

// Column is one column of a result.
type Column struct {
	Name string `json:"name" jsonschema:"description=The column's name\\, as the statement gives it"`
	Type string `json:"type" jsonschema:"description=The column's type\\, in DuckDB's words"`
}

// table is a table or a view that a caller may read.
type table struct {
	Schema      string        `json:"schema"`
	Name        string        `json:"name"`
	Kind        string        `json:"kind"` // "table" or "view"
	Description string        `json:"description,omitempty"`
	Rows        int64         `json:"rows"` // an estimate; -1 is not known
	Columns     []tableColumn `json:"columns"`
}

func (t table) full() string { return t.Schema + "." + t.Name }

type tableColumn struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Nullable    bool   `json:"nullable"`
	Masked      bool   `json:"masked,omitempty"`
	Description string `json:"description,omitempty"`
}

// opened is what an engine tells of itself once it is ready.
type opened struct {
	AsOf  time.Time `json:"as_of,omitzero"`  // when the file was last written; zero for a database in memory
	Fault string    `json:"fault,omitempty"` // why it is not ready; for operators
}
