package freesql

import (
	"strings"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// The codes that the tools of this package end with, besides the built-in ones. They are a closed set, and so are their texts but for
// [Refused]: a text never names what the caller may not read, never quotes a value, and never repeats what the engine said.
const (
	// Refused: the statement is none of those that are allowed; the text says which part, in words of the statement itself.
	Refused mcpgov.Code = "query_refused"
	// NotFound: a table or column that is not there, or not the caller's to read; which of the two is not told.
	NotFound mcpgov.Code = "query_not_found"
	// QueryFailed: the engine could not run the statement: a cast or a division that fails, too much memory.
	QueryFailed mcpgov.Code = "query_failed"
	// Busy: as many statements run as Options.Concurrent allows.
	Busy mcpgov.Code = "query_busy"
	// Unavailable: statements that do not end hold the engine, or no worker can be started: nothing is run until that is over.
	Unavailable mcpgov.Code = "query_unavailable"
)

// refusal is an answer with one of the codes above.
type refusal struct {
	Code mcpgov.Code `json:"code"`
	Text string      `json:"text"`
}

func (r *refusal) err() error { return mcpgov.Fail(r.Code, "%s", r.Text) }

func notFound(list string) *refusal {
	return &refusal{NotFound, "not found, or not yours to read: " + list + " shows what you may read, as schema.table"}
}

// unbound is what is wrong with how a statement uses what it may read, where the engine says that: a text of few, which names nothing.
func unbound(said string) string {
	for _, fault := range []struct{ part, text string }{
		{"must appear in the GROUP BY clause", "a column is selected or ordered by that is neither grouped by nor within an aggregate: add it to GROUP BY, write GROUP BY ALL, or any_value(column)"},
		{"WHERE clause cannot contain aggregates", "WHERE cannot contain aggregates: write HAVING"},
		{"WHERE clause cannot contain window functions", "WHERE cannot contain window functions: write QUALIFY"},
		{"aggregate function calls cannot be nested", "aggregates cannot stand within one another: take one of a subquery"},
		{"Ambiguous reference to column", "a column's name is in more than one table: write its table before it"},
		{"No function matches the given name and argument types", "a function is called with arguments of types it does not take: look at the columns' types, and cast them"},
		{"Cannot compare values of type", "values of types that do not fit are compared: cast one of them"},
		{"Set operations can only apply to expressions with the same number of result columns", "both sides of UNION, EXCEPT or INTERSECT must have as many columns"},
	} {
		if strings.Contains(said, fault.part) {
			return fault.text
		}
	}
	return ""
}

func failed() *refusal {
	return &refusal{QueryFailed, "the statement could not be run: check types, casts and functions, or ask for less at once"}
}

func tooComplex() *refusal {
	return &refusal{Refused, "the statement takes too long to parse: write a simpler one"}
}

func busy() *refusal {
	return &refusal{Busy, "too many statements run at present: try again later"}
}

func unavailable() *refusal {
	return &refusal{Unavailable, "SQL is not available at present: try again later"}
}

// errorSpecs declares the codes in the contracts of the tools.
func errorSpecs(runsSQL bool) []mcpgov.ErrorSpec {
	specs := []mcpgov.ErrorSpec{
		{Code: NotFound, Meaning: "There is no such table or column, or it is not yours to read."},
		{Code: QueryFailed, Meaning: "The statement could not be run."},
		{Code: Busy, Meaning: "Too many statements run at present.", Retryable: true},
		{Code: Unavailable, Meaning: "SQL is not available at present.", Retryable: true},
	}
	if runsSQL {
		specs = append(specs, mcpgov.ErrorSpec{Code: Refused, Meaning: "The statement is none of those that are allowed."})
	}
	return specs
}
