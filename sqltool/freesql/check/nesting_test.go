package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

// chain is a statement of n common table expressions, each made of the one before.
func chain(n int, of string) string {
	var b strings.Builder
	b.WriteString("WITH a0 AS (SELECT 'abc' AS x0)")
	for i := 1; i <= n; i++ {
		b.WriteString(", " + strings.NewReplacer("{n}", fmt.Sprint(i), "{p}", fmt.Sprint(i-1)).Replace(of))
	}
	return b.String() + fmt.Sprintf(" SELECT * FROM a%d", n)
}

// The engine takes twice as long for each level of values in values, in calls that nothing can interrupt; and a value must not grow under a
// name by which the checker does not know it.
func TestNesting(t *testing.T) {
	t.Parallel()
	e := open(t)
	const deep = 60
	nest := func(before, after string) string {
		return "SELECT hash(" + strings.Repeat(before, deep) + "x" + strings.Repeat(after, deep) + ") FROM (SELECT 1 AS x)"
	}
	for _, statement := range []string{
		nest("[", "]"), nest("{'a': ", "}"), nest("row(", ")"), nest("struct_pack(a := ", ")"), nest("list_value(", ")"),
		nest("map([1], [", "])"), "SELECT CAST(NULL AS " + strings.Repeat("STRUCT(a ", deep) + "INT" + strings.Repeat(")", deep) + ")",
		"SELECT CAST(NULL AS INT" + strings.Repeat("[]", deep) + ")",
		"SELECT CAST(NULL AS " + strings.Repeat("MAP(INT, ", deep) + "INT" + strings.Repeat(")", deep) + ")",
		chain(deep, "a{n} AS (SELECT [x{p}] AS x{n} FROM a{p})"),
		chain(deep, "a{n} AS (SELECT list(x{p}) AS x{n} FROM a{p})"),
		chain(deep, "a{n} AS (SELECT a{p} AS x{n} FROM a{p})"),
		chain(deep, "a{n} AS (SELECT t AS x{n} FROM a{p} AS t)"),
		chain(deep, "a{n} AS (SELECT t AS x{n} FROM (SELECT * FROM a{p}) AS t)"),
		chain(deep, "a{n} AS (SELECT [y] AS x{n} FROM a{p} AS t(y))"),
		chain(deep, "a{n} AS (SELECT [#1] AS x{n} FROM a{p})"),
		chain(deep, "a{n} AS (SELECT 'a' AS x{n} UNION ALL SELECT x{p} || x{p} FROM a{p})"),
		chain(deep, "a{n} AS (SELECT t::VARCHAR || t::VARCHAR AS x{n} FROM a{p} AS t)"),
	} {
		_, err := check.Tree(e.parse(t, statement), e.rules)
		refusal := new(check.Refusal)
		require.ErrorAs(t, err, &refusal, statement)
		require.Contains(t, []check.Code{check.CodeArgument, check.CodeSize}, refusal.Code, statement)
	}
	for _, statement := range []string{
		chain(40, "a{n} AS (SELECT x.* FROM a{p} AS x, a{p} AS y)"),
		chain(40, "a{n} AS MATERIALIZED (SELECT * FROM a{p} AS x, a{p} AS y)"),
		chain(40, "a{n} AS (SELECT * FROM a{p} UNION ALL SELECT * FROM a{p})"),
		chain(40, "a{n} AS (SELECT 1 AS x{n} WHERE EXISTS (FROM a{p}) OR EXISTS (FROM a{p}))"),
		chain(40, "a{n} AS (SELECT *, * FROM a{p})"),
		"SELECT * FROM " + strings.Repeat("(SELECT *, * FROM ", 40) + "range(1)" + strings.Repeat(")", 40),
	} {
		_, err := check.Tree(e.parse(t, statement), e.rules)
		refusal := new(check.Refusal)
		require.ErrorAs(t, err, &refusal, statement)
		require.Equal(t, check.CodeSize, refusal.Code, statement)
	}
	for _, statement := range []string{
		chain(6, "a{n} AS (SELECT x.* FROM a{p} AS x, a{p} AS y)"),
		chain(deep, "a{n} AS (SELECT * FROM a{p})"),
		"SELECT {'a': [{'b': [1, 2]}]}, CAST(NULL AS STRUCT(a STRUCT(b INT[])[]))",
		chain(deep, "a{n} AS (SELECT a{p}.x{p} AS x{n} FROM a{p})"),
		chain(deep, "a{n} AS (SELECT t.* RENAME (x{p} AS x{n}) FROM a{p} AS t)"),
		chain(5, "a{n} AS (SELECT list(x{p}) AS x{n} FROM a{p})"),
	} {
		_, err := check.Tree(e.parse(t, statement), e.rules)
		require.NoError(t, err, statement)
	}
}
