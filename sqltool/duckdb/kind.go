package duckdb

import (
	"errors"
	"strconv"
	"strings"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// kind is a column's type, or a type within it, and where its values stand in the chunk of rows at hand.
type kind struct {
	typ     mapping.Type
	storage mapping.Type // how decimals and enumerations are stored
	word    string       // DuckDB's word for the type
	scale   int          // of decimals
	size    int          // of arrays
	json    bool         // text that is JSON
	row     bool         // a struct whose members have no names
	named   bool         // a map whose keys can be names
	enum    []string     // the words of an enumeration
	names   [][]byte     // of members, as JSON with a colon
	kids    []*kind      // of a list, array or map its elements; of a struct or union its members

	data, valid unsafe.Pointer
}

var errUnknownType = errors.New("its type cannot be read: cast it to one that can, such as VARCHAR")

// kindOf reads a type.
func kindOf(t mapping.LogicalType) (*kind, error) {
	k := &kind{typ: mapping.GetTypeId(t), word: mapping.LogicalTypeGetAlias(t)}
	k.json = k.word == "JSON"
	word, known := words[k.typ]
	if !known {
		return nil, errUnknownType
	}
	var err error
	switch k.typ {
	case mapping.TypeDecimal:
		k.storage, k.scale = mapping.DecimalInternalType(t), int(mapping.DecimalScale(t))
		word = "DECIMAL(" + strconv.Itoa(int(mapping.DecimalWidth(t))) + "," + strconv.Itoa(k.scale) + ")"
	case mapping.TypeEnum:
		k.storage = mapping.EnumInternalType(t)
		for i := range mapping.EnumDictionarySize(t) {
			k.enum = append(k.enum, mapping.EnumDictionaryValue(t, mapping.IdxT(i)))
		}
	case mapping.TypeList:
		err = k.add("", mapping.ListTypeChildType(t))
	case mapping.TypeArray:
		k.size = int(mapping.ArrayTypeArraySize(t)) //nolint:gosec // 100,000 at most
		err = k.add("", mapping.ArrayTypeChildType(t))
	case mapping.TypeMap:
		err = errors.Join(k.add("key", mapping.MapTypeKeyType(t)), k.add("value", mapping.MapTypeValueType(t)))
	case mapping.TypeStruct:
		for i := range mapping.StructTypeChildCount(t) {
			name := mapping.StructTypeChildName(t, i)
			k.row = k.row || name == ""
			err = errors.Join(err, k.add(name, mapping.StructTypeChildType(t, i)))
		}
	case mapping.TypeUnion:
		for i := range mapping.UnionTypeMemberCount(t) {
			err = errors.Join(err, k.add(mapping.UnionTypeMemberName(t, i), mapping.UnionTypeMemberType(t, i)))
		}
	default:
	}
	if err != nil {
		return nil, err
	}
	if k.word == "" {
		k.word = k.spell(word, t)
	}
	if k.typ == mapping.TypeMap {
		key := k.kids[0]
		k.named = !key.json && (key.typ == mapping.TypeVarchar || key.typ == mapping.TypeEnum || key.typ == mapping.TypeUUID)
	}
	return k, nil
}

// add adds the type of a member or element, which it destroys.
func (k *kind) add(name string, t mapping.LogicalType) error {
	defer mapping.DestroyLogicalType(&t)
	kid, err := kindOf(t)
	k.kids = append(k.kids, kid)
	k.names = append(k.names, append(appendString(nil, []byte(name)), ':'))
	return err
}

// spell writes the name of a type with the types within it.
func (k *kind) spell(word string, t mapping.LogicalType) string {
	var b strings.Builder
	switch k.typ {
	case mapping.TypeList:
		return k.kids[0].word + "[]"
	case mapping.TypeArray:
		return k.kids[0].word + "[" + strconv.Itoa(k.size) + "]"
	case mapping.TypeMap:
		return "MAP(" + k.kids[0].word + ", " + k.kids[1].word + ")"
	case mapping.TypeStruct, mapping.TypeUnion:
		b.WriteString(word + "(")
		for i, kid := range k.kids {
			if i > 0 {
				b.WriteString(", ")
			}
			var name string
			if k.typ == mapping.TypeStruct {
				name = mapping.StructTypeChildName(t, mapping.IdxT(i))
			} else {
				name = mapping.UnionTypeMemberName(t, mapping.IdxT(i))
			}
			if name != "" {
				b.WriteString(sqltext.Identifier(name) + " ")
			}
			b.WriteString(kid.word)
		}
		b.WriteByte(')')
		return b.String()
	default:
		return word
	}
}

// point makes the kind read from a vector of the chunk at hand.
func (k *kind) point(v mapping.Vector) {
	k.data, k.valid = mapping.VectorGetData(v), mapping.VectorGetValidity(v)
	switch k.typ {
	case mapping.TypeList:
		k.kids[0].point(mapping.ListVectorGetChild(v))
	case mapping.TypeArray:
		k.kids[0].point(mapping.ArrayVectorGetChild(v))
	case mapping.TypeMap:
		entries := mapping.ListVectorGetChild(v)
		k.kids[0].point(mapping.StructVectorGetChild(entries, 0))
		k.kids[1].point(mapping.StructVectorGetChild(entries, 1))
	case mapping.TypeStruct:
		for i, kid := range k.kids {
			kid.point(mapping.StructVectorGetChild(v, mapping.IdxT(i)))
		}
	case mapping.TypeUnion: // the first is the number of the member that holds the value
		k.data = mapping.VectorGetData(mapping.StructVectorGetChild(v, 0))
		for i, kid := range k.kids {
			kid.point(mapping.StructVectorGetChild(v, mapping.IdxT(i+1)))
		}
	default:
	}
}

// null says whether the value of a row is NULL.
func (k *kind) null(row int) bool {
	return k.valid != nil && *(*uint64)(unsafe.Add(k.valid, row/64*8))&(1<<(row%64)) == 0 // the engine's bits, one per row
}

// at is the value of a row, which must be of the type that the engine stores.
func at[T any](k *kind, row int) T {
	var zero T
	return *(*T)(unsafe.Add(k.data, uintptr(row)*unsafe.Sizeof(zero))) // the engine's array, one element per row
}

// inlineLength is the length up to which the engine stores a text within its entry.
const inlineLength = 12

// text is the text of a row, in the engine's memory: it must not be kept.
func (k *kind) text(row int) []byte {
	entry := unsafe.Add(k.data, uintptr(row)*16) // the engine's array: length, then the text itself or its first bytes and a pointer
	length := *(*uint32)(entry)
	if length <= inlineLength {
		return unsafe.Slice((*byte)(unsafe.Add(entry, 4)), length) //nolint:gosec // see above
	}
	return unsafe.Slice(*(**byte)(unsafe.Add(entry, 8)), length) //nolint:gosec // see above
}

// words are DuckDB's words for types; those that are not here cannot be read.
//
//nolint:gochecknoglobals // a table that Go cannot spell as a constant
var words = map[mapping.Type]string{
	mapping.TypeBoolean: "BOOLEAN", mapping.TypeTinyInt: "TINYINT", mapping.TypeSmallInt: "SMALLINT", mapping.TypeInteger: "INTEGER",
	mapping.TypeBigInt: "BIGINT", mapping.TypeUTinyInt: "UTINYINT", mapping.TypeUSmallInt: "USMALLINT", mapping.TypeUInteger: "UINTEGER",
	mapping.TypeUBigInt: "UBIGINT", mapping.TypeFloat: "FLOAT", mapping.TypeDouble: "DOUBLE", mapping.TypeTimestamp: "TIMESTAMP",
	mapping.TypeDate: "DATE", mapping.TypeTime: "TIME", mapping.TypeInterval: "INTERVAL", mapping.TypeHugeInt: "HUGEINT",
	mapping.TypeUHugeInt: "UHUGEINT", mapping.TypeVarchar: "VARCHAR", mapping.TypeBlob: "BLOB", mapping.TypeDecimal: "DECIMAL",
	mapping.TypeTimestampS: "TIMESTAMP_S", mapping.TypeTimestampMS: "TIMESTAMP_MS", mapping.TypeTimestampNS: "TIMESTAMP_NS",
	mapping.TypeEnum: "ENUM", mapping.TypeList: "LIST", mapping.TypeStruct: "STRUCT", mapping.TypeMap: "MAP", mapping.TypeArray: "ARRAY",
	mapping.TypeUUID: "UUID", mapping.TypeUnion: "UNION", mapping.TypeBit: "BIT", mapping.TypeTimeTZ: "TIME WITH TIME ZONE",
	mapping.TypeTimestampTZ: "TIMESTAMP WITH TIME ZONE", mapping.TypeBigNum: "BIGNUM", mapping.TypeSQLNull: "NULL",
	mapping.TypeTimeNS: "TIME_NS", mapping.TypeGeometry: "GEOMETRY",
}
