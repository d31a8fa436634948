package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool"
)

// TestListAsValue shows that a list that is compared with one value is found when the tool is made.
func TestListAsValue(t *testing.T) {
	t.Parallel()
	db := newServer(t, customers).db(t, sqltool.Options{})
	type in struct {
		IDs []string `json:"ids"`
	}
	err := faultsOf(t, sqltool.Query[in, customer](db, spec("x"), sqltool.Statement{SQL: "SELECT customer_id, name, email, spent FROM customers WHERE customer_id = $ids"}))
	require.ErrorContains(t, err, "write IN $name")
	require.NoError(t, faultsOf(t, sqltool.Query[in, customer](db, spec("x"), sqltool.Statement{SQL: "SELECT customer_id, name, email, spent FROM customers WHERE customer_id = ANY($ids)"})))
}
