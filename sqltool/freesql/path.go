package freesql

import (
	"context"
	"database/sql"
	"errors"
	"time"

	driver "github.com/duckdb/duckdb-go/v2"

	"github.com/mcpgov/go-sdk/sqltool/duckdb"
	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

// parseTimeout bounds the parsing of one statement, and the writing of its judged tree. 16 KiB take a few milliseconds; the rest is for a
// machine that has other work.
const parseTimeout = time.Second

// answer is the whole path of a statement, in this process or in a worker:
//
//	text ─► size, UTF-8, NUL          check.Text
//	     ─► tree                      DuckDB's own parser, on a database without data, bounded in time
//	     ─► judged and rewritten tree check.Tree: allow-lists, the caller's tables, columns and rows, LIMIT one above the cap
//	     ─► canonical statement       written from that tree by the same parser, and read again: what runs is what was judged
//	     ─► rows                      on a locked connection, capped in rows and bytes
//
// Whatever the engine says of a statement ends here: callers get a text of a closed set.
func (e *engine) answer(ctx context.Context, q question) reply {
	known, err := e.inventory(ctx)
	if err != nil {
		return reply{Refused: unavailable(), Detail: e.detail(err)}
	}
	key := memoryKey(q)
	j, ok := e.memory.recall(known, key)
	if !ok {
		rules, err := e.rules(ctx, known, q.Rights)
		if err != nil { // a filter or a mask that cannot be used: the statement must not run without it
			return reply{Refused: unavailable(), Detail: e.detail(err)}
		}
		if q.SQL == "" {
			return e.catalogFor(ctx, known, rules, q.Rights)
		}
		var refused reply
		if j, refused = e.judge(ctx, q.SQL, rules); refused.Refused != nil {
			return refused
		}
		e.memory.keep(known, key, j)
	}
	r, err := e.run(ctx, j.statement)
	if err != nil {
		return reply{Refused: said(err, e.settings.ListTool), Detail: e.detail(err), Spent: spent(err)}
	}
	r.Read = j.read
	return r
}

// judge turns a statement into one that may run, or into an answer that refuses it.
func (e *engine) judge(ctx context.Context, text string, rules check.Rules) (judged, reply) {
	if err := check.Text(text); err != nil {
		return judged{}, e.refused(err)
	}
	tree, err := e.parse(ctx, text)
	if err != nil {
		return judged{}, reply{Refused: tooComplex(), Detail: e.detail(err)}
	}
	checked, err := check.Tree(tree, rules)
	if err != nil {
		return judged{}, e.refused(err)
	}
	statement, err := e.write(ctx, checked)
	if _, ok := errors.AsType[*check.Refusal](err); ok {
		return judged{}, e.refused(err)
	}
	if err != nil {
		return judged{}, reply{Refused: said(err, e.settings.ListTool), Detail: e.detail(err)}
	}
	return judged{statement, checked.Tables}, reply{}
}

// parse gives the tree of a statement, or of what is wrong with it. It neither binds nor runs anything.
func (e *engine) parse(ctx context.Context, text string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, parseTimeout)
	defer cancel()
	return e.serialize(ctx, text)
}

func (e *engine) serialize(ctx context.Context, text string) ([]byte, error) {
	var tree string
	err := e.parser.SQL().QueryRowContext(ctx, "SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", text).Scan(&tree)
	return []byte(tree), err
}

// write gives the statement that a judged tree stands for, and reads it again: a name or a text that the engine quotes wrongly must not
// become another statement.
func (e *engine) write(ctx context.Context, checked check.Checked) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, parseTimeout)
	defer cancel()
	var statement string
	err := e.parser.SQL().QueryRowContext(ctx, "SELECT json_deserialize_sql(?::JSON)", string(checked.Tree)).Scan(&statement)
	if err != nil {
		return "", err
	}
	again, err := e.serialize(ctx, statement)
	if err != nil {
		return "", err
	}
	return statement, checked.Same(again)
}

// run runs a checked statement and writes what it gives as JSON, up to the caps.
func (e *engine) run(ctx context.Context, statement string) (reply, error) {
	result, err := e.data.AppendJSON(ctx, nil, statement, nil, duckdb.Limit{Rows: e.settings.MaxRows, Bytes: e.settings.MaxBytes})
	if err != nil {
		return reply{}, err
	}
	r := reply{Rows: result.JSON, RowCount: result.Rows, Truncated: result.Truncated, Columns: make([]Column, len(result.Columns))}
	for i, c := range result.Columns {
		r.Columns[i] = Column(c)
	}
	return r, nil
}

// refused turns what the checker says, which is safe to show, into an answer. What cannot be read is answered as what is not there.
func (e *engine) refused(err error) reply {
	refused, ok := errors.AsType[*check.Refusal](err)
	if !ok {
		return reply{Refused: failed(), Detail: e.detail(err)}
	}
	switch refused.Code {
	case check.CodeTable, check.CodeView:
		return reply{Refused: notFound(e.settings.ListTool), Detail: e.detail(err)}
	case check.CodeRules:
		return reply{Refused: unavailable(), Detail: e.detail(err)}
	default:
		return reply{Refused: &refusal{Refused, refused.Error()}}
	}
}

// said puts what the engine says into one of few texts. Its own names what is there, and quotes values.
func said(err error, listTool string) *refusal {
	if fault, ok := errors.AsType[*driver.Error](err); ok {
		switch fault.Type {
		case driver.ErrorTypeCatalog:
			return notFound(listTool)
		case driver.ErrorTypeBinder:
			if text := unbound(fault.Msg); text != "" {
				return &refusal{QueryFailed, text}
			}
			return notFound(listTool)
		case driver.ErrorTypeConversion:
			return &refusal{QueryFailed, "a value could not be cast: TRY_CAST gives NULL instead"}
		case driver.ErrorTypeOutOfMemory:
			return &refusal{QueryFailed, "the statement needs more memory than there is: ask for less at once, with filters before joins, groups and sorts"}
		}
	}
	switch {
	case errors.Is(err, duckdb.ErrBusy):
		return busy()
	case errors.Is(err, duckdb.ErrStuck), errors.Is(err, sql.ErrConnDone), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return unavailable()
	}
	return failed()
}

// spent says whether an engine should not be asked again after this error: what ran out of memory may have little left, and after an error
// of its own DuckDB answers nothing any more.
func spent(err error) bool {
	fault, ok := errors.AsType[*driver.Error](err)
	return ok && (fault.Type == driver.ErrorTypeOutOfMemory || fault.Type == driver.ErrorTypeInternal || fault.Type == driver.ErrorTypeFatal)
}
