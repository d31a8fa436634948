package contract

import "time"

// Set is contracts that belong together: what must hold of the data before a tool serves it.
type Set struct {
	OnBreach  Action     `yaml:"on_breach,omitempty"` // what a breach does where the contract does not say; "" is Refuse
	Contracts []Contract `yaml:"contracts,omitempty"` // at least one
}

// Contract is what must hold of one table or view.
type Contract struct {
	Name        string `yaml:"name,omitempty"`        // what reports and tools call it; "" is the table's name with what stands before it
	Database    string `yaml:"database,omitempty"`    // the catalog (DuckDB, Postgres) the table is in; "" is the connection's own
	Schema      string `yaml:"schema,omitempty"`      // the schema the table is in; "" is the connection's own
	Table       string `yaml:"table,omitempty"`       // the table or view, as it is called in the database, without quotes; required
	Description string `yaml:"description,omitempty"` // what the table holds
	OnBreach    Action `yaml:"on_breach,omitempty"`   // what a breach does; "" is Set.OnBreach

	// Where is an SQL condition for the rows the contract is about; "" is every row. It is the developer's own SQL and is trusted.
	Where string `yaml:"where,omitempty"`
	// Closed breaks the contract where the table has columns that Columns does not name.
	Closed bool `yaml:"closed,omitempty"`
	// Key names the columns by which a row may be shown where samples are asked for: never sensitive ones. None: no samples.
	Key []string `yaml:"key,omitempty"`

	Columns []Column `yaml:"columns,omitempty"` // each must be there
	Checks  []Check  `yaml:"checks,omitempty"`  // what more must hold

	Model     string   `yaml:"model,omitempty"`      // what makes the table, such as a dbt model: stands in provenance; "" is not known
	Revision  string   `yaml:"revision,omitempty"`   // the version of what makes it, such as a git commit; "" is not known
	DependsOn []string `yaml:"depends_on,omitempty"` // what it is made of: stands in provenance
}

// Column is what must hold of one column. Each field beside Name, Type and Description is short for a [Check].
type Column struct {
	Name        string     `yaml:"name,omitempty"`        // as it is called in the database, without quotes; required
	Type        string     `yaml:"type,omitempty"`        // the database's word, such as varchar or decimal(10,2); "" is any
	Description string     `yaml:"description,omitempty"` // what it holds
	NotNull     bool       `yaml:"not_null,omitempty"`    // no NULL
	Unique      bool       `yaml:"unique,omitempty"`      // no value twice; NULLs do not count
	Range       *Range     `yaml:"range,omitempty"`       // for numbers, dates and times
	Length      *Range     `yaml:"length,omitempty"`      // for texts, in characters
	Accepted    []any      `yaml:"accepted,omitempty"`    // no value but these and NULL
	Pattern     string     `yaml:"pattern,omitempty"`     // a regular expression that a part of each text matches; anchor it with ^ and $
	References  *Reference `yaml:"references,omitempty"`  // each value but NULL is there too
}

// Kind says what a check looks at. The zero value is no kind.
type Kind string

// The kinds of check. NULL passes all of them but [NotNull] and [Condition]: what must not be missing says so by NotNull.
const (
	NotNull    Kind = "not_null"   // no NULL in any of Columns
	Unique     Kind = "unique"     // no value of the column, or combination of several, twice. NULLs of one column do not count; among several they are equal
	InRange    Kind = "range"      // every value of the column is in Range; NaN is in none
	Length     Kind = "length"     // the length of every text is in Range
	Accepted   Kind = "accepted"   // every value is one of Values
	Rejected   Kind = "rejected"   // no value is one of Values
	Pattern    Kind = "pattern"    // a part of every text matches Pattern
	References Kind = "references" // every value is in the column of References
	// Fresh: the newest time in the column, or of SQL as an expression, is no older than MaxAge, and no more than 5 minutes ahead. A time
	// without a zone is UTC.
	Fresh     Kind = "fresh"
	Rows      Kind = "rows"      // the number of rows is in Range
	Measure   Kind = "measure"   // what Measure says of the column is in Range
	Condition Kind = "condition" // SQL, a condition, is true of every row; NULL is not true
	SQL       Kind = "sql"       // SQL, a whole query, returns nothing; with Counts it returns one number, 0

	kindColumn Kind = "column" // the column is there, of its type
	kindClosed Kind = "closed" // no other column is
)

