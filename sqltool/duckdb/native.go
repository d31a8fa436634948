package duckdb

import (
	"database/sql/driver"
	"errors"
	"reflect"
	"sync"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// errDriver is the error of a driver that is built differently from the one that go.mod names.
var errDriver = errors.New("the driver is built differently from the version that was tested: use github.com/duckdb/duckdb-go/v2 as this module's go.mod names it")

// handleOf returns the engine's connection behind the driver's. The driver keeps it to itself, but only with it can a statement be
// interrupted at once (the driver waits up to half a second) and a result be read in columns.
func handleOf(c *duckdb.Conn) (mapping.Connection, error) {
	field := reflect.ValueOf(c).Elem().FieldByName("conn")
	if !field.IsValid() || field.Type() != reflect.TypeFor[mapping.Connection]() {
		return mapping.Connection{}, errDriver
	}
	return mapping.Connection{Ptr: field.FieldByName("Ptr").UnsafePointer()}, nil
}

// preparedOf returns the engine's prepared statement behind the driver's.
func preparedOf(s *duckdb.Stmt) (mapping.PreparedStatement, error) {
	field := reflect.ValueOf(s).Elem().FieldByName("preparedStmt")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*mapping.PreparedStatement]() || field.IsNil() {
		return mapping.PreparedStatement{}, errDriver
	}
	return mapping.PreparedStatement{Ptr: field.Elem().FieldByName("Ptr").UnsafePointer()}, nil
}

// contextsOf returns where the driver keeps the context of each connection for Go functions, and the connection's number there. The driver
// keeps the context of a statement's first run for all later ones; see [conn.call] for what is kept instead.
func contextsOf(c *duckdb.Conn) (*sync.Map, uint64, error) {
	value := reflect.ValueOf(c).Elem()
	id, store := value.FieldByName("id"), value.FieldByName("ctxStore")
	if !id.IsValid() || id.Kind() != reflect.Uint64 || !store.IsValid() || store.Kind() != reflect.Pointer || store.IsNil() {
		return nil, 0, errDriver
	}
	contexts := store.Elem().FieldByName("m")
	if !contexts.IsValid() || contexts.Type() != reflect.TypeFor[sync.Map]() {
		return nil, 0, errDriver
	}
	return (*sync.Map)(unsafe.Pointer(contexts.UnsafeAddr())), id.Uint(), nil //nolint:gosec // its type was compared above
}

// projectionOf says which of a table function's columns a chunk takes: all, if the driver does not tell.
func projectionOf(chunk duckdb.DataChunk, columns int) []bool {
	wanted := make([]bool, columns)
	places := reflect.ValueOf(chunk).FieldByName("projection")
	known := places.IsValid() && places.Type() == reflect.TypeFor[[]int]() && places.Len() == columns
	for i := range wanted {
		wanted[i] = !known || places.Index(i).Int() >= 0
	}
	return wanted
}

// vectorOf returns where the driver's rows stand: the engine's memory of one column, and the row in it.
func vectorOf(rows driver.Rows, column int) (*kind, int, error) {
	value := reflect.ValueOf(rows)
	if value.Kind() != reflect.Pointer || value.Elem().Kind() != reflect.Struct {
		return nil, 0, errDriver
	}
	count, chunk := value.Elem().FieldByName("rowCount"), value.Elem().FieldByName("chunk")
	if !count.IsValid() || !chunk.IsValid() || chunk.Type() != reflect.TypeFor[duckdb.DataChunk]() || !count.CanInt() {
		return nil, 0, errDriver
	}
	columns := chunk.FieldByName("columns")
	if !columns.IsValid() || columns.Kind() != reflect.Slice || columns.Len() <= column {
		return nil, 0, errDriver
	}
	data, valid := columns.Index(column).FieldByName("dataPtr"), columns.Index(column).FieldByName("maskPtr")
	if !data.IsValid() || !valid.IsValid() || data.Kind() != reflect.UnsafePointer || valid.Kind() != reflect.UnsafePointer {
		return nil, 0, errDriver
	}
	return &kind{data: data.UnsafePointer(), valid: valid.UnsafePointer()}, int(count.Int()) - 1, nil
}
