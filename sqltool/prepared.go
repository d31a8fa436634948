package sqltool

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// prepared is a statement that has been read, checked against its types and, where there is a database, prepared by it once.
type prepared struct {
	db         *DB
	statement  Statement
	digest     string // of the text
	text       text
	parameters map[string]*parameter
	query      string // what is sent; "" if it depends on the length of lists
	limited    string // the same with its limit of rows, where the engine has one; else ""
	one        bool   // one row is wanted
	first      reflect.Value
	described  Description
	columns    []target // nil without rows
	maxRows    int
	maxBytes   int
}

// shape is what a statement is used for.
type shape struct {
	in, row reflect.Type  // row is nil where no row is wanted; in where there are no arguments
	first   reflect.Value // the first input, where in is a map, which says nothing of its values; else invalid
	one     bool
	where   string // what error texts begin with
}

// prepare reads a statement and checks it. It returns every fault there is.
func (db *DB) prepare(s Statement, use shape) (*prepared, error) {
	p := &prepared{
		db: db, statement: s, digest: sqltext.Digest(s.SQL), parameters: map[string]*parameter{}, one: use.one, first: use.first,
		maxRows: orElse(s.MaxRows, db.options.MaxRows), maxBytes: orElse(s.MaxBytes, db.options.MaxBytes),
	}
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s: %w", use.where, fmt.Errorf(format, args...)))
	}
	var err error
	if p.text, err = parseText(s.SQL); err != nil {
		fault("%w", err)
		return nil, errors.Join(faults...)
	}
	p.checkText(fault)
	p.checkParameters(use.in, fault)
	if len(faults) == 0 { // else what the database says of it would only repeat that
		p.settleQuery()
		defer func() { p.first = reflect.Value{} }() // values are not kept
		p.checkDescription(use, fault)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if use.row != nil {
		p.plan(use.row)
	}
	db.remember(p)
	return p, nil
}

func orElse(v, d int) int {
	if v > 0 {
		return v
	}
	return d
}

// checkText finds faults that need neither types nor a database.
func (p *prepared) checkText(fault func(string, ...any)) {
	switch {
	case p.text.count == 0:
		fault("the text holds no statement: write one in SQL, or name a File")
	case p.text.count > 1:
		fault("the text holds %d statements: write one for each tool", p.text.count)
	}
	if p.statement.MaxRows < 0 || p.statement.MaxBytes < 0 {
		fault("MaxRows and MaxBytes must not be negative: write 0 for those of Options")
	}
	for _, at := range p.text.numbered {
		fault("%s: a parameter without a name: write the name of a field of the input, such as $customer_id", place(p.statement.SQL, at))
	}
	if len(p.text.marks) > 0 && p.db.options.Engine.Placeholder(1, "name") == "?" {
		fault("%s: a ? is a parameter without a name: write $name", place(p.statement.SQL, p.text.marks[0]))
	}
}

// checkParameters finds each parameter in the input, and each field of the input among the parameters.
func (p *prepared) checkParameters(in reflect.Type, fault func(string, ...any)) {
	var used []string
	_, arrays := p.db.options.Engine.(Lister)
	for i := range p.text.pieces {
		piece := &p.text.pieces[i]
		if _, seen := p.parameters[piece.param]; piece.param == "" || seen {
			continue
		}
		used = append(used, piece.param)
		if in == nil {
			fault("%s: $%s has no value: give arguments", place(p.statement.SQL, piece.at), piece.param)
			continue
		}
		found, err := findParameter(piece.param, in)
		if err != nil {
			fault("%s: %w", place(p.statement.SQL, piece.at), err)
			continue
		}
		p.parameters[piece.param] = found
		if why := bindable(anyType, orAny(found.typ), piece.in); why != "" {
			fault("%s: $%s: %s", place(p.statement.SQL, piece.at), piece.param, why)
		}
	}
	for i := range p.text.pieces {
		piece := &p.text.pieces[i]
		if found := p.parameters[piece.param]; found != nil && !piece.in && !arrays && isList(found.typ) {
			fault("%s: $%s is a list, which this database takes only as IN $%[2]s", place(p.statement.SQL, piece.at), piece.param)
		}
	}
	if in == nil || in.Kind() == reflect.Map {
		return
	}
	for _, why := range unused(in, "", used) {
		fault("%s", why)
	}
}

// orAny is a type that only the call tells.
func orAny(t reflect.Type) reflect.Type {
	if t == nil {
		return reflect.TypeFor[any]()
	}
	return t
}

// settleQuery writes the query once where it is the same for every input.
func (p *prepared) settleQuery() {
	_, arrays := p.db.options.Engine.(Lister)
	for i := range p.text.pieces {
		piece := &p.text.pieces[i]
		if piece.in && piece.param != "" && !arrays {
			if t := p.parameters[piece.param].typ; t == nil || isList(t) {
				return
			}
		} else if piece.in && p.parameters[piece.param].typ == nil {
			return // a map of arguments: a list today, one value tomorrow
		}
	}
	var err error
	if p.query, _, err = p.sampleQuery(); err == nil {
		p.limited = p.limit(p.query)
	}
}

// sampleQuery writes the query with one element in each list, and says for which parameter each argument is.
func (p *prepared) sampleQuery() (query string, paths []string, err error) {
	b := binding{engine: p.db.options.Engine, write: true, sample: true, maxList: p.db.options.MaxList}
	err = b.statement(p, p.first)
	return b.query.String(), b.paths, err
}

// limit is a query that returns one row more than wanted, so that it is known whether there are more; "" where the engine cannot say so.
func (p *prepared) limit(query string) string {
	limiter, ok := p.db.options.Engine.(Limiter)
	if !ok || p.statement.Writes {
		return ""
	}
	most := p.maxRows
	if p.one {
		most = 1
	}
	if most == math.MaxInt {
		return "" // there is no number for one row more
	}
	return limiter.Limit(strings.TrimSpace(query), most+1)
}
