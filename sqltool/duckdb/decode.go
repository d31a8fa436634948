package duckdb

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/mcpgov/go-sdk/sqltool"
)

// Decode turns the driver's types into those of package sqltool.
func (engine) Decode(column sqltool.Column, v any) (any, error) {
	if text, is := v.(string); is && column.Type == "JSON" {
		return json.RawMessage(text), nil
	}
	return decode(v)
}

func decode(v any) (any, error) {
	switch v := v.(type) {
	case duckdb.Decimal:
		if v.Value == nil {
			return nil, errors.New("duckdb: a decimal without digits")
		}
		return sqltool.Decimal(decimal{v.Value, v.Scale}.String()), nil
	case duckdb.Interval:
		return sqltool.Interval{Months: v.Months, Days: v.Days, Micros: v.Micros}, nil
	case duckdb.UUID:
		return v.String(), nil
	case duckdb.Bit:
		return v.String(), nil
	case duckdb.Union:
		inner, err := decode(v.Value)
		return map[string]any{v.Tag: inner}, err
	case big.Int:
		return &v, nil
	case []any:
		list := make([]any, len(v))
		for i := range v {
			var err error
			if list[i], err = decode(v[i]); err != nil {
				return nil, fmt.Errorf("element %d: %w", i, err)
			}
		}
		return list, nil
	case map[string]any:
		members := make(map[string]any, len(v))
		for name := range v {
			var err error
			if members[name], err = decode(v[name]); err != nil {
				return nil, fmt.Errorf("member %q: %w", name, err)
			}
		}
		return members, nil
	case duckdb.OrderedMap:
		return decodeMap(v.Keys(), v.Values())
	case duckdb.Map:
		var keys, values []any
		for key, inner := range v {
			keys, values = append(keys, key), append(values, inner)
		}
		return decodeMap(keys, values)
	}
	return v, nil
}

func decodeMap(keys, values []any) (any, error) {
	m := make(map[any]any, len(keys))
	for i := range keys {
		key, err := decode(keys[i])
		if err != nil {
			return nil, err
		}
		if m[key], err = decode(values[i]); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// one runs a query of ours and returns the one text of its one row.
func (c *conn) one(ctx context.Context, query string, args ...any) (text string, err error) {
	values, err := c.values(args)
	if err != nil {
		return "", err
	}
	s, err := c.take(ctx, query)
	if err != nil {
		return "", err
	}
	rows, err := c.query(ctx, query, s, values)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(row); err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	text, ok := row[0].(string)
	if !ok {
		return "", errors.New("duckdb: no text where one was expected")
	}
	return text, nil
}
