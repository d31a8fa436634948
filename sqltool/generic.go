package sqltool

import (
	"context"
	"database/sql"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// Generic is the [Engine] of any driver that writes parameters as ?. Of a query it knows the columns, by asking for none of its rows; it
// cannot tell what parameters are, nor what other statements return: that shows when they run. Whether a statement reads it takes from its words,
// so give it a user who may do no more than the statements need.
func Generic() Engine { return generic{} }

type generic struct{}

func (generic) Name() string                   { return "generic" }
func (generic) Placeholder(int, string) string { return "?" }
func (generic) Bind(v any) (any, error)        { return Plain(v) }

// Describe asks for no row of a query, with NULL for every parameter; other statements are prepared.
func (generic) Describe(ctx context.Context, conn *sql.Conn, query string) (Description, error) {
	t, err := parseText(query)
	if err != nil {
		return Description{}, err
	}
	if t.onlyReads() != nil {
		return Description{}, prepares(ctx, conn, query)
	}
	// The query is the developer's own text, and stands in brackets as a whole.
	return resultOf(ctx, conn, "SELECT * FROM (\n"+query+"\n) AS _described LIMIT 0", make([]any, len(t.marks)))
}

// prepares reports whether the database takes a statement.
func prepares(ctx context.Context, conn *sql.Conn, query string) (err error) {
	statement, err := conn.PrepareContext(ctx, query)
	if err != nil {
		return err //nolint:wrapcheck // the caller says where
	}
	defer func() { err = errors.Join(err, statement.Close()) }()
	return nil
}

// resultOf describes the result of a query that returns no row.
func resultOf(ctx context.Context, conn *sql.Conn, query string, args []any) (d Description, err error) {
	rows, err := conn.QueryContext(ctx, query, args...)
	if err != nil {
		return d, err //nolint:wrapcheck // the caller says where
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	d.Columns, err = columnsOf(rows)
	return d, err
}

// ReadOnly goes by the words of the statement.
func (generic) ReadOnly(_ context.Context, _ *sql.Conn, query string) error {
	t, err := parseText(query)
	if err != nil {
		return err
	}
	return t.onlyReads()
}

// onlyReads says by the words of a statement why it does not only read.
func (t *text) onlyReads() error {
	switch {
	case t.count != 1:
		return fmt.Errorf("it holds %d statements", t.count)
	case !slices.Contains([]string{"select", "values", "with", "(", "table", "from"}, t.first):
		return fmt.Errorf("it begins with %s", strings.ToUpper(t.first))
	case t.writes != "":
		return fmt.Errorf("it holds %s", strings.ToUpper(t.writes))
	}
	return nil
}

var errNoValue = errors.New("it is no single value")

// Plain makes of a Go value one that every driver takes: nil, bool, int64, uint64, float64, string, []byte or [time.Time]. Engines use it for what
// they have no form of their own for.
func Plain(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, int64, float64, string, []byte, time.Time:
		return v, nil
	case json.RawMessage:
		return string(v), nil
	}
	value := pointed(reflect.ValueOf(v))
	if !value.IsValid() {
		return nil, nil //nolint:nilnil // NULL
	}
	if value.Type() == timeType {
		return value.Interface(), nil
	}
	if marshaler, ok := reflect.TypeAssert[encoding.TextMarshaler](value); ok {
		text, err := marshaler.MarshalText()
		return string(text), err //nolint:wrapcheck // the caller says which parameter
	}
	switch {
	case value.Kind() == reflect.Bool:
		return value.Bool(), nil
	case value.CanInt():
		return value.Int(), nil
	case value.CanUint():
		return value.Uint(), nil
	case value.CanFloat():
		return value.Float(), nil
	case value.Kind() == reflect.String:
		return value.String(), nil
	case fields.KindOf(value.Type()) == fields.Text && value.Kind() == reflect.Slice:
		return value.Bytes(), nil
	}
	return nil, errNoValue
}
