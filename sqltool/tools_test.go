package sqltool_test

import (
	"database/sql"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/sqltool"
)

type dates struct {
	Start string `json:"start"`
	End   string `json:"end,omitempty"`
}

type search struct {
	Segments []string `json:"segments"`
	Seen     *dates   `json:"date_range,omitempty"`
	Reason   string   `json:"reason,omitempty" sql:"-"`
}

type customer struct {
	ID     string     `json:"customer_id"`
	Name   string     `json:"name"`
	Email  *string    `json:"email"`
	Visits *int64     `json:"visits"`
	Seen   *time.Time `json:"seen"`
	Photo  *[]byte    `json:"photo"`
}

const find = `-- who is in a segment; $nobody is a comment
SELECT customer_id, name, email, visits, seen, photo FROM customers
WHERE segment IN $segments AND ($date_range.start IS NULL OR seen >= $date_range.start AND seen < $date_range.end) AND name <> '$name'
ORDER BY customer_id;`

// TestQuery shows a statement over any driver: lists written out, fields of fields, and exact values.
func TestQuery(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"sql/find.sql": {Data: []byte(find)}}
	log := &mcptest.Recorder{}
	c := caller(t, log, sqltool.Query[search, customer](openDB(t, sqltool.Options{}), spec("find"), sqltool.Statement{File: "sql/find.sql", FS: files}))
	text, visits := "ann@example.com", int64(9007199254740993)
	seen, photo := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), []byte{0, 255}
	ann := customer{"cust_1", "Ann", &text, &visits, &seen, &photo}
	for _, test := range []struct {
		in   search
		want []string
	}{
		{search{Segments: []string{"gold"}}, []string{"Ann", "Cid"}},
		{search{Segments: []string{"gold", "silver"}}, []string{"Ann", "Bob", "Cid"}},
		{search{Segments: []string{}}, nil},
		{search{Segments: []string{"x'); DROP TABLE customers; --"}}, nil},
		{search{Segments: []string{"gold"}, Seen: &dates{Start: "2026-01-01", End: "2027-01-01"}}, []string{"Ann"}},
		{search{Segments: []string{"gold"}, Seen: &dates{Start: "2027-01-01", End: "2028-01-01"}}, nil},
	} {
		var out sqltool.Rows[customer]
		c.Call("find", test.in).OK().Into(&out)
		var names []string
		for _, row := range out.Rows {
			names = append(names, row.Name)
		}
		require.Equal(t, test.want, names)
		if len(names) > 0 {
			require.Equal(t, ann, out.Rows[0])
		}
	}
}

// TestNull shows that NULL is never the zero value.
func TestNull(t *testing.T) {
	t.Parallel()
	type row struct {
		Email string `json:"email"`
	}
	log := &mcptest.Recorder{}
	c := caller(t, log, sqltool.Query[nothing, row](openDB(t, sqltool.Options{}), spec("emails"), sqltool.Statement{SQL: "SELECT email FROM customers"}))
	c.Call("emails", nothing{}).Ended(mcpgov.Failed)
	require.Contains(t, log.Outcomes()[0].Cause, `statement "emails": column "email" (TEXT): NULL, and the field cannot hold it`)
}

// TestProvenance shows what a call's record says of its statement: where, which, when, how fresh and made of what.
func TestProvenance(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	s := sqltool.Statement{SQL: find, Tables: []string{"customers"}, Model: "crm.customers", Revision: "abc123"}
	c := caller(t, log, sqltool.Query[search, customer](openDB(t, sqltool.Options{}), spec("find"), s))
	c.Call("find", search{Segments: []string{"gold"}}).OK()
	record := log.Outcomes()[0]
	require.Equal(t, "crm", record.Sources[0].System)
	require.Contains(t, record.Sources[0].Ref, "find")
	require.Equal(t, "query", record.Steps[0].Kind)
	require.Equal(t, "find", record.Steps[0].Name)
	require.Equal(t, "ok", record.Steps[0].Outcome)
	require.Positive(t, record.Steps[0].Duration)
	log.NoLeak(t, "SELECT")
}

// TestWrites shows that a tool whose statement writes is one for policy and log, and that a failed one changes nothing.
func TestWrites(t *testing.T) {
	t.Parallel()
	db := openDB(t, sqltool.Options{})
	type rename struct {
		ID   string `json:"customer_id"`
		Name string `json:"name"`
	}
	log := &mcptest.Recorder{}
	add := spec("add", mcpgov.ErrorSpec{Code: "exists", Meaning: "There is such a customer."})
	c := caller(t, log,
		sqltool.Exec[rename](db, spec("rename"), sqltool.Statement{SQL: "UPDATE customers SET name = $name WHERE customer_id = $customer_id", Writes: true}),
		sqltool.Exec[rename](db, add, sqltool.Statement{SQL: "INSERT INTO customers (customer_id, name, segment) VALUES ($customer_id, $name, 'x')", Writes: true, Conflict: "exists"}))
	c.Call("rename", rename{"cust_2", "Bea"}).OK().JSON(map[string]any{"rows_affected": 1})
	var got struct {
		Name string `json:"name"`
	}
	require.NoError(t, db.QueryRow(t.Context(), sqltool.Statement{Name: "name", SQL: "SELECT name FROM customers WHERE customer_id = $id"}, map[string]any{"id": "cust_2"}, &got))
	require.Equal(t, "Bea", got.Name)
	require.Equal(t, audit.KindIntent, log.Calls()[0].Kind)
	refused := c.Call("add", rename{"cust_1", "Eve"}).Ended(mcpgov.Failed) // of any driver nobody knows which error is a conflict
	require.NotContains(t, strings.ToLower(string(refused.Wire())), "constraint")
}

