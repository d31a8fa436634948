package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// at is a check of one column.
func at(kind contract.Kind, column string, more func(*contract.Check)) contract.Check {
	c := contract.Check{Kind: kind, Columns: []string{column}}
	if more != nil {
		more(&c)
	}
	return c
}

func within(r contract.Range) func(*contract.Check) { return func(c *contract.Check) { c.Range = &r } }

func among(values ...any) func(*contract.Check) { return func(c *contract.Check) { c.Values = values } }

func aged(d time.Duration) func(*contract.Check) { return func(c *contract.Check) { c.MaxAge = d } }

func measured(a contract.Aggregate, r contract.Range) func(*contract.Check) {
	return func(c *contract.Check) { c.Measure, c.Range = a, &r }
}

func refers(table, column string) func(*contract.Check) {
	return func(c *contract.Check) { c.References = &contract.Reference{Table: table, Columns: []string{column}} }
}

// TestEveryCheck: each kind of check passes and fails for what it is about, with the number of failures, on every database.
func TestEveryCheck(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, db database) {
		t.Helper()
		db.run(
			`CREATE TABLE customers (id VARCHAR(20), tier VARCHAR(10), ltv DECIMAL(10,2), score INTEGER, active BOOLEAN, joined DATE, seen TIMESTAMP)`,
			`INSERT INTO customers VALUES
				('c1', 'gold', 10.50, 5, TRUE, '2020-01-01', CURRENT_TIMESTAMP),
				('c2', 'silver', 0.00, 7, FALSE, '2021-06-30', '2021-01-01 00:00:00'),
				('c2', 'tin', -1.25, NULL, NULL, '1999-12-31', NULL),
				(NULL, NULL, NULL, 9, TRUE, NULL, NULL)`,
			`CREATE TABLE orders (id INTEGER, customer VARCHAR(20), line INTEGER)`,
			`INSERT INTO orders VALUES (1, 'c1', 1), (1, 'c1', 1), (1, 'c1', 2), (2, 'nobody', 1), (3, NULL, 1)`,
			`CREATE TABLE empty (id INTEGER, seen TIMESTAMP)`,
		)
		type row struct {
			table    string
			check    contract.Check
			failures int64
		}
		rows := []row{
			{"customers", at(contract.NotNull, "score", nil), 1},
			{"orders", at(contract.NotNull, "line", nil), 0},
			{"customers", contract.Check{Kind: contract.NotNull, Columns: []string{"id", "score"}}, 2},
			{"customers", at(contract.Unique, "id", nil), 1},
			{"customers", at(contract.Unique, "tier", nil), 0},
			{"customers", at(contract.Unique, "id", func(c *contract.Check) { c.Where = "tier <> 'tin' -- the rest" }), 0},
			{"orders", contract.Check{Kind: contract.Unique, Columns: []string{"id", "line"}}, 1},
			{"orders", contract.Check{Kind: contract.Unique, Columns: []string{"id", "line"}, Where: "line > 1"}, 0},
			{"customers", at(contract.InRange, "ltv", within(contract.Range{Min: 0})), 1},
			{"customers", at(contract.InRange, "ltv", within(contract.Range{Above: 0})), 2},
			{"customers", at(contract.InRange, "ltv", within(contract.Range{Min: -1.25, Max: 10.5})), 0},
			{"customers", at(contract.InRange, "ltv", within(contract.Range{Below: "10.5"})), 1},
			{"customers", at(contract.InRange, "ltv", within(contract.Range{Min: 0.005})), 2}, // not rounded to the column's scale
			{"customers", at(contract.InRange, "score", within(contract.Range{Min: 5.5})), 1},
			{"customers", at(contract.InRange, "score", within(contract.Range{Min: 5, Max: 9})), 0},
			{"customers", at(contract.InRange, "joined", within(contract.Range{Min: "2020-01-01"})), 1},
			{"customers", at(contract.InRange, "joined", within(contract.Range{Max: time.Date(2021, 6, 30, 0, 0, 0, 0, time.UTC)})), 0},
			{"customers", at(contract.Length, "tier", within(contract.Range{Min: 4})), 1},
			{"customers", at(contract.Length, "tier", within(contract.Range{Max: 6})), 0},
			{"customers", at(contract.Accepted, "tier", among("gold", "silver", "bronze")), 1},
			{"customers", at(contract.Accepted, "tier", among("gold", "silver", "tin")), 0},
			{"customers", at(contract.Accepted, "score", among(5, "7")), 1},
			{"customers", at(contract.Accepted, "ltv", among(10.5, 0, "-1.25")), 0},
			{"customers", at(contract.Rejected, "tier", among("tin", "it's")), 1},
			{"customers", at(contract.Rejected, "tier", among("'; DROP TABLE customers; --")), 0},
			{"orders", at(contract.References, "customer", refers("customers", "id")), 1},
			{"orders", at(contract.References, "customer", func(c *contract.Check) {
				refers("customers", "id")(c)
				c.Where = "id = 1"
				c.References.Where = "tier = 'gold'"
			}), 0},
			{"customers", at(contract.Fresh, "seen", aged(24*time.Hour)), 0},
			{"customers", at(contract.Fresh, "joined", aged(time.Hour)), 1},
			{"empty", at(contract.Fresh, "seen", aged(time.Hour)), 1},
			{"customers", contract.Check{Kind: contract.Fresh, SQL: "seen", MaxAge: 24 * time.Hour}, 0},
			{"customers", contract.Check{Kind: contract.Rows, Range: &contract.Range{Min: 4, Max: 4}}, 0},
			{"customers", contract.Check{Kind: contract.Rows, Range: &contract.Range{Min: 4}, Where: "score > 5"}, 1},
			{"empty", contract.Check{Kind: contract.Rows, Range: &contract.Range{Min: 1}}, 1},
			{"empty", contract.Check{Kind: contract.Rows, Range: &contract.Range{Max: 0}}, 0},
			{"customers", at(contract.Measure, "tier", measured(contract.Distinct, contract.Range{Min: 3})), 0},
			{"customers", at(contract.Measure, "tier", measured(contract.Filled, contract.Range{Min: 0.8})), 1},
			{"customers", at(contract.Measure, "tier", measured(contract.Filled, contract.Range{Min: 0.75})), 0},
			{"empty", at(contract.Measure, "id", measured(contract.Filled, contract.Range{Min: 1})), 0},
			{"customers", at(contract.Measure, "score", measured(contract.Sum, contract.Range{Min: 21, Max: 21})), 0},
			{"customers", at(contract.Measure, "score", measured(contract.Mean, contract.Range{Above: 7})), 1},
			{"customers", at(contract.Measure, "ltv", measured(contract.Least, contract.Range{Min: -1.25})), 0},
			{"customers", at(contract.Measure, "ltv", measured(contract.Greatest, contract.Range{Below: 10.5})), 1},
			{"empty", at(contract.Measure, "id", measured(contract.Sum, contract.Range{Max: 0})), 0},
			{"empty", at(contract.Measure, "id", measured(contract.Greatest, contract.Range{Max: 0})), 1},
			{"customers", contract.Check{Kind: contract.Condition, SQL: "ltv >= 0 OR tier = 'tin'"}, 1}, // NULL is not true
			{"orders", contract.Check{Kind: contract.Condition, SQL: "id > 0 -- always"}, 0},
			{"orders", contract.Check{Kind: contract.SQL, SQL: "SELECT * FROM orders WHERE customer IS NULL;"}, 1},
			{"orders", contract.Check{Kind: contract.SQL, SQL: "WITH o AS (SELECT * FROM orders) SELECT id FROM o WHERE id > 3"}, 0},
			{"orders", contract.Check{Kind: contract.SQL, Counts: true, SQL: "SELECT COUNT(*) FROM orders WHERE line = 1"}, 4},
			{"empty", at(contract.NotNull, "id", nil), 0},
			{"empty", at(contract.Unique, "id", nil), 0},
			{"empty", contract.Check{Kind: contract.Unique, Columns: []string{"id", "seen"}}, 0},
			{"empty", at(contract.InRange, "id", within(contract.Range{Min: 1})), 0},
		}
		if db.dialect == contract.DuckDB || db.dialect == contract.Postgres {
			rows = append(rows,
				row{"customers", at(contract.Accepted, "active", among(true)), 1},
				row{"customers", at(contract.Pattern, "id", func(c *contract.Check) { c.Pattern = `^c[0-1]$` }), 2},
				row{"customers", at(contract.Pattern, "id", func(c *contract.Check) { c.Pattern = `^c\d$` }), 0},
			)
		}
		contracts := map[string]*contract.Contract{}
		for _, name := range []string{"customers", "orders", "empty"} {
			contracts[name] = &contract.Contract{Table: name}
		}
		for i := range rows {
			rows[i].check.Name = string(rune('A'+i/26)) + string(rune('a'+i%26))
			c := contracts[rows[i].table]
			c.Checks = append(c.Checks, rows[i].check)
		}
		results := db.verify(*contracts["customers"], *contracts["orders"], *contracts["empty"])
		require.Len(t, results, len(rows))
		for _, row := range rows {
			result := results[row.table+"/"+row.check.Name]
			want := contract.Passed
			if row.failures > 0 {
				want = contract.Failed
			}
			require.Equal(t, want, result.Status, "%+v\n%s\n%v", row.check, result.Message, result.Err())
			require.Equal(t, row.failures, result.Failures, "%+v", row.check)
		}
	})
}
