// Package schema is the bridge between Go types and JSON Schema: what a tool's In and Out types promise to clients,
// and the check that the promise is kept.
//
//	in, err := schema.NewInput(reflect.TypeFor[LookupIn]())           // at start: all faults of type and tags at once
//	fmt.Println(string(in.JSON()))                                    // what clients are shown
//	value, err := in.Decode(raw, strictjson.Limits{})                 // per call: *LookupIn, or *Invalid with all faults
//
//	out, err := schema.NewOutput(reflect.TypeFor[Customer](), edits, nil)
//	err = out.Check(customer, body)
//
// The advertised schema is the enforced one (JSON Schema draft 2020-12, formats asserted, numbers exact). Members,
// names, embedding and order come from package fields, which knows what encoding/json writes; keywords come from
// jsonschema tags, read by github.com/invopop/jsonschema one struct at a time; validation is
// github.com/santhosh-tekuri/jsonschema. Between them stands what neither does: a linter that refuses tags that
// would be dropped in silence, definitions that are unique per type, bounds of Go integers, null where the encoder
// writes null, marks from gov tags, and room in outputs for every value a mask may leave.
//
// How types are shown: time.Time is a date-time, time.Duration an integer of nanoseconds, []byte base64, a type with
// MarshalText a string, one with MarshalJSON anything (or what its JSONSchema method says). A field is required unless
// it has omitempty, omitzero or default=. In lists, enum, pattern, format, lengths and bounds are about the elements.
// A comma inside a value of a tag is written \\, and enum= and example= are repeated, once for each value.
package schema
