package fields_test

import (
	"encoding/json"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/fields"
)

type readsItself struct{ A int }

func (*readsItself) UnmarshalJSON([]byte) error { return nil }

type writesText struct{ A int }

func (*writesText) MarshalText() ([]byte, error) { return []byte("text"), nil }

type (
	tree      []tree
	forest    map[string][]*forest
	endlessly *endlessly
	grove     [2]*[]grove
)

func TestKindOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ  reflect.Type
		want fields.Kind
	}{
		{reflect.TypeFor[string](), fields.Text},
		{reflect.TypeFor[Word](), fields.Text},
		{reflect.TypeFor[[]byte](), fields.Text},
		{reflect.TypeFor[[3]byte](), fields.List}, // only slices of bytes are base64
		{reflect.TypeFor[time.Time](), fields.Text},
		{reflect.TypeFor[**time.Time](), fields.Text},
		{reflect.TypeFor[netip.Addr](), fields.Text},
		{reflect.TypeFor[net.IP](), fields.Text},
		{reflect.TypeFor[writesText](), fields.Text},
		{reflect.TypeFor[int8](), fields.Integer},
		{reflect.TypeFor[uintptr](), fields.Integer},
		{reflect.TypeFor[time.Duration](), fields.Integer},
		{reflect.TypeFor[float32](), fields.Number},
		{reflect.TypeFor[json.Number](), fields.Number},
		{reflect.TypeFor[*bool](), fields.Boolean},
		{reflect.TypeFor[url.URL](), fields.Object}, // encoding/json does not ask for its MarshalBinary
		{reflect.TypeFor[Exported](), fields.Object},
		{reflect.TypeFor[[]Exported](), fields.List},
		{reflect.TypeFor[[2]*int](), fields.List},
		{reflect.TypeFor[map[string]int](), fields.Map},
		{reflect.TypeFor[any](), fields.Any},
		{reflect.TypeFor[error](), fields.Any},
		{reflect.TypeFor[json.RawMessage](), fields.Any},
		{reflect.TypeFor[marshalsA](), fields.Any},
		{reflect.TypeFor[readsItself](), fields.Any},
		{reflect.TypeFor[chan int](), fields.Any},
		{reflect.TypeFor[tree](), fields.Any},
		{reflect.TypeFor[forest](), fields.Any},
		{reflect.TypeFor[grove](), fields.Any},
		{reflect.TypeFor[endlessly](), fields.Any},
		{reflect.TypeFor[[]tree](), fields.List},
	} {
		require.Equal(t, c.want, fields.KindOf(c.typ), c.typ)
	}
	require.Equal(t, "array", fields.List.String())
	require.Equal(t, "object (map)", fields.Map.String())
}
