package check

import "encoding/json"

// Rules say what a statement may read and call. The zero value allows statements without tables only. Rules are read, never changed: one
// value may serve many goroutines.
type Rules struct {
	// Catalog is the database that tables are read from, as current_database() names it. A name may carry it or leave it out, and it is
	// written into every table name. Empty: names with a catalog are refused and nothing is written.
	Catalog string
	// Schemas are those whose tables may be read, without regard to case. information_schema and pg_catalog are never readable, main only
	// if Catalog is set.
	Schemas []string
	// Tables are those that may be read, each "schema.table" in one of Schemas, without regard to case. Nil: every table of Schemas but those
	// whose name the engine could take for that of a file, such as "x.csv".
	Tables []string
	// Functions adds to what may be called (true: a function that the program registered, or a built-in that is refused by default) and
	// takes away from it (false), by name without regard to case; a table function's name begins with "table:". Nil: the built-ins that this
	// package knows as harmless.
	Functions map[string]bool
	// Defined are the names of functions and macros that the database itself defines, without regard to case. Each is refused unless Functions
	// allows it, even if a built-in has the same name.
	Defined map[string]bool
	// Rewrites say how a table is seen, by "schema.table" without regard to case. A table without one is seen whole.
	Rewrites map[string]TableView
	// Views gives the statement of a view, by "schema.view" in lower case, and false for what is no view. Nil: there are no views. A view that
	// it does not know is read as a table is: with the rights of whoever made it. So it must know every view of Schemas.
	Views func(name string) (View, bool)
	// Definer are views, "schema.view" without regard to case, that are read with the rights of whoever made them: what stands beneath them is not
	// judged, and no filter or mask of a table beneath holds.
	Definer map[string]bool
	// MaxRows, if above zero, limits the statement to one row more, so that the caller can tell whether rows were cut.
	MaxRows int
}

// TableView is what a statement sees of one table.
type TableView struct {
	// Columns are the visible ones, in the order of the table. A column that is not here does not exist for the statement. Nil: all columns,
	// and then none can be masked.
	Columns []Column
	// Filter is the condition that a visible row meets, as [Expression] gives it, with every parameter bound by [Bind]. Nil: all rows.
	Filter json.RawMessage
}

// Column is one visible column of a table.
type Column struct {
	Name string
	// Mask is what is seen in its place, as [Expression] or one of the Mask functions gives it. Nil: the column itself.
	Mask json.RawMessage
}

// View is the statement of a view.
type View struct {
	Tree    []byte   // what json_serialize_sql gives for the statement after AS
	Columns []string // the names between the view's name and AS, if there are any
	Schema  string   // where its names without a schema stand; empty: such names are refused
}

// Checked is a statement that may run.
type Checked struct {
	Tree      []byte   // for json_deserialize_sql: the statement to run
	Tables    []string // what it reads, "schema.table" in lower case, sorted; a view that is not a definer's stands beside the tables beneath it
	Functions []string // what it calls, in lower case, sorted, operators included
	Columns   []string // names of the result's columns as far as the statement alone tells: nil if it does not
	Ordered   bool     // the order of rows is part of the question
}
