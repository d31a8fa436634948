package auditdb

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/sqltext"
)

const (
	parquetSuffix = ".parquet"
	originKey     = "mcpgov_segment" // metadata of a Parquet file: which segment, in which layout, it was made from
	parquetLayout = 2
)

// parquetPath names the Parquet form of a segment.
func parquetPath(lines string) string { return strings.TrimSuffix(lines, ".jsonl") + parquetSuffix }

// origin identifies a sealed segment and the layout of its Parquet form: a file of another origin is not read.
func origin(c *audit.Checkpoint) string {
	return fmt.Sprintf("layout %d, records %d to %d, hash %s", parquetLayout, c.First, c.Last, c.Hash)
}

// parquetOrigins reads the origins of Parquet files, by path.
func parquetOrigins(ctx context.Context, e *engine, paths []string) (map[string]string, error) {
	origins := map[string]string{}
	query := fmt.Sprintf("SELECT file_name, decode(value) FROM parquet_kv_metadata(%s) WHERE decode(key) = ?", fileList(paths))
	err := each(ctx, e, query, []any{originKey}, func(rows *sql.Rows) error {
		var path, value string
		err := rows.Scan(&path, &value)
		origins[path] = value
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the compacted segments (Compact makes anew what is broken): %w", err)
	}
	return origins, nil
}

// rowGroup is how many records stand together in a Parquet file. A segment usually fits in one or a few.
const rowGroup = 122_880

// copyToParquet is the statement that writes the Parquet form of a segment.
func copyToParquet(lines, to string, c *audit.Checkpoint, s survey) string {
	var columns []string
	for _, f := range fields() {
		column := sqltext.Identifier(f.column())
		switch f.form { // the others go as they are
		case hash:
			if f.path == "hash" { // prev is the hash of the record before: half of what no codec can shrink
				columns = append(columns, column)
			}
		case hexText: // zstd shrinks hex of random bytes no further than the bytes
			if s.notHex[f.path] {
				columns = append(columns, "NULL::BLOB AS "+column, column+" AS "+sqltext.Identifier(f.packed()))
			} else {
				columns = append(columns, fmt.Sprintf("unhex(%s) AS %s", column, column), "'' AS "+sqltext.Identifier(f.packed()))
			}
		case raw:
			if nulls := s.nulls[f.path]; len(nulls) > 0 {
				column = fmt.Sprintf("CASE WHEN seq IN (%s) THEN 'null' ELSE %s END AS %s",
					strings.Trim(strings.ReplaceAll(fmt.Sprint(nulls), " ", ", "), "[]"), column, column)
			}
			columns = append(columns, column)
		default:
			columns = append(columns, column)
		}
	}
	longest := max(int64(s.longest)+1024, 1<<20)
	return fmt.Sprintf(
		"COPY (SELECT %s FROM (%s)) TO %s (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 3, USE_TMP_FILE false, ROW_GROUP_SIZE %d, KV_METADATA {%s: %s})",
		strings.Join(columns, ", "), lineSource([]string{lines}, longest, 0), sqltext.Literal(to), rowGroup, originKey, sqltext.Literal(origin(c)))
}
