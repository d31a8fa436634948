package sqltool

import (
	"strconv"
	"strings"
)

// family is what a database type is for Go.
type family uint8

// The families. The zero value is not known, and is not checked.
const (
	unknownType family = iota
	boolType
	intType     // bits
	uintType    // bits
	hugeType    // integers beyond 64 bits
	decimalType // precision, scale
	floatType   // bits
	textType
	blobType
	dateType
	clockType // a time of day
	timestampType
	intervalType
	uuidType
	jsonType
	listType   // elem
	structType // members
	mapType    // key, elem
	otherType  // known, and written as text: an address, a range, an enumeration
)

// sqlType is a database's type, read from its name.
type sqlType struct {
	family           family
	word             string // as the database writes it
	bits             int
	precision, scale int // of decimals; precision 0: any
	zoned            bool
	key, elem        *sqlType
	members          []member
}

// member is one field of a struct type.
type member struct {
	name string
	typ  *sqlType
}

// words are the names of types, lower case, without what stands in brackets.
//
//nolint:gochecknoglobals // a table that Go cannot spell as a constant
var words = func() map[string]sqlType {
	table := map[string]sqlType{}
	add := func(t sqlType, names ...string) {
		for _, name := range names {
			table[name] = t
		}
	}
	add(sqlType{family: boolType}, "boolean", "bool", "logical")
	add(sqlType{family: intType, bits: 8}, "tinyint", "int1")
	add(sqlType{family: intType, bits: 16}, "smallint", "int2", "short", "int16", "smallserial")
	add(sqlType{family: intType, bits: 32}, "integer", "int", "int4", "int32", "signed", "mediumint", "serial")
	add(sqlType{family: intType, bits: 64}, "bigint", "int8", "long", "int64", "bigserial")
	add(sqlType{family: uintType, bits: 8}, "utinyint", "uint8")
	add(sqlType{family: uintType, bits: 16}, "usmallint", "uint16")
	add(sqlType{family: uintType, bits: 32}, "uinteger", "uint32", "oid", "xid", "cid")
	add(sqlType{family: uintType, bits: 64}, "ubigint", "uint64", "xid8")
	add(sqlType{family: hugeType}, "hugeint", "int128", "uhugeint", "uint128", "bignum", "varint")
	add(sqlType{family: decimalType}, "decimal", "numeric", "dec")
	add(sqlType{family: floatType, bits: 32}, "real", "float4", "float") // FLOAT is 32 bits in DuckDB; SQLite, where both are 64, shows when a value does not fit
	add(sqlType{family: floatType, bits: 64}, "double", "double precision", "float8")
	add(sqlType{family: textType}, "text", "varchar", "character varying", "character", "char", "bpchar", "string", "name", "citext", "nvarchar", "clob", `"char"`)
	add(sqlType{family: blobType}, "bytea", "blob", "binary", "varbinary")
	add(sqlType{family: dateType}, "date")
	add(sqlType{family: clockType}, "time", "time without time zone", "time_ns")
	add(sqlType{family: clockType, zoned: true}, "timetz", "time with time zone")
	add(sqlType{family: timestampType}, "timestamp", "timestamp without time zone", "datetime", "timestamp_s", "timestamp_ms", "timestamp_ns", "timestamp_us")
	add(sqlType{family: timestampType, zoned: true}, "timestamptz", "timestamp with time zone")
	add(sqlType{family: intervalType}, "interval")
	add(sqlType{family: uuidType}, "uuid")
	add(sqlType{family: jsonType}, "json", "jsonb")
	add(sqlType{family: otherType}, "enum", "bit", "bit varying", "inet", "cidr", "macaddr", "macaddr8", "money", "xml", "tsvector", "tsquery", "union",
		"int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange",
		"int4multirange", "int8multirange", "nummultirange", "tsmultirange", "tstzmultirange", "datemultirange",
		"point", "line", "lseg", "box", "path", "polygon", "circle", "pg_lsn", "regclass", "range", "text in the database's form")
	return table
}()

// mostTypeNesting bounds how deep lists, structs and maps of a type's name are read.
const mostTypeNesting = 32

// readType reads the name of a type: DECIMAL(38,10), text[], STRUCT(a INTEGER, b VARCHAR[]), MAP(VARCHAR, BIGINT).
func readType(word string) *sqlType { return readTypeAt(word, 0) }

func readTypeAt(word string, depth int) *sqlType {
	word = strings.TrimSpace(word)
	t := &sqlType{word: word}
	if word == "" || depth > mostTypeNesting {
		return t
	}
	if strings.HasSuffix(word, "]") { // text[], INTEGER[3]
		if open := strings.LastIndexByte(word, '['); open > 0 {
			t.family, t.elem = listType, readTypeAt(word[:open], depth+1)
			return t
		}
		return t
	}
	base, inside := word, ""
	if open := strings.IndexByte(word, '('); open >= 0 {
		if n := closing(word[open:]); n > 0 {
			base, inside = strings.TrimSpace(word[:open])+word[open+n:], word[open+1:open+n-1]
		}
	}
	base = strings.ToLower(strings.TrimSpace(base))
	switch base {
	case "struct", "row":
		t.family = structType
		for _, m := range split(inside) {
			name, rest := memberName(m)
			t.members = append(t.members, member{name, readTypeAt(rest, depth+1)})
		}
		return t
	case "map":
		if sides := split(inside); len(sides) == 2 {
			t.family, t.key, t.elem = mapType, readTypeAt(sides[0], depth+1), readTypeAt(sides[1], depth+1)
		}
		return t
	case "list", "array":
		t.family, t.elem = listType, readTypeAt(inside, depth+1)
		return t
	}
	if known, ok := words[base]; ok {
		known.word = word
		t = &known
	}
	if t.family == decimalType {
		if sides := split(inside); len(sides) > 0 {
			t.precision = atoi(sides[0])
			if len(sides) > 1 {
				t.scale = atoi(sides[1])
			}
		}
	}
	return t
}

func atoi(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return 0
	}
	return n
}

// closing is the length of a text in brackets; 0 if they do not close.
func closing(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"', '\'':
			n, _ := quoted(s[i:], false)
			i += n - 1
		}
	}
	return 0
}

// split cuts at the commas that stand in no brackets and quotes.
func split(s string) []string {
	var parts []string
	depth, begun := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case '"', '\'':
			n, _ := quoted(s[i:], false)
			i += n - 1
		case ',':
			if depth == 0 {
				parts, begun = append(parts, s[begun:i]), i+1
			}
		}
	}
	if strings.TrimSpace(s[begun:]) != "" {
		parts = append(parts, s[begun:])
	}
	return parts
}

// memberName cuts the name off a member of a struct type; in quotes it may hold anything.
func memberName(s string) (name, rest string) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, `"`) {
		n, _ := quoted(s, false)
		return strings.ReplaceAll(strings.Trim(s[:n], `"`), `""`, `"`), s[n:]
	}
	name, rest, _ = strings.Cut(s, " ")
	return name, rest
}

// Members returns the members of a struct type's name, such as STRUCT(a INTEGER, b VARCHAR[]); nil of every other. It is for engines.
func Members(word string) []Column {
	var columns []Column
	for _, m := range readType(word).members {
		columns = append(columns, Column{Name: m.name, Type: m.typ.word})
	}
	return columns
}
