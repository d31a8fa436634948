package duckdb

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// listValue is a list argument: its values as bind returns them, all of one type or NULL. (The driver panics on NULL in a list, and on numbers that
// are not of the very size of the column's.)
type listValue struct {
	values  []any
	element func() mapping.LogicalType
}

// bindList makes a list of a slice or array.
func bindList(v reflect.Value) (any, error) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		if v.Kind() == reflect.Slice {
			return v.Bytes(), nil
		}
		whole := make([]byte, v.Len())
		reflect.Copy(reflect.ValueOf(whole), v)
		return whole, nil
	}
	l := listValue{values: make([]any, v.Len())}
	of := -1 // the first element that is not NULL
	for i := range l.values {
		element, err := bind(v.Index(i).Interface())
		if err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
		if l.values[i] = element; element == nil {
			continue
		}
		if of < 0 {
			of = i
		}
		if reflect.TypeOf(element) != reflect.TypeOf(l.values[of]) {
			return nil, fmt.Errorf("element %d is a %T, but element %d a %T: a list is of one type", i, element, of, l.values[of])
		}
	}
	var first any
	if of >= 0 {
		first = l.values[of]
	}
	var err error
	l.element, err = elementType(first, l.values)
	return l, err
}

var errElement = errors.New("a list cannot hold such values: bind texts and cast them, such as $ids::UUID[]")

// elementType is the type of a list's elements, of which first is one.
func elementType(first any, all []any) (func() mapping.LogicalType, error) {
	plain := func(t mapping.Type) (func() mapping.LogicalType, error) {
		return func() mapping.LogicalType { return mapping.CreateLogicalType(t) }, nil
	}
	switch first.(type) {
	case nil:
		return plain(mapping.TypeSQLNull)
	case bool:
		return plain(mapping.TypeBoolean)
	case int64:
		return plain(mapping.TypeBigInt)
	case uint64:
		return plain(mapping.TypeUBigInt)
	case float64:
		return plain(mapping.TypeDouble)
	case string:
		return plain(mapping.TypeVarchar)
	case []byte:
		return plain(mapping.TypeBlob)
	case time.Time:
		return plain(mapping.TypeTimestampTZ)
	case duckdb.Interval:
		return plain(mapping.TypeInterval)
	case huge:
		return plain(mapping.TypeHugeInt)
	case decimal:
		var scale uint8
		for _, v := range all {
			if d, is := v.(decimal); is {
				scale = max(scale, d.scale)
			}
		}
		return func() mapping.LogicalType { return mapping.CreateDecimalType(mostDigits, scale) }, nil
	case listValue:
		// The first list that is not empty tells; the engine casts the others.
		var inner listValue
		for _, v := range all {
			if l, is := v.(listValue); is && (inner.element == nil || len(inner.values) == 0) {
				inner = l
			}
		}
		return func() mapping.LogicalType {
			t := inner.element()
			defer mapping.DestroyLogicalType(&t)
			return mapping.CreateListType(t)
		}, nil
	default:
		return nil, errElement
	}
}

func (l listValue) bindTo(s mapping.PreparedStatement, index mapping.IdxT) mapping.State {
	v := engineValue(l)
	defer mapping.DestroyValue(&v)
	return mapping.BindValue(s, index, v)
}

// engineValue makes the engine's value of one that bind returned. It must be destroyed.
func engineValue(v any) mapping.Value {
	switch v := v.(type) {
	case bool:
		return mapping.CreateBool(v)
	case int64:
		return mapping.CreateInt64(v)
	case uint64:
		return mapping.CreateUInt64(v)
	case float64:
		return mapping.CreateDouble(v)
	case string:
		return mapping.CreateVarcharLength(v, mapping.IdxT(len(v)))
	case []byte:
		return mapping.CreateBlob(v)
	case time.Time:
		return mapping.CreateTimestampTZ(mapping.NewTimestamp(v.UnixMicro()))
	case duckdb.Interval:
		return mapping.CreateInterval(mapping.NewInterval(v.Months, v.Days, v.Micros))
	case huge:
		low, high := halves(v.Int)
		if v.Sign() > 0 && v.BitLen() == 128 {
			return mapping.CreateUHugeInt(mapping.NewUHugeInt(low, high))
		}
		return mapping.CreateHugeInt(mapping.NewHugeInt(low, int64(high))) //nolint:gosec // the sign stands in the first bit
	case decimal:
		low, high := halves(v.digits)
		return mapping.CreateDecimal(mapping.NewDecimal(mostDigits, v.scale, mapping.NewHugeInt(low, int64(high)))) //nolint:gosec // as above
	case listValue:
		values := make([]mapping.Value, len(v.values))
		for i, element := range v.values {
			values[i] = engineValue(element)
			defer mapping.DestroyValue(&values[i]) //nolint:revive // all of them live until the list is made
		}
		t := v.element()
		defer mapping.DestroyLogicalType(&t)
		return mapping.CreateListValue(t, values)
	default:
		return mapping.CreateNullValue()
	}
}

// fits says whether a number has at most 128 bits.
func fits(v *big.Int) bool {
	return v.BitLen() < 128 || v.BitLen() == 128 && v.Sign() > 0
}
