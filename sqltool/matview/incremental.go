package matview

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// incremental tells whether what is kept can be added to.
func (r *refresh) incremental() bool {
	i := r.view.definition.Incremental
	if i == nil || r.full || !r.old.exists() || !r.old.watermark.Valid {
		return false
	}
	return i.FullEvery == 0 || r.next.asOf.Sub(r.old.full) < i.FullEvery
}

// addNew reads the rows above the watermark and stages what is kept together with them. changed is false where there were none; same is
// false where their columns are others than those that are kept.
func (r *refresh) addNew(ctx context.Context) (changed, same bool, err error) {
	d, i := r.view.definition, r.view.definition.Incremental
	public := sqltext.Identifier(r.view.store.opts.Schema) + "." + sqltext.Identifier(d.Name)
	kept, err := r.columns(ctx, public)
	if err != nil {
		return false, false, err
	}
	at := slices.IndexFunc(kept, func(c column) bool { return strings.EqualFold(c.name, i.Column) })
	if at < 0 {
		return false, false, nil // another column may be named than before
	}
	from, placeholder, err := r.from(ctx, kept[at].kind)
	if err != nil {
		return false, false, err
	}
	query := fmt.Sprintf("SELECT * FROM (\n%s\n) AS matview_new WHERE matview_new.%s > %s", d.SQL, sqltext.Identifier(kept[at].name), placeholder)
	if err := r.read(ctx, r.fresh, query, from); err != nil {
		return false, false, err
	}
	fresh, err := r.columns(ctx, private+"."+sqltext.Identifier(r.fresh))
	if err != nil || !slices.Equal(kept, fresh) {
		return false, false, err
	}
	var added int64
	if err := r.conn.QueryRowContext(ctx, "SELECT count(*) FROM "+private+"."+sqltext.Identifier(r.fresh)).Scan(&added); err != nil {
		return false, false, plain("count the new rows", err)
	}
	if added == 0 {
		return false, true, nil
	}
	if err := r.checkKey(ctx, r.fresh); err != nil {
		return false, false, err
	}
	stays := ""
	if len(i.Key) > 0 {
		match := make([]string, len(i.Key))
		for n, key := range i.Key {
			match[n] = "kept." + sqltext.Identifier(key) + " = fresh." + sqltext.Identifier(key)
		}
		stays = " AS kept WHERE NOT EXISTS (SELECT 1 FROM " + private + "." + sqltext.Identifier(r.fresh) + " AS fresh WHERE " + strings.Join(match, " AND ") + ")"
	}
	if _, err := r.conn.ExecContext(ctx, "CREATE TABLE "+private+"."+sqltext.Identifier(r.staged)+" AS SELECT * FROM "+public+stays+" UNION ALL SELECT * FROM "+private+"."+sqltext.Identifier(r.fresh)); err != nil {
		return false, false, plain("put the new rows to those that are kept", err)
	}
	if err := r.mark(ctx, r.fresh); err != nil {
		return false, false, err
	}
	return true, true, r.count(ctx)
}

// from is the value above which rows are read, and how the source's SQL writes the place for it.
func (r *refresh) from(ctx context.Context, kind string) (value any, placeholder string, err error) {
	i, source := r.view.definition.Incremental, r.view.definition.Source
	expression := "CAST($1 AS " + kind + ")"
	switch {
	case i.Overlap > 0:
		expression = fmt.Sprintf("CAST(%s - to_microseconds(%d) AS %s)", expression, i.Overlap.Microseconds(), kind)
	case i.OverlapBy > 0:
		expression = fmt.Sprintf("CAST(%s - %d AS %s)", expression, i.OverlapBy, kind)
	}
	if source == nil { // DuckDB reads its own text exactly
		return r.old.watermark.String, expression, nil
	}
	if err := r.conn.QueryRowContext(ctx, "SELECT "+expression, r.old.watermark.String).Scan(&value); err != nil {
		return nil, "", plain("read the watermark", err)
	}
	placeholder = "$1"
	if source.Placeholder != nil {
		placeholder = source.Placeholder(1)
	}
	return outward(value), placeholder, nil
}

