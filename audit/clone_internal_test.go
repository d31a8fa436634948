package audit

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whatever a record points to is another thing in its clone: who adds a field hears of it here.
func TestCloneSharesNothing(t *testing.T) {
	t.Parallel()
	var r Record
	var fill func(v reflect.Value)
	fill = func(v reflect.Value) {
		switch {
		case v.Type() == reflect.TypeFor[time.Time]():
		case v.Kind() == reflect.Struct:
			for _, field := range v.Fields() {
				fill(field)
			}
		case v.Kind() == reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		case v.Kind() == reflect.Pointer || v.Kind() == reflect.Map:
			t.Fatalf("clone knows nothing of %s", v.Type())
		}
	}
	fill(reflect.ValueOf(&r).Elem())
	c := r.clone()
	require.Equal(t, r, c)
	var apart func(path string, a, b reflect.Value)
	apart = func(path string, a, b reflect.Value) {
		switch {
		case a.Type() == reflect.TypeFor[time.Time]():
		case a.Kind() == reflect.Struct:
			for i := range a.NumField() {
				apart(path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
			}
		case a.Kind() == reflect.Slice:
			require.NotEqual(t, a.Pointer(), b.Pointer(), path)
		}
	}
	apart("Record", reflect.ValueOf(r), reflect.ValueOf(c))
}
