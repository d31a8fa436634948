package postgres_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

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
