package schema_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net"
	"reflect"
	"strings"
	"time"
)

type color int

func (c color) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "#%06x", int(c)), nil }

type labels []string

type EmbeddedPointer struct {
	Far string `json:"far"`
}

// shapes holds every shape a Go type can have, without keywords.
type shapes struct {
	*EmbeddedPointer
	Text   string                 `json:"text"`
	Bytes  []byte                 `json:"bytes"`
	Array  [2]int8                `json:"array"`
	Raw4   [4]byte                `json:"raw4"`
	Ints   []int                  `json:"ints"`
	Named  labels                 `json:"named"`
	Ptrs   []*string              `json:"ptrs"`
	PPtr   **int                  `json:"pptr,omitempty"`
	Ptr    *address2              `json:"ptr"`
	OPtr   *address2              `json:"optr,omitempty"`
	OList  []address2             `json:"olist,omitempty"`
	Maps   map[string]*address2   `json:"maps"`
	IntMap map[int16][]uint16     `json:"intmap"`
	TxtMap map[color]bool         `json:"txtmap"`
	Color  color                  `json:"color"`
	IP     net.IP                 `json:"ip"`
	Time   time.Time              `json:"time"`
	OTime  time.Time              `json:"otime,omitzero"`
	Dur    time.Duration          `json:"dur"`
	Any    any                    `json:"any"`
	Raw    json.RawMessage        `json:"raw"`
	Num    json.Number            `json:"num"`
	U8     uint8                  `json:"u8"`
	U64    uint64                 `json:"u64"`
	I32    int32                  `json:"i32"`
	F32    float32                `json:"f32"`
	Quoted *int                   `json:"quoted,string"`
	QBool  bool                   `json:"qbool,string"`
	Kids   []shapes               `json:"kids"`
	Gen    page[map[string]color] `json:"gen"`
	Anon   struct {
		A *bool `json:"a"`
	} `json:"anon"`
	Untagged string
	Mapped   *map[string]int `json:"mapped"`
	Big      *big.Int        `json:"big"`
}

type address2 struct {
	Street *string `json:"street"`
	Zip    uint16  `json:"zip,omitempty"`
}

// randomize fills v with random values; nils are frequent.
func randomize(r *rand.Rand, v reflect.Value, depth int) {
	switch v.Type() {
	case reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(r.Int64N(4e9), r.Int64N(1e9)).UTC()))
		return
	case reflect.TypeFor[json.RawMessage]():
		v.Set(reflect.ValueOf(json.RawMessage([]string{"", `{"a":[1,null]}`, `"x"`, "null"}[r.IntN(4)])))
		if v.Len() == 0 {
			v.SetZero()
		}
		return
	case reflect.TypeFor[json.Number]():
		v.SetString([]string{"", "0", "-1.5e3", "9007199254740993"}[r.IntN(4)])
		return
	case reflect.TypeFor[net.IP]():
		v.Set(reflect.ValueOf([]net.IP{nil, net.IPv4(1, 2, 3, 4), net.IPv6loopback}[r.IntN(3)]))
		return
	case reflect.TypeFor[big.Int]():
		v.Set(reflect.ValueOf(*new(big.Int).Exp(big.NewInt(int64(r.IntN(9))), big.NewInt(90), nil)))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if depth > 0 && r.IntN(2) == 0 {
			v.Set(reflect.New(v.Type().Elem()))
			randomize(r, v.Elem(), depth-1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				randomize(r, v.Field(i), depth)
			}
		}
	case reflect.Slice:
		if depth > 0 && r.IntN(3) > 0 {
			v.Set(reflect.MakeSlice(v.Type(), r.IntN(3), 3))
		}
		for i := range v.Len() {
			randomize(r, v.Index(i), depth-1)
		}
	case reflect.Array:
		for i := range v.Len() {
			randomize(r, v.Index(i), depth)
		}
	case reflect.Map:
		if depth == 0 || r.IntN(3) == 0 {
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		for range r.IntN(3) {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			randomize(r, key, depth-1)
			randomize(r, value, depth-1)
			v.SetMapIndex(key, value)
		}
	case reflect.Interface:
		values := []any{nil, 1, "x", []int(nil), map[string]any{"A": 1, "a": nil}, address2{}, json.Number("5")}
		if chosen := values[r.IntN(len(values))]; chosen != nil {
			v.Set(reflect.ValueOf(chosen))
		}
	case reflect.String:
		v.SetString([]string{"", "a", "ä\u2028<", "bad\xff", strings.Repeat("x", 70)}[r.IntN(5)])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(r.NormFloat64() * 1e6)
	default:
		if v.CanInt() {
			v.SetInt(int64(r.Uint64()))
		} else {
			v.SetUint(r.Uint64())
		}
	}
}
