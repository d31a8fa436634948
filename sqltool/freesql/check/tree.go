package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
)

const (
	maxTree   = 8 << 20 // bytes of one tree
	maxNodes  = 20_000  // parts of one statement, its views included
	maxWeight = 60_000  // the same, those of a common table expression counted wherever it is named
	maxDepth  = 250     // parts within one another
	maxViews  = 16      // views within one another
)

// object is one node of the tree.
type object = map[string]any

// Tree judges what json_serialize_sql gave for one statement and rewrites it as rules say. The error is a [*Refusal].
func Tree(tree []byte, rules Rules) (Checked, error) {
	statement, err := decode(tree)
	if err != nil {
		return Checked{}, err
	}
	c := newChecker(rules)
	c.statement(statement, nil)
	c.shortenColumns()
	if c.refusal != nil {
		return Checked{}, c.refusal
	}
	checked := Checked{
		Tables: slices.Sorted(maps.Keys(c.tables)), Functions: slices.Sorted(maps.Keys(c.functions)),
		Columns: resultColumns(statement), Ordered: ordered(statement),
	}
	writeNumbers(statement)
	if rules.MaxRows > 0 {
		limitRows(statement, rules.MaxRows)
	}
	checked.Tree, err = encode(object{"error": false, "statements": []any{statement}})
	if err != nil {
		return Checked{}, unknown("the statement")
	}
	return checked, nil
}

// decode reads the tree of exactly one statement.
func decode(tree []byte) (object, error) {
	if len(tree) > maxTree {
		return nil, &Refusal{Code: CodeSize, Message: "the statement has too many parts", Hint: "write a shorter one"}
	}
	var all struct {
		Error      bool              `json:"error"`
		Kind       string            `json:"error_type"`
		Statements []json.RawMessage `json:"statements"`
	}
	if err := json.Unmarshal(tree, &all); err != nil {
		return nil, unknown("the statement")
	}
	switch {
	case all.Error && all.Kind == "not implemented":
		return nil, &Refusal{
			Code: CodeStatement, Message: "only a SELECT without parameters can be run",
			Hint: "write one SELECT statement; there is no way to change data, settings or files, or to list tables, through SQL here",
		}
	case all.Error:
		return nil, &Refusal{Code: CodeStatement, Message: "the statement does not parse", Hint: "check its syntax: it must be one SELECT in DuckDB's dialect"}
	case len(all.Statements) != 1:
		return nil, &Refusal{Code: CodeStatement, Message: "exactly one statement can be run", Hint: "send each SELECT by itself"}
	}
	var statement object
	decoder := json.NewDecoder(bytes.NewReader(all.Statements[0]))
	decoder.UseNumber() // 64 and 128 bit integers stay exact
	if err := decoder.Decode(&statement); err != nil || statement == nil {
		return nil, unknown("the statement")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, unknown("the statement")
	}
	return statement, nil
}

// encode writes a tree without the escapes for HTML, which would grow it.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// unknown refuses a part of a tree that is not of a known form.
func unknown(what string) *Refusal {
	return &Refusal{Code: CodeSyntax, Message: what + " has a form that is not supported here", Hint: "write it as a plain SELECT"}
}
