package auditdb

import (
	"fmt"
	"strings"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// noTime stands for the zero time, which a line leaves out.
const noTime = `TIMESTAMPTZ '0001-01-01 00:00:00+00'`

// lineColumns is the explicit column list of read_json: nothing is ever guessed from the data, and guessing costs twice the time.
func lineColumns() string {
	var top []string
	inner := map[string][]string{} // members of nested objects
	for _, f := range fields() {
		object, member, nested := strings.Cut(f.path, ".")
		switch {
		case !nested:
			top = append(top, fmt.Sprintf("%s: %s", sqltext.Literal(f.path), sqltext.Literal(f.lineType())))
		case len(inner[object]) == 0:
			top = append(top, object) // its place; filled below
			fallthrough
		default:
			inner[object] = append(inner[object], sqltext.Identifier(member)+" "+f.lineType())
		}
	}
	for i, entry := range top {
		if members, ok := inner[entry]; ok {
			top[i] = fmt.Sprintf("%s: %s", sqltext.Literal(entry), sqltext.Literal("STRUCT("+strings.Join(members, ", ")+")"))
		}
	}
	return "{" + strings.Join(top, ", ") + "}"
}

// fromLine is the SQL expression of a field in what read_json gives. Absence becomes the zero value, so that no comparison in SQL has a third
// outcome beside true and false.
func (f *field) fromLine() string {
	e := sqltext.Identifier(f.path)
	if object, member, nested := strings.Cut(f.path, "."); nested {
		e = sqltext.Identifier(object) + "." + sqltext.Identifier(member)
	}
	switch f.form {
	case text, hexText:
		return "coalesce(" + e + ", '')"
	case hash:
		return "unhex(coalesce(" + e + ", ''))"
	case whole, number, micros:
		return "coalesce(" + e + ", 0)"
	case flag:
		return "coalesce(" + e + ", false)"
	case texts, sources, steps:
		return "coalesce(" + e + ", [])"
	case stamp:
		return "coalesce(" + e + ", " + noTime + ")"
	case raw:
	}
	return e + "::VARCHAR"
}

// lineSource reads segments as they are written. The longest line must fit; with a limit other than 0, records after it are left out.
func lineSource(paths []string, longest int64, last uint64) string {
	var columns []string
	for _, f := range fields() {
		columns = append(columns, f.fromLine()+" AS "+sqltext.Identifier(f.column()))
	}
	s := fmt.Sprintf("SELECT %s FROM read_json(%s, columns=%s, format='newline_delimited', ignore_errors=false, maximum_object_size=%d)",
		strings.Join(columns, ", "), fileList(paths), lineColumns(), longest)
	if last > 0 {
		s += fmt.Sprintf(" WHERE seq <= %d", last)
	}
	return s
}

// packed names the column of a Parquet file that holds what of a hexText field is not hex.
func (f *field) packed() string { return f.column() + "_text" }

// fromParquet is the SQL expression of a field in what read_parquet gives.
func (f *field) fromParquet() string {
	column := sqltext.Identifier(f.column())
	if f.form == hexText {
		return fmt.Sprintf("CASE WHEN %s IS NULL THEN %s ELSE lower(hex(%s)) END", column, sqltext.Identifier(f.packed()), column)
	}
	return column
}

// parquetSource reads compacted segments. They hold no prev: it is the hash of the record before.
func parquetSource(paths []string) string {
	var columns []string
	for _, f := range fields() {
		if f.path != "prev" {
			columns = append(columns, f.fromParquet()+" AS "+sqltext.Identifier(f.column()))
		}
	}
	return fmt.Sprintf("SELECT %s FROM read_parquet(%s)", strings.Join(columns, ", "), fileList(paths))
}

// plain writes a path so that what would be a pattern in it is taken as it stands.
func plain(path string) string {
	return strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]").Replace(path)
}

// fileList writes paths for a table function.
func fileList(paths []string) string {
	quoted := make([]string, len(paths))
	for i, path := range paths {
		quoted[i] = sqltext.Literal(plain(path))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
