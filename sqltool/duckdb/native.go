package duckdb

import (
	"errors"
	"reflect"

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
