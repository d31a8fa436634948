package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// Limit bounds a result. It also says how rows are written.
type Limit struct {
	Rows    int  // at most; zero: 10,000
	Bytes   int  // of the JSON of all rows, at most; zero: 8 MiB
	Objects bool // rows are objects with the names of the columns as keys; false: arrays in the order of the columns
}

// Result is what a query returned.
type Result struct {
	JSON      []byte   // an array of rows, behind what the caller gave
	Columns   []Column // in order
	Rows      int      // in JSON
	Truncated bool     // there is at least one row more than JSON holds
}

// Column is a column of a result.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"` // DuckDB's word: "BIGINT", "DECIMAL(38,10)", "STRUCT(a INTEGER)[]"
}

// errTooLong ends a row that does not fit.
var errTooLong = errors.New("the row is longer than the limit")

// AppendJSON runs one query, for which it waits and which it ends as [Database.Do] says, and appends its rows to dst as a JSON array.
// Arguments are Go values, or [sql.Named] ones, as [Engine] binds them.
//
// It reads the engine's columns as they are, in about a tenth of the time that scanning and encoding/json need, and takes rows from the
// engine only as it writes them: a result is never in memory whole, and a query ends at the limit. Values are exact; the package's
// documentation says how each type is written. On an error nothing of dst is of use.
func (d *Database) AppendJSON(ctx context.Context, dst []byte, query string, args []any, limit Limit) (Result, error) {
	var result Result
	err := d.Do(ctx, func(ctx context.Context, c *sql.Conn) (err error) {
		result, err = AppendJSON(ctx, c, dst, query, args, limit)
		return err
	})
	return result, err
}

// AppendJSON is [Database.AppendJSON] on a connection of a [Database] that the caller holds already.
func AppendJSON(ctx context.Context, c *sql.Conn, dst []byte, query string, args []any, limit Limit) (result Result, err error) {
	err = c.Raw(func(driverConn any) error {
		ours, ok := driverConn.(*conn)
		if !ok {
			return fmt.Errorf("duckdb: AppendJSON needs a connection of a duckdb.Database, this one is a %T", driverConn)
		}
		values, err := ours.values(args)
		if err != nil {
			return err
		}
		limited, end := ours.begin(ctx, query)
		result, err = ours.appendJSON(limited, dst, query, values, limit)
		return end(err)
	})
	return result, err
}

// values makes of Go values what the driver binds.
func (c *conn) values(args []any) ([]driver.NamedValue, error) {
	values := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		values[i].Ordinal = i + 1
		if named, ok := arg.(sql.NamedArg); ok {
			values[i].Name, arg = named.Name, named.Value
		}
		bound, err := bind(arg)
		if err != nil {
			return nil, fmt.Errorf("duckdb: argument %d: %w", i+1, err)
		}
		values[i].Value = bound
		if err := c.CheckNamedValue(&values[i]); errors.Is(err, driver.ErrSkip) {
			values[i].Value, err = driver.DefaultParameterConverter.ConvertValue(bound)
			if err != nil {
				return nil, fmt.Errorf("duckdb: argument %d: %w", i+1, err)
			}
		} else if err != nil {
			return nil, fmt.Errorf("duckdb: argument %d: %w", i+1, err)
		}
	}
	return values, nil
}

func (c *conn) appendJSON(ctx context.Context, dst []byte, query string, args []driver.NamedValue, limit Limit) (Result, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return Result{}, err
	}
	if err := c.bind(s, args); err != nil {
		return Result{}, errors.Join(err, c.give(query, s))
	}
	rows, err := c.stream(ctx, s)
	if err != nil {
		return Result{}, c.drop(s, err)
	}
	result, err := rows.appendJSON(ctx, dst, limit)
	if c.abandoned.Load() {
		return Result{}, err // what is open is closed when the engine ends
	}
	rows.close()
	if err != nil {
		return Result{}, c.drop(s, err)
	}
	return result, c.give(query, s)
}

// stream is a result that the engine computes as it is read.
type stream struct {
	conn    *conn
	stmt    *ready
	running *call
	result  bindings.Result
	chunk   bindings.DataChunk
	columns []Column
	kinds   []*kind
}

// stream runs a bound statement up to its first rows.
func (c *conn) stream(ctx context.Context, s *ready) (*stream, error) {
	prepared, err := preparedOf(s.Stmt)
	if err != nil {
		return nil, err
	}
	r := &stream{conn: c, stmt: s, running: c.current.Load()}
	err = c.watch(ctx, func() error { return r.start(prepared) }, func(err error) {
		r.close()
		_ = s.Close() // nobody is there to hear of it
	})
	if err != nil {
		if !c.abandoned.Load() {
			r.running.end()
		}
		return nil, err
	}
	return r, r.describe()
}

