package matview

import (
	"database/sql/driver"
	"encoding/hex"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	native "github.com/duckdb/duckdb-go/v2"
)

// times are the types whose values are time.Time.
//
//nolint:gochecknoglobals // a set that Go cannot spell as a constant
var times = []string{"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"}

// inward turns a value of a source into one that the appender takes for the column, exactly.
func (t *target) inward(value any) (driver.Value, error) {
	if value == nil {
		return nil, nil
	}
	switch kind := t.kind; {
	case kind == "VARCHAR":
		switch value := value.(type) {
		case string:
			return text(value)
		case []byte:
			return text(string(value))
		}
	case kind == "UUID":
		return uuid(value)
	case kind == "BLOB":
		switch value.(type) {
		case []byte:
			return value, nil
		}
	case kind == "BOOLEAN":
		switch value.(type) {
		case bool:
			return value, nil
		}
	case kind == "SMALLINT" || kind == "INTEGER" || kind == "BIGINT":
		return integer(kind, value)
	case kind == "FLOAT" || kind == "DOUBLE":
		switch value.(type) {
		case float64, float32:
			return value, nil
		}
	case kind == "INTERVAL":
		switch value := value.(type) {
		case string:
			return interval(value)
		case native.Interval:
			return value, nil
		}
	case t.width > 0:
		return t.decimal(value)
	case slices.Contains(times, kind):
		switch value := value.(type) {
		case time.Time:
			return value, nil
		}
	default: // from another DuckDB, whose values are what the appender takes
		return value, nil
	}
	return nil, safe("%s does not take %T", t.kind, value)
}

func text(value string) (driver.Value, error) {
	if !utf8.ValidString(value) {
		return nil, safe("the text is no UTF-8")
	}
	return value, nil
}

// integer refuses what its column would cut.
func integer(kind string, value any) (driver.Value, error) {
	var n int64
	switch value := value.(type) {
	case int64:
		n = value
	case int32:
		n = int64(value)
	case int16:
		n = int64(value)
	default:
		return nil, safe("%s does not take %T", kind, value)
	}
	switch {
	case kind == "SMALLINT" && n != int64(int16(n)), kind == "INTEGER" && n != int64(int32(n)): //nolint:gosec // this is the test whether it fits
		return nil, safe("the number does not fit into %s", kind)
	}
	return n, nil
}

func uuid(value any) (driver.Value, error) {
	var raw []byte
	switch value := value.(type) {
	case string:
		var err error
		if raw, err = hex.DecodeString(strings.ReplaceAll(value, "-", "")); err != nil {
			return nil, safe("the text is no UUID")
		}
	case []byte:
		raw = value
	case [16]byte:
		raw = value[:]
	case native.UUID:
		return value, nil
	}
	if len(raw) != 16 {
		return nil, safe("UUID does not take %T of this length", value)
	}
	return native.UUID(raw), nil
}

// decimal reads a decimal number as Postgres writes it, and refuses what has more digits than the column.
func (t *target) decimal(value any) (driver.Value, error) {
	if exact, ok := value.(native.Decimal); ok {
		return exact, nil
	}
	if raw, ok := value.([]byte); ok {
		value = string(raw)
	}
	written, ok := value.(string)
	if !ok {
		return nil, safe("%s does not take %T", t.kind, value)
	}
	whole, fraction, _ := strings.Cut(written, ".")
	if len(fraction) > int(t.scale) {
		if strings.Trim(fraction[t.scale:], "0") != "" {
			return nil, safe("the number has more than %d digits behind the point", t.scale)
		}
		fraction = fraction[:t.scale]
	}
	digits, ok := new(big.Int).SetString(whole+fraction+strings.Repeat("0", int(t.scale)-len(fraction)), 10)
	if !ok {
		return nil, safe("not a plain decimal number (NaN and infinity are none)")
	}
	if len(new(big.Int).Abs(digits).String()) > int(t.width) {
		return nil, safe("the number has more than %d digits", t.width)
	}
	return native.Decimal{Width: t.width, Scale: t.scale, Value: digits}, nil
}

// outward turns a value of DuckDB into one that any driver takes as a parameter.
func outward(value any) any {
	switch value := value.(type) {
	case int8:
		return int64(value)
	case int16:
		return int64(value)
	case int32:
		return int64(value)
	case uint8:
		return int64(value)
	case uint16:
		return int64(value)
	case uint32:
		return int64(value)
	case uint64:
		return new(big.Int).SetUint64(value).String()
	case *big.Int:
		return value.String()
	case native.Decimal:
		return value.String()
	}
	return value
}
