package schema_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/schema"
)

var update = flag.Bool("update", false, "write the golden files")

type lookupIn struct {
	CustomerID string   `json:"customer_id" jsonschema:"pattern=^cust_[0-9]+$,description=Customer to look up,example=cust_42"`
	WithOrders bool     `json:"with_orders,omitempty" jsonschema:"default=false"`
	Limit      int      `json:"limit" jsonschema:"default=10,minimum=1,maximum=100"`
	Email      string   `json:"email,omitempty" jsonschema:"format=email" gov:"pii,mask=email"`
	Tags       []string `json:"tags,omitempty" jsonschema:"maxItems=5,uniqueItems=true,minLength=2,enum=gold,enum=lead"`
	Since      string   `json:"since,omitempty" jsonschema:"format=date-time"`
}

type address struct {
	Street string `json:"street"`
	City   string `json:"city" jsonschema:"minLength=2"`
}

type order struct {
	ID     string    `json:"id" jsonschema:"pattern=^o[0-9]{1\\,9}$"`
	Total  float64   `json:"total" gov:"unit=EUR,source=shop.orders.total,means=gross"`
	Placed time.Time `json:"placed"`
	Status string    `json:"status" jsonschema:"enum=open,enum=paid"`
}

type base struct {
	Tenant string    `json:"tenant"`
	Made   time.Time `json:"made,omitzero"`
}

type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

type customer struct {
	base
	Name     string             `json:"name" jsonschema:"maxLength=80"`
	Email    string             `json:"email" jsonschema:"format=email,description=Where to write" gov:"pii,mask=email"`
	Credit   int                `json:"credit_score" jsonschema:"minimum=300,maximum=850" gov:"sensitive"`
	Home     address            `json:"home" gov:"pii"`
	Work     *address           `json:"work"`
	Orders   []order            `json:"orders,omitempty" jsonschema:"description=Newest first"`
	Scores   map[string]uint8   `json:"scores"`
	ByYear   map[int]order      `json:"by_year"`
	Extra    any                `json:"extra"`
	Raw      json.RawMessage    `json:"raw,omitempty"`
	Wait     time.Duration      `json:"wait"`
	Photo    []byte             `json:"photo"`
	Pages    page[order]        `json:"pages"`
	Loose    map[string]any     `json:"loose"`
	Maybe    []*int             `json:"maybe"`
	Quoted   int                `json:"quoted,string"`
	Hidden   string             `json:"-"`
	Triple   [3]bool            `json:"triple"`
	Nested   map[string][]order `json:"nested"`
	Optional *time.Time         `json:"optional,omitempty"`
}

// node is recursive, through a list, a map and a pointer.
type node struct {
	Name   string           `json:"name" jsonschema:"maxLength=5"`
	Secret string           `json:"secret" jsonschema:"pattern=^s"`
	Kids   []node           `json:"kids"`
	Named  map[string]*node `json:"named,omitempty"`
	Next   *node            `json:"next,omitempty"`
}

// shared uses one definition in a masked and in a plain place.
type shared struct {
	Billing  address   `json:"billing"`
	Shipping address   `json:"shipping"`
	Others   []address `json:"others"`
}

type withContent struct {
	Blocks []json.RawMessage `json:"content"`
	Answer string            `json:"answer" jsonschema:"minLength=1"`
}

func paths(t testing.TB, written ...string) [][]string {
	t.Helper()
	var all [][]string
	for _, w := range written {
		p, err := fields.ParsePath(w)
		require.NoError(t, err)
		all = append(all, p)
	}
	return all
}

// TestGolden keeps what clients are shown: a change of these files is a change of every server's contract.
func TestGolden(t *testing.T) {
	t.Parallel()
	in := func(typ reflect.Type) func() (json.RawMessage, error) {
		return func() (json.RawMessage, error) {
			s, err := schema.NewInput(typ)
			if err != nil {
				return nil, err
			}
			return s.JSON(), nil
		}
	}
	out := func(typ reflect.Type, exclude []string, edits ...string) func() (json.RawMessage, error) {
		return func() (json.RawMessage, error) {
			s, err := schema.NewOutput(typ, paths(t, edits...), exclude)
			if err != nil {
				return nil, err
			}
			return s.JSON(), nil
		}
	}
	for name, schemaOf := range map[string]func() (json.RawMessage, error){
		"input_plain":          in(reflect.TypeFor[lookupIn]()),
		"input_everything":     in(reflect.TypeFor[customer]()),
		"input_recursive":      in(reflect.TypeFor[node]()),
		"input_generic":        in(reflect.TypeFor[page[page[address]]]()),
		"output_everything":    out(reflect.TypeFor[customer](), nil),
		"output_edited":        out(reflect.TypeFor[customer](), nil, "orders.total", "nested.*.id", "scores.math", "work", "pages", "quoted"),
		"output_recursive":     out(reflect.TypeFor[node](), nil, "**.secret"),
		"output_recursive_top": out(reflect.TypeFor[node](), nil, "secret", "kids.name"),
		"output_shared":        out(reflect.TypeFor[shared](), nil, "billing.city", "others.street"),
		"output_content":       out(reflect.TypeFor[withContent](), []string{"content"}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := schemaOf()
			require.NoError(t, err)
			var indented bytes.Buffer
			require.NoError(t, json.Indent(&indented, got, "", "  "))
			indented.WriteByte('\n')
			file := filepath.Join("testdata", name+".json")
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(file, indented.Bytes(), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), indented.String())
		})
	}
}