// mark keeps the greatest value of the column in table, if it is greater than the one before.
func (r *refresh) mark(ctx context.Context, table string) error {
	i := r.view.definition.Incremental
	columns, err := r.columns(ctx, private+"."+sqltext.Identifier(table))
	if err != nil {
		return err
	}
	at := slices.IndexFunc(columns, func(c column) bool { return strings.EqualFold(c.name, i.Column) })
	if at < 0 {
		return safe("Incremental.Column %q is no column of the SQL", i.Column)
	}
	kind := columns[at].kind
	times, number := isTime(kind), isNumber(kind)
	switch {
	case !times && !number:
		return safe("Incremental.Column %q is %s: it takes an integer, a decimal, a date or a timestamp", i.Column, kind)
	case i.Overlap > 0 && !times:
		return safe("Incremental.Overlap is for times, and column %q is %s: write OverlapBy", i.Column, kind)
	case i.OverlapBy > 0 && strings.HasPrefix(kind, "U"):
		return safe("Incremental.OverlapBy would go below zero, which column %q cannot: cast it to BIGINT in the SQL", i.Column)
	case i.OverlapBy > 0 && !number:
		return safe("Incremental.OverlapBy is for numbers, and column %q is %s: write Overlap", i.Column, kind)
	}
	var mark sql.NullString
	before := r.old.watermark
	if table != r.fresh {
		before = sql.NullString{} // everything was read anew: also where the source begins again
	}
	query := fmt.Sprintf("SELECT CAST(greatest(max(%s), CAST(CAST($1 AS VARCHAR) AS %s)) AS VARCHAR) FROM %s.%s", sqltext.Identifier(i.Column), kind, private, sqltext.Identifier(table))
	if err := r.conn.QueryRowContext(ctx, query, before).Scan(&mark); err != nil {
		return plain("read the new watermark", err)
	}
	r.next.watermark = mark
	return nil
}

// checkKey refuses rows whose key is NULL or there twice.
func (r *refresh) checkKey(ctx context.Context, table string) error {
	key := r.view.definition.Incremental.Key
	if len(key) == 0 {
		return nil
	}
	nulls := make([]string, len(key))
	for i, column := range key {
		nulls[i] = sqltext.Identifier(column) + " IS NULL"
	}
	var without, all, different int64
	query := fmt.Sprintf("SELECT count(*) FILTER (WHERE %s), count(*), count(DISTINCT (%s)) FROM %s.%s", strings.Join(nulls, " OR "), names(key), private, sqltext.Identifier(table))
	if err := r.conn.QueryRowContext(ctx, query).Scan(&without, &all, &different); err != nil {
		return plain("check the key", err)
	}
	if without > 0 {
		return safe("%d of %d rows have a NULL in the key (%s)", without, all, strings.Join(key, ", "))
	}
	if different != all {
		return safe("%d rows have only %d different keys (%s): the key is not unique", all, different, strings.Join(key, ", "))
	}
	return nil
}

// column is a column of a table of this database.
type column struct{ name, kind string }

// columns says what columns a table has. It prepares and reads no row.
func (r *refresh) columns(ctx context.Context, table string) (_ []column, err error) {
	rows, err := r.conn.QueryContext(ctx, "SELECT column_name, column_type FROM (DESCRIBE "+table+")")
	if err != nil {
		return nil, plain("describe the columns", err)
	}
	defer func() {
		if closing := rows.Close(); err == nil && closing != nil {
			err = plain("describe the columns", closing)
		}
	}()
	var list []column
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.name, &c.kind); err != nil {
			return nil, plain("describe the columns", err)
		}
		list = append(list, c)
	}
	return list, wrap("describe the columns", rows.Err())
}

func isTime(kind string) bool {
	return kind == "DATE" || kind == "TIMESTAMP" || kind == "TIMESTAMP WITH TIME ZONE"
}

func isNumber(kind string) bool {
	switch kind {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT":
		return true
	}
	return strings.HasPrefix(kind, "DECIMAL(")
}
