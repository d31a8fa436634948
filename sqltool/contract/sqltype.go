package contract

import (
	"regexp"
	"strings"
)

// class is what values of a type are compared as.
type class int

const (
	classOther   class = iota // enums, lists, structs, what is not known
	classNumber               // exact numbers
	classFloat                // numbers among which NaN may be
	classText                 // texts
	classBoolean              // booleans
	classDate                 // dates and times without a zone
	classZoned                // times with a zone
)

// aliases are spellings of one type, by the word this package uses.
func aliases() map[string]string {
	return map[string]string{
		"STRING": "VARCHAR", "TEXT": "VARCHAR", "CHARACTER VARYING": "VARCHAR", "BPCHAR": "CHAR", "CHARACTER": "CHAR",
		"INT": "INTEGER", "INT4": "INTEGER", "SIGNED": "INTEGER", "INT8": "BIGINT", "LONG": "BIGINT", "INT2": "SMALLINT", "SHORT": "SMALLINT", "INT1": "TINYINT",
		"NUMERIC": "DECIMAL", "FLOAT8": "DOUBLE", "DOUBLE PRECISION": "DOUBLE", "FLOAT4": "REAL",
		"BOOL": "BOOLEAN", "LOGICAL": "BOOLEAN", "DATETIME": "TIMESTAMP", "TIMESTAMP WITHOUT TIME ZONE": "TIMESTAMP",
		"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE", "TIME WITHOUT TIME ZONE": "TIME", "TIMETZ": "TIME WITH TIME ZONE",
		"BYTEA": "BLOB", "BINARY": "BLOB", "VARBINARY": "BLOB",
	}
}

// parameters are what may stand in brackets behind the first words of a type: decimal(10, 2), timestamp(3) with time zone.
var parameters = regexp.MustCompile(`^([^(]*)\(([0-9 ,]*)\)([^(]*)$`)

// parseType splits a type into its word, by which its aliases are known, and its parameters.
func (d Dialect) parseType(text string) (word, size string) {
	text = strings.ToUpper(strings.Join(strings.Fields(text), " "))
	if m := parameters.FindStringSubmatch(text); m != nil {
		text, size = strings.Join(strings.Fields(m[1]+" "+m[3]), " "), strings.ReplaceAll(m[2], " ", "")
	}
	if text == "FLOAT" && d == DuckDB {
		text = "REAL" // elsewhere it is as wide as a double
	} else if text == "FLOAT" {
		text = "DOUBLE"
	}
	if alias, ok := aliases()[text]; ok {
		text = alias
	}
	return text, size
}

// sameType reports whether a column of type has is what want asks for. Parameters count only where want has some.
func (d Dialect) sameType(want, has string) bool {
	wantWord, wantSize := d.parseType(want)
	hasWord, hasSize := d.parseType(has)
	return wantWord == hasWord && (wantSize == "" || wantSize == hasSize)
}

// classOf tells what values of a type are compared as.
func (d Dialect) classOf(text string) class {
	word, _ := d.parseType(text)
	switch word {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT":
		return classNumber
	case "DECIMAL":
		if d == Postgres {
			return classFloat // its numeric knows NaN
		}
		return classNumber
	case "REAL", "DOUBLE":
		return classFloat
	case "VARCHAR", "CHAR":
		return classText
	case "BOOLEAN":
		return classBoolean
	case "DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS":
		return classDate
	case "TIMESTAMP WITH TIME ZONE":
		return classZoned
	}
	return classOther
}