// TestFaults shows that everything wrong with a statement is said at once, before the server is made.
func TestFaults(t *testing.T) {
	t.Parallel()
	db := openDB(t, sqltool.Options{})
	type in struct {
		ID    string `json:"customer_id"`
		Limit int    `json:"limit"`
	}
	type row struct {
		ID    string         `json:"customer_id"`
		Mail  sql.NullString `json:"email"`
		Photo string         `json:"photo"`
		Total int64          `json:"total"`
	}
	for _, test := range []struct {
		feature mcpgov.Feature
		want    []string
	}{
		{sqltool.Query[in, row](db, spec("a"), sqltool.Statement{SQL: "SELECT 1 WHERE $custmer_id = $1 OR ?"}), []string{
			`tool "a": line 1, column 16: $custmer_id: sqltool_test.in has no field "custmer_id" (did you mean "customer_id"?): its fields are customer_id, limit`,
			`line 1, column 30: a parameter without a name`, `line 1, column 36: a ? is a parameter without a name`,
			`tool "a": field "limit" of the input is no parameter: write $limit in the statement, or tag the field sql:"-"`,
		}},
		{sqltool.Query[lookup, row](db, spec("b"), sqltool.Statement{SQL: "SELECT customer_id, email, photo, visits AS totl FROM customers WHERE customer_id = $customer_id"}), []string{
			`column "email": sql.NullString is written as an object in JSON: write a pointer`,
			`column "photo": BLOB does not fit into string: write []byte`,
			`column "totl" has no field in sqltool_test.row (did you mean "total"?)`,
			`field "total" of sqltool_test.row has no column (did you mean "totl"?)`,
		}},
		{sqltool.Query[lookup, customer](db, spec("c"), sqltool.Statement{SQL: "DELETE FROM customers WHERE customer_id = $customer_id RETURNING *"}), []string{`it writes: it begins with DELETE; write Writes: true`}},
		{sqltool.Query[lookup, customer](db, spec("d"), sqltool.Statement{SQL: "WITH x AS (SELECT 1) DELETE FROM customers WHERE customer_id = $customer_id"}), []string{`it writes: it holds DELETE`}},
		{sqltool.Query[lookup, customer](db, spec("e"), sqltool.Statement{SQL: "SELECT 1; SELECT $customer_id"}), []string{`the text holds 2 statements`}},
		{sqltool.Query[lookup, customer](db, spec("f"), sqltool.Statement{SQL: "SELECT 'a"}), []string{`a text without its closing quote, which begins in line 1, column 8`}},
		{sqltool.Query[lookup, customer](db, spec("g"), sqltool.Statement{SQL: " -- nothing"}), []string{`the text holds no statement`}},
		{sqltool.Query[lookup, customer](db, spec("h"), sqltool.Statement{SQL: "SELECT * FROM nowhere WHERE $customer_id"}), []string{`the database refuses it: `, `nowhere`}},
		{sqltool.Exec[lookup](db, mcpgov.ToolSpec{Name: "i", Description: "x", ReadOnly: true}, sqltool.Statement{SQL: "DELETE FROM customers WHERE customer_id = $customer_id", Writes: true, Conflict: "gone"}), []string{
			`it is ReadOnly and its statement Writes`, `the error "gone" of its statement is not declared: add it to ToolSpec.Errors`,
		}},
		{sqltool.Exec[lookup](db, spec("j"), sqltool.Statement{SQL: "SELECT $customer_id"}), []string{`write Writes: true, or use sqltool.Query`}},
		{sqltool.Query[search, customer](db, spec("k"), sqltool.Statement{SQL: "SELECT * FROM customers WHERE segment = $date_range"}), []string{
			`$date_range: sqltool_test.dates cannot be bound: write one of its fields, as in $name.field`, `field "segments" of the input is no parameter`,
		}},
		{sqltool.Query[lookup, customer](nil, spec("l"), sqltool.Statement{}), []string{`the *sqltool.DB is nil`}},
		{sqltool.Query[search, customer](db, spec("m"), sqltool.Statement{SQL: strings.Replace(find, "segment IN $segments", "segment = $segments", 1)}), []string{`a list`}},
	} {
		_, err := mcpgov.New(config(audit.Discard()), test.feature)
		for _, want := range test.want {
			require.ErrorContains(t, err, want)
		}
	}
	_, err := sqltool.New("", nil, sqltool.Options{MaxRows: -1})
	require.ErrorContains(t, err, "the pool is nil")
	require.ErrorContains(t, err, "MaxRows is negative")
}

type lookup struct {
	ID string `json:"customer_id"`
}
