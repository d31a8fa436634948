package freesql

import (
	"database/sql"
	"encoding/json"
)

// readRows reads rows as JSON. A row that would go past either cap is not read: the result is then truncated, and says so.
func readRows(rows *sql.Rows, maxRows, maxBytes int) (reply, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return reply{}, err
	}
	r := reply{Columns: make([]Column, len(types))}
	values, targets := make([]any, len(types)), make([]any, len(types))
	for i, t := range types {
		r.Columns[i] = Column{Name: t.Name(), Type: t.DatabaseTypeName()}
		targets[i] = &values[i]
	}
	out := []byte{'['}
	for rows.Next() {
		if r.RowCount == maxRows {
			r.Truncated = true
			break
		}
		if err := rows.Scan(targets...); err != nil {
			return reply{}, err
		}
		before := len(out)
		if r.RowCount > 0 {
			out = append(out, ',')
		}
		b, err := json.Marshal(values)
		if err != nil {
			return reply{}, err
		}
		out = append(out, b...)
		if len(out)+1 > maxBytes {
			out = out[:before]
			r.Truncated = true
			break
		}
		r.RowCount++
	}
	r.Rows = append(out, ']')
	return r, rows.Err()
}
