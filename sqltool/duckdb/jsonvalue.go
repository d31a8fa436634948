package duckdb

import (
	"encoding/base64"
	"math"
	"math/big"
	"math/bits"
	"strconv"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// mostExact is the largest whole number that every reader of JSON keeps: beyond it, many round to a float64.
const mostExact = 1<<53 - 1

// append appends the value of a row as JSON. A value that would end behind most is not begun, or is cut by the caller.
func (k *kind) append(dst []byte, row, most int) ([]byte, error) {
	if k.null(row) {
		return append(dst, "null"...), nil
	}
	switch k.typ {
	case mapping.TypeBoolean:
		return strconv.AppendBool(dst, at[bool](k, row)), nil
	case mapping.TypeTinyInt:
		return strconv.AppendInt(dst, int64(at[int8](k, row)), 10), nil
	case mapping.TypeSmallInt:
		return strconv.AppendInt(dst, int64(at[int16](k, row)), 10), nil
	case mapping.TypeInteger:
		return strconv.AppendInt(dst, int64(at[int32](k, row)), 10), nil
	case mapping.TypeUTinyInt:
		return strconv.AppendUint(dst, uint64(at[uint8](k, row)), 10), nil
	case mapping.TypeUSmallInt:
		return strconv.AppendUint(dst, uint64(at[uint16](k, row)), 10), nil
	case mapping.TypeUInteger:
		return strconv.AppendUint(dst, uint64(at[uint32](k, row)), 10), nil
	case mapping.TypeBigInt:
		v := at[int64](k, row)
		if v > mostExact || v < -mostExact {
			return append(strconv.AppendInt(append(dst, '"'), v, 10), '"'), nil
		}
		return strconv.AppendInt(dst, v, 10), nil
	case mapping.TypeUBigInt:
		v := at[uint64](k, row)
		if v > mostExact {
			return append(strconv.AppendUint(append(dst, '"'), v, 10), '"'), nil
		}
		return strconv.AppendUint(dst, v, 10), nil
	case mapping.TypeHugeInt, mapping.TypeUHugeInt:
		return appendHuge(dst, at[wide](k, row), k.typ == mapping.TypeHugeInt), nil
	case mapping.TypeBigNum:
		return appendWhole(dst, bigNum(k.text(row))), nil
	case mapping.TypeFloat:
		return appendFloat(dst, float64(at[float32](k, row)), 32), nil
	case mapping.TypeDouble:
		return appendFloat(dst, at[float64](k, row), 64), nil
	case mapping.TypeDecimal:
		return append(appendDecimal(append(dst, '"'), k, row), '"'), nil
	case mapping.TypeVarchar, mapping.TypeBlob, mapping.TypeGeometry, mapping.TypeBit:
		return k.appendBytes(dst, row, most)
	case mapping.TypeEnum:
		return appendString(dst, []byte(k.enum[k.ordinal(row)])), nil
	case mapping.TypeUUID:
		return append(appendUUID(append(dst, '"'), at[wide](k, row)), '"'), nil
	case mapping.TypeSQLNull:
		return append(dst, "null"...), nil
	case mapping.TypeList, mapping.TypeArray, mapping.TypeMap, mapping.TypeStruct, mapping.TypeUnion:
		return k.appendNested(dst, row, most)
	default:
		return append(k.appendTime(append(dst, '"'), row), '"'), nil
	}
}

// deepestJSON is how many levels a value of type JSON may have to be written as it is: some readers of JSON end at 64, and the result around
// it has some.
const deepestJSON = 50

// appendBytes appends what is stored as a text.
func (k *kind) appendBytes(dst []byte, row, most int) ([]byte, error) {
	text := k.text(row)
	if len(dst)+len(text) > most { // JSON is never shorter
		return dst, errTooLong
	}
	switch {
	case k.typ == mapping.TypeBit:
		return append(appendBit(append(dst, '"'), text), '"'), nil
	case k.typ != mapping.TypeVarchar:
		return append(base64.StdEncoding.AppendEncode(append(dst, '"'), text), '"'), nil
	case k.json && strictjson.Alike(text, deepestJSON): // what only some readers read is a text
		return append(dst, text...), nil
	}
	return appendString(dst, text), nil
}

// ordinal is the number of an enumeration's word.
func (k *kind) ordinal(row int) int {
	switch k.storage {
	case mapping.TypeUTinyInt:
		return int(at[uint8](k, row))
	case mapping.TypeUSmallInt:
		return int(at[uint16](k, row))
	default:
		return int(at[uint32](k, row))
	}
}

// entry is where the elements of a list stand.
type entry struct{ offset, length uint64 }

// appendNested appends a value that holds values.
func (k *kind) appendNested(dst []byte, row, most int) (_ []byte, err error) {
	switch k.typ {
	case mapping.TypeStruct:
		return k.appendStruct(dst, row, most)
	case mapping.TypeUnion:
		member := int(at[uint8](k, row))
		dst = append(append(dst, '{'), k.names[member]...)
		if dst, err = k.kids[member].append(dst, row, most); err != nil {
			return dst, err
		}
		return append(dst, '}'), nil
	case mapping.TypeMap:
		return k.appendMap(dst, at[entry](k, row), most)
	default:
	}
	list := entry{uint64(row) * uint64(k.size), uint64(k.size)} //nolint:gosec // both are small and not negative
	if k.typ == mapping.TypeList {
		list = at[entry](k, row)
	}
	dst = append(dst, '[')
	for i := range list.length {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = k.kids[0].append(dst, int(list.offset+i), most); err != nil { //nolint:gosec // within the engine's memory
			return dst, err
		}
		if len(dst) > most {
			return dst, errTooLong
		}
	}
	return append(dst, ']'), nil
}

func (k *kind) appendStruct(dst []byte, row, most int) (_ []byte, err error) {
	first, last := byte('{'), byte('}')
	if k.row {
		first, last = '[', ']'
	}
	dst = append(dst, first)
	for i, kid := range k.kids {
		if i > 0 {
			dst = append(dst, ',')
		}
		if !k.row {
			dst = append(dst, k.names[i]...)
		}
		if dst, err = kid.append(dst, row, most); err != nil {
			return dst, err
		}
	}
	return append(dst, last), nil
}

// appendMap appends a map: an object if its keys are texts, else a list of pairs.
func (k *kind) appendMap(dst []byte, m entry, most int) (_ []byte, err error) {
	first, last := byte('{'), byte('}')
	if !k.named {
		first, last = '[', ']'
	}
	dst = append(dst, first)
	for i := range m.length {
		if i > 0 {
			dst = append(dst, ',')
		}
		if !k.named {
			dst = append(dst, '[')
		}
		row := int(m.offset + i) //nolint:gosec // within the engine's memory
		if dst, err = k.kids[0].append(dst, row, most); err != nil {
			return dst, err
		}
		if k.named {
			dst = append(dst, ':')
		} else {
			dst = append(dst, ',')
		}
		if dst, err = k.kids[1].append(dst, row, most); err != nil {
			return dst, err
		}
		if !k.named {
			dst = append(dst, ']')
		}
		if len(dst) > most {
			return dst, errTooLong
		}
	}
	return append(dst, last), nil
}

// wide is a number of 128 bits as the engine stores it.
type wide struct{ low, high uint64 }

// whole is its value, read with a sign or without.
func (w wide) whole(signed bool) *big.Int {
	negative := signed && int64(w.high) < 0 //nolint:gosec // the sign bit is what is asked for
	if negative {
		low, borrow := bits.Sub64(0, w.low, 0)
		high, _ := bits.Sub64(0, w.high, borrow)
		w = wide{low, high}
	}
	v := new(big.Int).Lsh(new(big.Int).SetUint64(w.high), 64)
	v.Or(v, new(big.Int).SetUint64(w.low))
	if negative {
		v.Neg(v)
	}
	return v
}

func appendHuge(dst []byte, w wide, signed bool) []byte {
	if w.high == 0 && w.low <= mostExact {
		return strconv.AppendUint(dst, w.low, 10)
	}
	return appendWhole(dst, w.whole(signed))
}

// appendWhole appends a whole number, as a text if readers would round it.
func appendWhole(dst []byte, v *big.Int) []byte {
	if v.IsInt64() && v.Int64() <= mostExact && v.Int64() >= -mostExact {
		return strconv.AppendInt(dst, v.Int64(), 10)
	}
	return append(v.Append(append(dst, '"'), 10), '"')
}

// bigNum reads a whole number of any size: three bytes of length, the first bit of which is the sign, and its bytes, turned round if negative.
func bigNum(text []byte) *big.Int {
	const header = 3
	if len(text) <= header {
		return new(big.Int)
	}
	if text[0]&0x80 != 0 {
		return new(big.Int).SetBytes(text[header:])
	}
	turned := make([]byte, len(text)-header)
	for i, b := range text[header:] {
		turned[i] = ^b
	}
	v := new(big.Int).SetBytes(turned)
	return v.Neg(v)
}

// appendFloat appends the shortest number that reads back as v; what JSON has no number for is a text.
func appendFloat(dst []byte, v float64, size int) []byte {
	switch {
	case math.IsNaN(v):
		return append(dst, `"NaN"`...)
	case math.IsInf(v, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(v, -1):
		return append(dst, `"-Infinity"`...)
	}
	format := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, v, format, -1, size)
}

// appendDecimal appends a decimal with all its digits.
func appendDecimal(dst []byte, k *kind, row int) []byte {
	start := len(dst)
	switch k.storage {
	case mapping.TypeSmallInt:
		dst = strconv.AppendInt(dst, int64(at[int16](k, row)), 10)
	case mapping.TypeInteger:
		dst = strconv.AppendInt(dst, int64(at[int32](k, row)), 10)
	case mapping.TypeBigInt:
		dst = strconv.AppendInt(dst, at[int64](k, row), 10)
	default:
		if w := at[wide](k, row); w.high == 0 {
			dst = strconv.AppendUint(dst, w.low, 10)
		} else {
			dst = w.whole(true).Append(dst, 10)
		}
	}
	if k.scale == 0 {
		return dst
	}
	if dst[start] == '-' {
		start++
	}
	// There must be a digit before the point.
	for len(dst)-start <= k.scale {
		dst = append(dst, 0)
		copy(dst[start+1:], dst[start:])
		dst[start] = '0'
	}
	point := len(dst) - k.scale
	dst = append(dst, 0)
	copy(dst[point+1:], dst[point:])
	dst[point] = '.'
	return dst
}
