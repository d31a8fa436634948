package mcpgov

import (
	"context"
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/internal/schema"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// validator is what an In may be besides a struct.
type validator interface {
	Validate(ctx context.Context) error
}

// parser reads arguments once: into the struct over its defaults, and against the schema on the same bytes. A type
// that brings an UnmarshalJSON or UnmarshalText of its own is foreign code like any other, and bounded like it.
func parser(input *schema.Input, in reflect.Type, limits Limits) func(*Server, *call) (any, error) {
	bounds := strictjson.Limits{Bytes: limits.ArgumentBytes, Depth: limits.ArgumentDepth}
	if !reaches(in, unmarshalsItself) {
		return func(_ *Server, c *call) (any, error) { return parsed(input.Decode(c.raw.arguments, bounds)) }
	}
	return func(s *Server, c *call) (any, error) {
		return held(c.ctx, s, c, limits.Tool, func(context.Context) (any, error) {
			return parsed(input.Decode(c.raw.arguments, bounds))
		})
	}
}

func parsed(in any, err error) (any, error) {
	if err != nil {
		return nil, &Error{Code: InvalidInput, Message: err.Error()}
	}
	return in, nil
}

// unmarshalsItself reports whether reading a t runs code of somebody else.
func unmarshalsItself(t reflect.Type) bool {
	if strings.HasPrefix(t.PkgPath(), "encoding/") || t == reflect.TypeFor[time.Time]() {
		return false
	}
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Unmarshaler]()) || p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// validation runs the Validate method of an In that has one, for as long as a handler may run.
func validation(in reflect.Type, limit time.Duration) func(*Server, *call, any) error {
	if !reflect.PointerTo(in).Implements(reflect.TypeFor[validator]()) {
		return func(*Server, *call, any) error { return nil }
	}
	return func(s *Server, c *call, in any) error {
		_, err := held(c.ctx, s, c, limit, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, in.(validator).Validate(ctx) //nolint:forcetypeassert // checked by type above
		})
		if err == nil {
			return nil
		}
		if code, stopped := interrupted(err); stopped {
			return refuse(code, err)
		}
		if e, ok := errors.AsType[*Error](err); ok {
			return &Error{Code: InvalidInput, Message: e.message(), cause: e.cause}
		}
		return &Error{Code: InvalidInput, Message: err.Error()}
	}
}
