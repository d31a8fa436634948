package matview

import (
	"database/sql"
	"errors"
	"regexp"
	"strconv"
	"strings"

	native "github.com/duckdb/duckdb-go/v2"
)

// target is a column that rows of a source are appended to.
type target struct {
	name         string
	kind         string // what DuckDB keeps it as while it is loaded
	cast         string // what it is in the end, if that is something else
	width, scale uint8  // of a decimal
}

// targets decides what becomes of each column. A column whose type says too little is an error that names what to write.
func (l *load) targets(rows *sql.Rows) ([]target, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, plain("read the columns of "+l.source.System, err)
	}
	_, duck := l.source.DB.Driver().(native.Driver)
	var faults []error
	list, seen := make([]target, len(types)), make(map[string]bool)
	for i, t := range types {
		lower := strings.ToLower(t.Name())
		if lower == "" || seen[lower] {
			faults = append(faults, safe("column %d is called %q: give every column a name of its own, with AS", i+1, t.Name()))
		}
		seen[lower] = true
		if duck {
			list[i], err = ducks(t)
		} else {
			list[i], err = others(t)
		}
		list[i].name = t.Name()
		declared, given := l.columns[t.Name()]
		switch {
		case given && err != nil: // its text is cast
			list[i] = target{name: t.Name(), kind: "VARCHAR", cast: declared}
		case given && !strings.EqualFold(declared, list[i].kind):
			list[i].cast = declared
		case err != nil:
			faults = append(faults, err)
		}
	}
	for of := range l.columns {
		if !seen[strings.ToLower(of)] {
			faults = append(faults, safe("Columns names %q, which the SQL does not give", of))
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return list, nil
}

// others maps the types of Postgres, and of most other databases.
func others(t *sql.ColumnType) (target, error) {
	kind := strings.ToUpper(t.DatabaseTypeName())
	switch kind {
	case "BOOL", "BOOLEAN":
		return target{kind: "BOOLEAN"}, nil
	case "INT2", "SMALLINT":
		return target{kind: "SMALLINT"}, nil
	case "INT4", "INT", "INTEGER", "MEDIUMINT":
		// SQLite calls every integer INTEGER.
		if kind == "INT4" {
			return target{kind: "INTEGER"}, nil
		}
		return target{kind: "BIGINT"}, nil
	case "INT8", "BIGINT", "OID", "XID", "CID":
		return target{kind: "BIGINT"}, nil
	case "FLOAT4":
		return target{kind: "FLOAT"}, nil
	case "FLOAT8", "DOUBLE", "REAL", "FLOAT", "DOUBLE PRECISION":
		return target{kind: "DOUBLE"}, nil
	case "TEXT", "VARCHAR", "BPCHAR", "CHAR", "NAME", "NVARCHAR", "NCHAR":
		return target{kind: "VARCHAR"}, nil
	case "BYTEA", "BLOB", "BINARY", "VARBINARY":
		return target{kind: "BLOB"}, nil
	case "DATE":
		return target{kind: "DATE"}, nil
	case "TIMESTAMP", "DATETIME":
		return target{kind: "TIMESTAMP"}, nil
	case "TIMESTAMPTZ":
		return target{kind: "TIMESTAMP WITH TIME ZONE"}, nil
	case "UUID":
		return target{kind: "UUID"}, nil
	case "JSON", "JSONB":
		return target{kind: "VARCHAR", cast: "JSON"}, nil
	case "INTERVAL":
		return target{kind: kind}, nil
	case "TIME": // as text, which DuckDB reads
		return target{kind: "VARCHAR", cast: kind}, nil
	case "TIMETZ":
		return target{kind: "VARCHAR", cast: "TIME WITH TIME ZONE"}, nil
	case "NUMERIC", "DECIMAL":
		width, scale, ok := t.DecimalSize()
		if !ok || width < 1 || width > 38 || scale < 0 || scale > width {
			return target{}, safe("column %q is %s without a precision that DuckDB has: cast it in the SQL (numeric(38,10)), or name a type in Columns, such as DECIMAL(38,10)", t.Name(), kind)
		}
		return decimal(uint8(width), uint8(scale)), nil //nolint:gosec // both are at most 38
	}
	return target{}, safe("column %q is of type %q, which has no counterpart: cast it in the SQL, to text for example, or name DuckDB's type for its text in Columns", t.Name(), kind)
}

func decimal(width, scale uint8) target {
	return target{kind: "DECIMAL(" + strconv.Itoa(int(width)) + "," + strconv.Itoa(int(scale)) + ")", width: width, scale: scale}
}

var decimalKind = regexp.MustCompile(`^DECIMAL\(([0-9]{1,2}),([0-9]{1,2})\)$`)

// ducks maps the types of another DuckDB, which are the same.
func ducks(t *sql.ColumnType) (target, error) {
	kind := t.DatabaseTypeName()
	if m := decimalKind.FindStringSubmatch(kind); m != nil {
		width, _ := strconv.ParseUint(m[1], 10, 8)
		scale, _ := strconv.ParseUint(m[2], 10, 8)
		return decimal(uint8(width), uint8(scale)), nil
	}
	switch kind {
	case "ENUM":
		return target{kind: "VARCHAR"}, nil
	case "TIMESTAMPTZ":
		return target{kind: "TIMESTAMP WITH TIME ZONE"}, nil
	case "JSON": // the driver gives what the JSON means, not its text
		return target{}, safe("column %q is JSON: write CAST(%s AS VARCHAR) in the SQL, and JSON in Columns", t.Name(), t.Name())
	case "", "SQLNULL", "INVALID", "ANY", "VARIANT", "TIMETZ", "TIME WITH TIME ZONE", "BIT":
		return target{}, safe("column %q is of type %q, which cannot be copied exactly: cast it in the SQL", t.Name(), kind)
	}
	return target{kind: kind}, nil
}
