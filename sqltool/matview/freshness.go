package matview

import (
	"context"
	"fmt"
	"reflect"
	"time"
)

// Freshness is embedded in the input of a tool that lets its callers ask for younger data than [Reading.MaxAge] promises:
//
//	type spentIn struct {
//		Customer string `json:"customer"`
//		matview.Freshness
//	}
type Freshness struct {
	// MaxAgeSeconds is how old the data may be; nil leaves that to the tool. It never allows older data than the tool does.
	MaxAgeSeconds *int64 `json:"max_age_seconds,omitempty" sql:"-" jsonschema:"minimum=0" jsonschema_description:"How old the data may be, in seconds; 0 asks for it as it is now. Leave it out unless you need fresher data than usual: it makes the call slower."`
}

func (f *Freshness) asked() (time.Duration, bool) {
	if f == nil || f.MaxAgeSeconds == nil {
		return 0, false
	}
	return time.Duration(min(max(*f.MaxAgeSeconds, 0), int64(longestAge/time.Second))) * time.Second, true
}

// longestAge keeps seconds from overflowing a duration.
const longestAge = 100 * 365 * 24 * time.Hour

// oldest is how old an answer to in may be: what the tool allows, or less, if the caller asks for less.
func oldest(maxAge time.Duration, in any) time.Duration {
	if caller, ok := in.(interface{ asked() (time.Duration, bool) }); ok {
		if asked, ok := caller.asked(); ok {
			return min(maxAge, asked)
		}
	}
	return maxAge
}

// heard refuses an input in which a wish for fresher data would stand where nobody looks for it.
func heard(in reflect.Type) error {
	for in.Kind() == reflect.Pointer {
		in = in.Elem()
	}
	if in.Kind() != reflect.Struct {
		return nil
	}
	for field := range in.Fields() {
		typ := field.Type
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		switch {
		case field.Anonymous && typ != reflect.TypeFor[Freshness]():
			if err := heard(typ); err != nil {
				return err
			}
		case !field.Anonymous && typ == reflect.TypeFor[Freshness]():
			return fmt.Errorf("the field %s of %s would be ignored: embed matview.Freshness, without a name", field.Name, in)
		}
	}
	return nil
}

// freshen sees to it that what v shows is as things stood at since, or later: what is beneath first, and no more than is needed.
func (v *View) freshen(ctx context.Context, since time.Time) error {
	for _, below := range v.below {
		if below.asOf().Before(since) {
			if err := below.freshen(ctx, since); err != nil {
				return err
			}
		}
	}
	if v.definition.Kind == Virtual || !v.asOf().Before(since) {
		return nil
	}
	return v.refresh(ctx, want{since: since})
}

// asOfKey is where a context holds how old what is read is known to be, at most.
type asOfKey struct{}

func withAsOf(ctx context.Context, asOf time.Time) context.Context {
	return context.WithValue(ctx, asOfKey{}, asOf)
}

func asOfFrom(ctx context.Context) (time.Time, error) {
	asOf, ok := ctx.Value(asOfKey{}).(time.Time)
	if !ok {
		return time.Time{}, ErrNeverBuilt
	}
	return asOf, nil
}
