package freesql

import (
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
