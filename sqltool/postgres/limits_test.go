package postgres_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/sqltool"
)

// TestNoLimit shows that a limit may be as large as can be written.
func TestNoLimit(t *testing.T) {
	t.Parallel()
	db := newServer(t, customers).db(t, sqltool.Options{MaxRows: math.MaxInt})
	var rows []customer
	truncated, err := db.Query(t.Context(), sqltool.Statement{Name: "y", SQL: "SELECT customer_id, name, email, spent FROM customers"}, nil, &rows)
	require.NoError(t, err)
	require.False(t, truncated)
	require.Len(t, rows, 3)
}

// TestLimitsOfHandlers shows that one text may be asked with one limit here and with another there.
func TestLimitsOfHandlers(t *testing.T) {
	t.Parallel()
	db := newServer(t, customers).db(t, sqltool.Options{})
	for _, most := range []int{1, 2, 3} {
		var rows []customer
		truncated, err := db.Query(t.Context(), sqltool.Statement{Name: "y", SQL: "SELECT customer_id, name, email, spent FROM customers", MaxRows: most}, nil, &rows)
		require.NoError(t, err)
		require.Len(t, rows, most)
		require.Equal(t, most < 3, truncated)
	}
}

// TestWideNumbers shows that numbers of many digits are counted as such: the result is cut, not refused by the server.
func TestWideNumbers(t *testing.T) {
	t.Parallel()
	db := newServer(t).db(t, sqltool.Options{})
	type row struct {
		A, B, C, D, E, F, G, H, I, J int64
	}
	text := "SELECT "
	for i := range 10 {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("(-9223372036854775807) AS \"%c\"", 'A'+i)
	}
	c := caller(t, audit.Discard(), sqltool.Query[nothing, row](db, spec("x"), sqltool.Statement{SQL: text + " FROM generate_series(1, 30000)", MaxRows: 100_000}))
	var out sqltool.Rows[row]
	c.Call("x", nothing{}).OK().Into(&out)
	require.True(t, out.Truncated)
}

// TestEscapedTexts shows the same of texts that are longer in JSON than in the database.
func TestEscapedTexts(t *testing.T) {
	t.Parallel()
	db := newServer(t).db(t, sqltool.Options{})
	type row struct {
		S string `json:"s"`
	}
	for _, s := range []string{`E'\x01'`, `'"'`, `'<'`, `E'\u2028'`} {
		c := caller(t, audit.Discard(), sqltool.Query[nothing, row](db, spec("x"), sqltool.Statement{SQL: "SELECT repeat(" + s + ", 1000) AS s FROM generate_series(1, 9000)"}))
		var out sqltool.Rows[row]
		c.Call("x", nothing{}).OK().Into(&out)
		require.True(t, out.Truncated)
	}
}

// TestLargeRow shows that a row that is larger than the limit is cut off, and said to be.
func TestLargeRow(t *testing.T) {
	t.Parallel()
	db := newServer(t).db(t, sqltool.Options{})
	type row struct {
		S string `json:"s"`
	}
	var rows []row
	truncated, err := db.Query(t.Context(), sqltool.Statement{Name: "x", SQL: "SELECT repeat('x', 1000) AS s", MaxBytes: 100}, nil, &rows)
	require.NoError(t, err)
	require.True(t, truncated)
	require.Empty(t, rows)
}

// TestSemicolons shows that a statement that is taken when its tool is made runs as well, whatever stands around it.
func TestSemicolons(t *testing.T) {
	t.Parallel()
	db := newServer(t, customers).db(t, sqltool.Options{})
	var rows []customer
	_, err := db.Query(t.Context(), sqltool.Statement{Name: "y", SQL: ";; SELECT customer_id, name, email, spent FROM customers ; -- the end"}, nil, &rows)
	require.NoError(t, err)
	require.Len(t, rows, 3)
}
