package sqltool_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool"
)

const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $most) SELECT i FROM n"

type number struct {
	I int64 `json:"i"`
}

// TestTruncated shows that the flag is exact with a driver that cannot be told how many rows are wanted, and that a query is stopped there.
func TestTruncated(t *testing.T) {
	t.Parallel()
	db := openDB(t, sqltool.Options{MaxRows: 100})
	for most, want := range map[int]int{0: 1, 99: 99, 100: 100, 101: 100, 1_000_000_000_000: 100} {
		var rows []number
		truncated, err := db.Query(t.Context(), sqltool.Statement{Name: "numbers", SQL: numbers}, map[string]any{"most": most}, &rows)
		require.NoError(t, err)
		require.Len(t, rows, want)
		require.Equal(t, most > 100, truncated, most)
	}
	var rows []number
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := db.Query(ctx, sqltool.Statement{Name: "endless", SQL: numbers + " WHERE i < 0"}, map[string]any{"most": int64(1) << 60}, &rows)
	failed, ok := errors.AsType[*sqltool.Error](err)
	require.True(t, ok)
	require.Equal(t, sqltool.TimedOut, failed.Reason)
	require.NoError(t, db.QueryRow(t.Context(), sqltool.Statement{Name: "again", SQL: "SELECT 1 AS i"}, nil, new(number)))
}

// TestPanic shows that a panic while rows are read leaves neither a transaction nor a connection behind.
func TestPanic(t *testing.T) {
	t.Parallel()
	db := openDB(t, sqltool.Options{})
	type row struct {
		Name panicking `json:"name"`
	}
	c := caller(t, audit.Discard(), sqltool.QueryRow[lookup, row](db, spec("rename"), sqltool.Statement{SQL: "UPDATE customers SET name = 'X' WHERE customer_id = $customer_id RETURNING name", Writes: true}))
	c.Call("rename", lookup{"cust_1"}).Ended(mcpgov.Panicked)
	var got struct {
		Name string `json:"name"`
	}
	require.NoError(t, db.QueryRow(t.Context(), sqltool.Statement{Name: "name", SQL: "SELECT name FROM customers WHERE customer_id = 'cust_1'"}, nil, &got))
	require.Equal(t, "Ann", got.Name)
}

// TestFloat32 shows that a number is not rounded into a narrower type.
func TestFloat32(t *testing.T) {
	t.Parallel()
	db := openDB(t, sqltool.Options{})
	type row struct {
		F float32 `json:"f"`
	}
	var got row
	require.NoError(t, db.QueryRow(t.Context(), sqltool.Statement{Name: "half", SQL: "SELECT 0.5 AS f"}, nil, &got))
	require.InDelta(t, 0.5, got.F, 0)
	require.ErrorContains(t, db.QueryRow(t.Context(), sqltool.Statement{Name: "tenth", SQL: "SELECT 0.1 AS f"}, nil, &got), "more digits than a float32 keeps")
}

type panicking string

func (*panicking) Scan(any) error { panic("no") }

// TestArguments shows what handlers may ask with, and what is said of mistakes.
func TestArguments(t *testing.T) {
	t.Parallel()
	db := openDB(t, sqltool.Options{MaxList: 3})
	type row struct {
		Name string `json:"name"`
	}
	names := func(s string, args any) (out []string, err error) {
		var rows []row
		_, err = db.Query(t.Context(), sqltool.Statement{Name: "names", SQL: "SELECT name FROM customers WHERE " + s + " ORDER BY name"}, args, &rows)
		for _, r := range rows {
			out = append(out, r.Name)
		}
		return out, err
	}
	for _, test := range []struct {
		where string
		args  any
		want  []string
	}{
		{"customer_id = $who.id", map[string]any{"who": map[string]string{"id": "cust_2"}}, []string{"Bob"}},
		{"customer_id IN $ids OR segment IN ($ids)", map[string][]string{"ids": {"cust_2", "gold"}}, []string{"Ann", "Bob", "Cid"}},
		{"customer_id NOT IN ($ids)", map[string]any{"ids": []any{"cust_2", "cust_1"}}, []string{"Cid"}},
		{"customer_id NOT IN ($ids)", map[string]any{"ids": []string{}}, []string{"Ann", "Bob", "Cid"}},
		{"customer_id NOT IN ($ids)", map[string]any{"ids": "cust_1"}, []string{"Bob", "Cid"}},
		{"email = $none", map[string]any{}, nil},
		{"$a = $a AND customer_id = $b", &struct {
			A int    `json:"a"`
			B string `json:"b"`
		}{1, "cust_3"}, []string{"Cid"}},
	} {
		got, err := names(test.where, test.args)
		require.NoError(t, err, test.where)
		require.Equal(t, test.want, got, test.where)
	}
	_, err := names("customer_id IN $ids", map[string]any{"ids": []int{1, 2, 3, 4}})
	require.ErrorContains(t, err, "$ids: a list of the arguments has 4 values, at most 3 are allowed")
	_, err = names("customer_id = $id", nil)
	require.ErrorContains(t, err, "$id has no value: give arguments")
	_, err = names("customer_id = $id", map[string]any{"id": map[string]any{}})
	require.ErrorContains(t, err, "$id: map[string]interface {} cannot be bound")

	var rows []row
	_, err = db.Query(t.Context(), sqltool.Statement{SQL: "SELECT 1"}, nil, &rows)
	require.ErrorContains(t, err, "the statement has no Name")
	_, err = db.Query(t.Context(), sqltool.Statement{Name: "x", SQL: "SELECT 1"}, nil, rows)
	require.ErrorContains(t, err, "the rows go to a pointer to a slice of structs, not to []sqltool_test.row")
	require.ErrorContains(t, db.QueryRow(t.Context(), sqltool.Statement{Name: "x", SQL: "SELECT 1"}, nil, &rows), "the row goes to a pointer to a struct")
	_, err = db.Exec(t.Context(), sqltool.Statement{Name: "x", SQL: "DELETE FROM customers"}, nil)
	require.ErrorContains(t, err, "it writes: it begins with DELETE")
}

// A handler written by hand asks with named arguments. The same is checked, bounded and recorded as for a statement that is a tool.
func ExampleDB_Query() {
	pool, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	pool.SetMaxOpenConns(1)
	if _, err = pool.ExecContext(context.Background(), crm); err != nil {
		log.Fatal(err)
	}
	db, err := sqltool.New("crm", pool, sqltool.Options{})
	if err != nil {
		log.Fatal(err)
	}
	type found struct {
		ID   string `json:"customer_id"`
		Name string `json:"name"`
	}
	var rows []found
	truncated, err := db.Query(context.Background(), sqltool.Statement{Name: "by_segment", SQL: "SELECT customer_id, name FROM customers WHERE segment IN $segments ORDER BY name"},
		map[string]any{"segments": []string{"gold", "silver"}}, &rows)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rows, truncated)
	// Output: [{cust_1 Ann} {cust_2 Bob} {cust_3 Cid}] false
}

// TestConcurrent shows that one DB serves many at once.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	db := openDB(t, sqltool.Options{})
	c := caller(t, audit.Discard(), sqltool.QueryRow[lookup, customer](db, spec("get"), sqltool.Statement{SQL: "SELECT customer_id, name, email, visits, seen, photo FROM customers WHERE customer_id = $customer_id"}))
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			for range 20 {
				c.Call("get", lookup{"cust_1"}).OK()
				require.NoError(t, db.QueryRow(t.Context(), sqltool.Statement{Name: "one", SQL: "SELECT 1 AS i"}, nil, new(number)))
			}
		})
	}
}
