package duckdb

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"time"
	"unicode/utf8"

	"github.com/duckdb/duckdb-go/v2"
)

// goType is a Go type as SQL sees it.
type goType struct {
	info     duckdb.TypeInfo
	nullable bool
	err      error
}

// valueType is the type of a Go function's argument or result.
func valueType[T any]() goType {
	return goTypeOf(reflect.TypeFor[T]())
}

func goTypeOf(t reflect.Type) goType {
	if t.Kind() == reflect.Pointer {
		inner := goTypeOf(t.Elem())
		inner.nullable = true
		return inner
	}
	if t == reflect.TypeFor[time.Time]() {
		return plainType(duckdb.TYPE_TIMESTAMP_TZ)
	}
	switch t.Kind() {
	case reflect.Bool:
		return plainType(duckdb.TYPE_BOOLEAN)
	case reflect.Int8:
		return plainType(duckdb.TYPE_TINYINT)
	case reflect.Int16:
		return plainType(duckdb.TYPE_SMALLINT)
	case reflect.Int32:
		return plainType(duckdb.TYPE_INTEGER)
	case reflect.Int, reflect.Int64:
		return plainType(duckdb.TYPE_BIGINT)
	case reflect.Uint8:
		return plainType(duckdb.TYPE_UTINYINT)
	case reflect.Uint16:
		return plainType(duckdb.TYPE_USMALLINT)
	case reflect.Uint32:
		return plainType(duckdb.TYPE_UINTEGER)
	case reflect.Uint, reflect.Uint64:
		return plainType(duckdb.TYPE_UBIGINT)
	case reflect.Float32:
		return plainType(duckdb.TYPE_FLOAT)
	case reflect.Float64:
		return plainType(duckdb.TYPE_DOUBLE)
	case reflect.String:
		return plainType(duckdb.TYPE_VARCHAR)
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return plainType(duckdb.TYPE_BLOB)
		}
		element := goTypeOf(t.Elem())
		if element.err != nil {
			return element
		}
		info, err := duckdb.NewListInfo(element.info)
		return goType{info: info, err: err}
	default:
		return goType{err: fmt.Errorf("SQL has no type for %s: use bool, numbers, string, []byte, time.Time, slices of these and pointers to them", t)}
	}
}

func plainType(t duckdb.Type) goType {
	info, err := duckdb.NewTypeInfo(t)
	return goType{info: info, err: err}
}

var errText = errors.New("a text is not UTF-8")

// out is a result as the driver takes it.
func (g goType) out(v any) (any, error) {
	switch v := v.(type) {
	case string:
		if !utf8.ValidString(v) {
			return nil, errText
		}
		return v, nil
	case bool, int64, float64, []byte, time.Time, int32:
		return v, nil
	}
	return plainValue(reflect.ValueOf(v))
}

// plainValue is a value without pointers and names.
func plainValue(v reflect.Value) (any, error) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil //nolint:nilnil // NULL
		}
		return plainValue(v.Elem())
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.String:
		if s := v.String(); utf8.ValidString(s) {
			return s, nil
		}
		return nil, errText
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Bytes(), nil
		}
		list := make([]any, v.Len())
		for i := range list {
			var err error
			if list[i], err = plainValue(v.Index(i)); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	switch {
	case v.CanInt():
		return v.Int(), nil
	case v.CanUint():
		return v.Uint(), nil
	case v.CanFloat():
		return v.Float(), nil
	}
	return v.Interface(), nil
}

// argument is an argument as its function takes it. The engine has cast it to the function's type.
func argument[T any](values []driver.Value, i int) (arg T) {
	if v, same := values[i].(T); same {
		return v
	}
	assign(reflect.ValueOf(&arg).Elem(), values[i])
	return arg
}

// assign sets a Go value from one of the driver's. NULL in a list of what cannot be NULL is the zero value.
func assign(to reflect.Value, v any) {
	if v == nil {
		return
	}
	switch {
	case to.Kind() == reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		assign(to.Elem(), v)
	case to.Kind() == reflect.Slice && to.Type().Elem().Kind() != reflect.Uint8:
		list, _ := v.([]any)
		to.Set(reflect.MakeSlice(to.Type(), len(list), len(list)))
		for i, element := range list {
			assign(to.Index(i), element)
		}
	default:
		to.Set(reflect.ValueOf(v).Convert(to.Type()))
	}
}
