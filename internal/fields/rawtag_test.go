package fields_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// tagged is a struct with one field and this tag; not written as a type, because go vet finds most of these too.
func tagged(tag string) reflect.Type {
	return reflect.StructOf([]reflect.StructField{{Name: "Phone", Type: reflect.TypeFor[string](), Tag: reflect.StructTag(tag)}})
}

// TestLostTags: whatever reflect would pass over without a word is said.
func TestLostTags(t *testing.T) {
	t.Parallel()
	const write = `: write key:"value" pairs separated by one space`
	for tag, want := range map[string]string{
		`gov: "pii"`:                          "struct tag is malformed" + write,
		`gov:pii`:                             "struct tag is malformed" + write,
		`pii`:                                 "struct tag is malformed" + write,
		`"pii"`:                               "struct tag is malformed" + write,
		`gov:"pii`:                            "struct tag is malformed" + write,
		`gov:"\q"`:                            "struct tag is malformed" + write,
		`json:"phone" gov: "pii"`:             `struct tag is malformed after json:"phone"` + write,
		`json:"phone", gov:"pii"`:             `struct tag is malformed after json:"phone"` + write,
		`json:"phone",gov:"pii"`:              `struct tag is malformed after json:"phone"` + write,
		`json:"phone"gov:"pii"`:               `struct tag is malformed after json:"phone"` + write,
		"json:\"phone\"\tgov:\"pii\"":         `struct tag is malformed after json:"phone"` + write,
		`json:"phone" gvo:"pii"`:              `struct tag "gvo" (did you mean "gov"?): nothing reads it`,
		`json:"phone" Gov:"pii"`:              `struct tag "Gov" (did you mean "gov"?): nothing reads it`,
		`jason:"phone"`:                       `struct tag "jason" (did you mean "json"?): nothing reads it`,
		`jsonSchema:"minLength=1"`:            `struct tag "jsonSchema" (did you mean "jsonschema"?): nothing reads it`,
		`jsonschema_extra:"x-a=1"`:            `struct tag "jsonschema_extra" (did you mean "jsonschema_extras"?): nothing reads it`,
		`gov:"unit=EUR" gov:"pii"`:            `struct tag holds "gov" twice and only the first is read: write one`,
		`json:"phone" gvo:"pii" gov: "phone"`: "struct tag \"gvo\" (did you mean \"gov\"?): nothing reads it\nstruct tag is malformed after gvo:\"pii\"" + write,
	} {
		_, err := fields.Of(tagged(tag))
		require.Error(t, err, tag)
		place := tagged(tag).String() + ".Phone: "
		require.Equal(t, place+strings.ReplaceAll(want, "\n", "\n"+place), err.Error(), tag)
	}
}

// TestTagsOfOthers: keys that other libraries read are no slips, and spaces may be more than one.
func TestTagsOfOthers(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{
		"", "  ", `json:"phone"  gov:"pii" `, `json:"a:\"b\" c"`, `bson:"phone" gorm:"column:p"`, `yaml:"p" toml:"p" xml:"p" form:"p" csv:"p" db:"p"`,
		`env:"P" validate:"required" binding:"required" mapstructure:"p" query:"p" uri:"p" url:"p" header:"p" default:"x" doc:"x" example:"x"`,
		`protobuf:"bytes,1" msgpack:"p" cbor:"p" avro:"p" ini:"p" hcl:"p" sql:"p" pg:"p" bun:"p" koanf:"p" schema:"p" jsonapi:"attr,p" swaggertype:"string"`,
		`parquet:"p" faker:"phone" enums:"a" dynamodbav:"p" firestore:"p" spanner:"p" datastore:"p" long:"p" short:"p" help:"p" cli:"p" flag:"p" inject:""`,
		`jsonschema:"minLength=1" jsonschema_extras:"x-a=1" jsonschema_description:"a"`,
	} {
		_, err := fields.Of(tagged(tag))
		require.NoError(t, err, tag)
	}
}

// TestLostTagsOfPromotedFields: a tag is lost as well on what an embedded struct brings, and not on what is never written.
func TestLostTagsOfPromotedFields(t *testing.T) {
	t.Parallel()
	type base struct {
		Card  string `json:"card" gvo:"pii"`
		inner string `gvo:"pii"` //nolint:unused // not written: nothing to protect
		Out   string `gvo:"pii" json:"-"`
	}
	type outer struct {
		base
		ID string `json:"id"`
	}
	_, err := fields.Of(reflect.TypeFor[outer]())
	require.EqualError(t, err, `fields_test.outer.base.Card: struct tag "gvo" (did you mean "gov"?): nothing reads it`)
}

// FuzzTag: whoever passes has a tag of which reflect reads all, or a field that is never written and has nothing to protect.
func FuzzTag(f *testing.F) {
	f.Add(`json:"phone" gov:"pii"`)
	f.Add(`json:"phone", gov:"pii"`)
	f.Add(`json:"-"x`)
	f.Fuzz(func(t *testing.T, before string) {
		if s, err := fields.Of(tagged(before)); err != nil || len(s.Fields) == 0 {
			return
		}
		value, ok := reflect.StructTag(before + ` last:"read"`).Lookup("last")
		require.True(t, ok)
		require.NotEmpty(t, value)
	})
}