// Check is one thing that must hold.
type Check struct {
	Name       string        `yaml:"name,omitempty"`       // what reports call it; "" is made of kind and columns
	Kind       Kind          `yaml:"kind,omitempty"`       // required
	Columns    []string      `yaml:"columns,omitempty"`    // what it looks at
	Range      *Range        `yaml:"range,omitempty"`      // for InRange, Length, Rows and Measure
	Values     []any         `yaml:"values,omitempty"`     // for Accepted and Rejected: texts, numbers, booleans, dates
	Pattern    string        `yaml:"pattern,omitempty"`    // for Pattern
	References *Reference    `yaml:"references,omitempty"` // for References
	Measure    Aggregate     `yaml:"measure,omitempty"`    // for Measure
	MaxAge     time.Duration `yaml:"max_age,omitempty"`    // for Fresh; required there
	WarnAge    time.Duration `yaml:"warn_age,omitempty"`   // for Fresh: older than this warns; 0 never
	SQL        string        `yaml:"sql,omitempty"`        // for Condition, SQL and Fresh: the developer's own, trusted, run read-only
	Counts     bool          `yaml:"counts,omitempty"`     // for SQL: the query returns the number of failures instead of the failing rows
	Where      string        `yaml:"where,omitempty"`      // an SQL condition for the rows it is about; "" is every row of the contract

	Severity Severity `yaml:"severity,omitempty"`   // what a failure is; "" is Fault
	Tolerate int64    `yaml:"tolerate,omitempty"`   // so many failures pass; 0 is none
	WarnUpTo int64    `yaml:"warn_up_to,omitempty"` // more than Tolerate, and up to so many, only warn; 0 is none
}

// Range is the values between two bounds. At least one is written; nil is no bound. Bounds are numbers, or dates and times as texts (2026-01-31,
// 2026-01-31T12:00:00Z) or [time.Time]; one without a zone is UTC.
type Range struct {
	Min   any `yaml:"min,omitempty"`   // the least value that is in it
	Max   any `yaml:"max,omitempty"`   // the greatest value that is in it
	Above any `yaml:"above,omitempty"` // all values in it are greater; not beside Min
	Below any `yaml:"below,omitempty"` // all values in it are less; not beside Max
}

// Reference is a column, or several, of another table of the same database.
type Reference struct {
	Database string   `yaml:"database,omitempty"` // as in Contract
	Schema   string   `yaml:"schema,omitempty"`   // as in Contract; "" is the connection's own, not the contract's
	Table    string   `yaml:"table,omitempty"`    // required
	Columns  []string `yaml:"columns,omitempty"`  // as many as the check has; required
	Where    string   `yaml:"where,omitempty"`    // an SQL condition for the rows that count there; "" is every row
}

// Aggregate is what is measured of all values of a column.
type Aggregate string

// What can be measured. NULLs count in Filled alone.
const (
	Distinct Aggregate = "distinct" // the number of different values
	Filled   Aggregate = "filled"   // the share of the rows that is not NULL, 0 to 1; without rows it is 1
	Least    Aggregate = "min"      // the least number
	Greatest Aggregate = "max"      // the greatest number
	Sum      Aggregate = "sum"      // the sum; without values it is 0
	Mean     Aggregate = "mean"     // the arithmetic mean
)

// Severity says what the failure of a check is.
type Severity string

// The severities.
const (
	Fault   Severity = "error" // a breach of the contract; what the zero value is
	Warning Severity = "warn"  // reported and logged, no breach
)

// Action says what happens on a breach.
type Action string

// The actions. The zero value is Refuse.
const (
	Refuse  Action = "refuse"  // what reads the table is not served until a later check passes, and a server does not start
	Degrade Action = "degrade" // it is served; the result's provenance says so, and health does
	Warn    Action = "warn"    // it is logged
)
