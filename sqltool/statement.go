package sqltool

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// Statement is one SQL statement and what is known of it. Parameters are written $customer_id, or $date_range.start for a field of a field;
// a list is written IN $ids. They are bound, never put into the text. Every field of the input must be a parameter, or be tagged sql:"-".
type Statement struct {
	Name string // stands in provenance and in the slow-query log; "" is the tool's name, or the file's
	SQL  string // one statement; "" if it stands in a file
	File string // the file in FS that holds the statement
	FS   fs.FS  // such as an embed.FS

	Writes   bool        // it changes data: the tool is not ReadOnly. A statement that says nothing and writes is refused
	MaxRows  int         // 0 is Options.MaxRows
	MaxBytes int         // 0 is Options.MaxBytes
	NotFound mcpgov.Code // of QueryRow: the business error, declared in ToolSpec.Errors, if there is no row; "" ends the call as failed
	Conflict mcpgov.Code // the business error, declared in ToolSpec.Errors, if a constraint forbids a change; "" ends the call as failed

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

// loaded returns the statement with its text and its name.
func (s Statement) loaded(name string) (Statement, error) {
	if s.File != "" {
		if s.SQL != "" || s.FS == nil {
			return s, fmt.Errorf("statement %q: write either SQL, or File and FS", s.File)
		}
		content, err := fs.ReadFile(s.FS, s.File)
		if err != nil {
			return s, fmt.Errorf("statement %q: %w", s.File, err)
		}
		s.SQL = string(content)
		name = cmp.Or(name, strings.TrimSuffix(path.Base(s.File), path.Ext(s.File)))
	}
	s.Name = cmp.Or(s.Name, name)
	return s, nil
}
