package forward

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOCSFFieldsStandInOrder: else every event would be written twice, at six times the cost.
func TestOCSFFieldsStandInOrder(t *testing.T) {
	t.Parallel()
	var look func(of reflect.Type)
	look = func(of reflect.Type) {
		switch of.Kind() {
		case reflect.Pointer, reflect.Slice:
			look(of.Elem())
		case reflect.Struct:
			last := ""
			for field := range of.Fields() {
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				require.Less(t, last, name, "%s.%s", of.Name(), field.Name)
				last = name
				look(field.Type)
			}
		default:
		}
	}
	look(reflect.TypeFor[ocsfEvent]())
}
