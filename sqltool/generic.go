package sqltool

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// Generic is the [Engine] of any driver that writes parameters as ?. It can describe queries, not other statements, and cannot tell what
// parameters are.
func Generic() Engine { return generic{} }

type generic struct{}

func (generic) Name() string                   { return "generic" }
func (generic) Placeholder(int, string) string { return "?" }
func (generic) Bind(v any) (any, error)        { return Plain(v) }

// Describe asks for no row of the query.
func (generic) Describe(ctx context.Context, conn *sql.Conn, query string) (Description, error) {
	statement, err := conn.PrepareContext(ctx, query)
	if err != nil {
		return Description{}, err //nolint:wrapcheck // the caller says where
	}
	return Description{}, statement.Close() //nolint:wrapcheck // as above
}

// ReadOnly goes by the first word: SELECT, VALUES and WITH without a word that writes.
func (generic) ReadOnly(_ context.Context, _ *sql.Conn, query string) error {
	t, err := parseText(query)
	if err != nil {
		return err
	}
	switch t.first {
	case "select", "values", "with", "(":
		return nil
	}
	return fmt.Errorf("it begins with %s", strings.ToUpper(t.first))
}

var errNoValue = errors.New("a value of this type cannot be bound")

// Plain makes of a Go value one that every driver takes: nil, bool, int64, float64, string, []byte or [time.Time]. Named types are seen as what
// they are. Engines use it for what they have no form of their own for.
func Plain(v any) (any, error) {
	value := pointed(reflect.ValueOf(v))
	if !value.IsValid() {
		return nil, nil //nolint:nilnil // NULL
	}
	switch fields.KindOf(value.Type()) {
	case fields.Boolean:
		return value.Bool(), nil
	case fields.Integer:
		if value.CanInt() {
			return value.Int(), nil
		}
		return value.Uint(), nil
	case fields.Text:
		if value.Kind() == reflect.String {
			return value.String(), nil
		}
	case fields.Number:
		if value.Kind() == reflect.String {
			return value.String(), nil
		}
		return value.Float(), nil
	}
	return value.Interface(), nil
}