// start begins to compute.
func (r *stream) start(prepared bindings.PreparedStatement) error {
	var pending bindings.PendingResult
	defer bindings.DestroyPending(&pending)
	if bindings.PendingPreparedStreaming(prepared, &pending) == bindings.StateError {
		return engineError(bindings.PendingError(pending))
	}
	if bindings.ExecutePending(pending, &r.result) == bindings.StateError {
		err := engineError(bindings.ResultError(&r.result))
		bindings.DestroyResult(&r.result)
		return err
	}
	return nil
}

// describe reads what the columns are.
func (r *stream) describe() error {
	n := bindings.ColumnCount(&r.result)
	r.columns, r.kinds = make([]Column, n), make([]*kind, n)
	for i := range n {
		t := bindings.ColumnLogicalType(&r.result, i)
		k, err := kindOf(t)
		bindings.DestroyLogicalType(&t)
		r.columns[i].Name = bindings.ColumnName(&r.result, i)
		if err != nil {
			r.close()
			return fmt.Errorf("duckdb: column %q: %w", r.columns[i].Name, err)
		}
		r.kinds[i], r.columns[i].Type = k, k.word
	}
	return nil
}

// next reads the next rows; none at the end.
func (r *stream) next(ctx context.Context) (int, error) {
	bindings.DestroyDataChunk(&r.chunk)
	err := r.conn.watch(ctx, func() error {
		r.chunk = bindings.FetchChunk(r.result)
		if r.chunk.Ptr == nil {
			if text := bindings.ResultError(&r.result); text != "" {
				return engineError(text)
			}
		}
		return nil
	}, func(error) {
		r.close()
		_ = r.stmt.Close() // nobody is there to hear of it
	})
	if err != nil || r.chunk.Ptr == nil {
		return 0, err
	}
	for i, k := range r.kinds {
		k.point(bindings.DataChunkGetVector(r.chunk, bindings.IdxT(i)))
	}
	return int(bindings.DataChunkGetSize(r.chunk)), nil //nolint:gosec // 2,048 at most
}

func (r *stream) close() {
	bindings.DestroyDataChunk(&r.chunk)
	bindings.DestroyResult(&r.result)
	r.running.end()
}

// appendJSON writes rows until the end or the limit.
func (r *stream) appendJSON(ctx context.Context, dst []byte, limit Limit) (Result, error) {
	if limit.Rows <= 0 {
		limit.Rows = 10_000
	}
	if limit.Bytes <= 0 {
		limit.Bytes = 8 << 20
	}
	begin := rowBegins(r.columns, limit.Objects)
	last := byte(']')
	if limit.Objects {
		last = '}'
	}
	result := Result{Columns: r.columns}
	dst = append(dst, '[')
	start := len(dst)
	for {
		n, err := r.next(ctx)
		if err != nil {
			return Result{}, err
		}
		if n == 0 {
			break
		}
		for row := range n {
			if result.Rows == limit.Rows {
				result.Truncated = true
				break
			}
			before := len(dst)
			if result.Rows > 0 {
				dst = append(dst, ',')
			}
			for i, k := range r.kinds {
				dst = append(dst, begin[i]...)
				if dst, err = k.append(dst, row, start+limit.Bytes); err != nil {
					break
				}
			}
			if len(r.kinds) == 0 {
				dst = append(dst, begin[0]...)
			}
			dst = append(dst, last)
			if errors.Is(err, errTooLong) || err == nil && len(dst)-start > limit.Bytes {
				dst, result.Truncated = dst[:before], true
				break
			}
			if err != nil {
				return Result{}, err
			}
			result.Rows++
		}
		if result.Truncated {
			break
		}
	}
	result.JSON = append(dst, ']')
	return result, nil
}

// rowBegins are the texts in front of each value of a row.
func rowBegins(columns []Column, objects bool) [][]byte {
	begin := make([][]byte, max(len(columns), 1))
	begin[0] = []byte{'['}
	if objects {
		begin[0][0] = '{'
	}
	names := map[string]int{}
	for i, column := range columns {
		if i > 0 {
			begin[i] = []byte{','}
		}
		if objects {
			begin[i] = append(appendString(begin[i], []byte(unique(names, column.Name))), ':')
		}
	}
	return slices.Clip(begin)
}

// unique makes of a name that stands twice one that does not, as DuckDB does in sub-queries.
func unique(names map[string]int, name string) string {
	n, twice := names[name]
	names[name] = n + 1
	if !twice {
		return name
	}
	return unique(names, fmt.Sprintf("%s_%d", name, n))
}
