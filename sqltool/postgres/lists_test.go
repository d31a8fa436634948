package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
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

// TestNoList shows that a list a handler leaves out is an empty one, not NULL, of which NOT IN would let nothing through.
func TestNoList(t *testing.T) {
	t.Parallel()
	db := newServer(t, customers).db(t, sqltool.Options{})
	type in struct {
		IDs []string `json:"ids,omitempty"`
	}
	c := caller(t, audit.Discard(), sqltool.Query[in, customer](db, spec("x"), sqltool.Statement{SQL: "SELECT customer_id, name, email, spent FROM customers WHERE customer_id NOT IN $ids"}))
	var out sqltool.Rows[customer]
	c.Call("x", map[string]any{}).OK().Into(&out)
	require.Len(t, out.Rows, 3)
	var rows []customer
	_, err := db.Query(t.Context(), sqltool.Statement{Name: "y", SQL: "SELECT customer_id, name, email, spent FROM customers WHERE customer_id NOT IN $ids"}, in{}, &rows)
	require.NoError(t, err)
	require.Len(t, rows, 3)
}

// TestListsOfKinds shows that lists of every kind of value are bound.
func TestListsOfKinds(t *testing.T) {
	t.Parallel()
	db := newServer(t).db(t, sqltool.Options{})
	type one struct {
		V string `json:"v"`
	}
	for typ, list := range map[string]any{
		"numeric": []sqltool.Decimal{"1.10", "12345678901234567890.5"}, "bigint": []any{int64(1), nil}, "timestamptz": []time.Time{time.Unix(0, 0)},
		"uuid": []string{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}, "float8": []float64{1.5}, "int4": []int64{1, 2}, "int2": []int{1}, "interval": []sqltool.Interval{{Days: 1}},
		"text": []*string{nil}, "date": []time.Time{time.Unix(0, 0)}, "bytea": [][]byte{{0, 255}}, "jsonb": []string{"{}"}, "boolean": []bool{true},
	} {
		var got one
		err := db.QueryRow(t.Context(), sqltool.Statement{Name: "x" + typ, SQL: "SELECT ($v::" + typ + "[])::text AS v"}, map[string]any{"v": list}, &got)
		require.NoError(t, err, typ)
		require.NotEmpty(t, got.V)
	}
}

// TestDimensions shows that lists of lists are arrays of several dimensions, and that one with gaps is refused.
func TestDimensions(t *testing.T) {
	t.Parallel()
	db := newServer(t).db(t, sqltool.Options{})
	type in struct {
		V [][]*int32 `json:"v"`
	}
	type one struct {
		V string `json:"v"`
	}
	n := new(int32)
	for want, list := range map[string][][]*int32{"{{0,NULL,0},{0,0,0}}": {{n, nil, n}, {n, n, n}}, "{}": {}, "{{0}}": {{n}}, "": {{n, n}, {n}}, " ": {{n}, nil}} {
		var got one
		err := db.QueryRow(t.Context(), sqltool.Statement{Name: "x", SQL: "SELECT ($v::int4[])::text AS v"}, in{list}, &got)
		if len(want) < 2 {
			require.ErrorContains(t, err, "not of one length")
			continue
		}
		require.NoError(t, err)
		require.Equal(t, want, got.V)
	}
}
