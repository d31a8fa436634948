// Package fields reads a Go type the way encoding/json writes it: which members an object has, what kind of JSON
// each one is, and what its gov tag says.
//
//	s, err := fields.Of(reflect.TypeFor[Customer]())
//	for _, f := range s.Fields {
//		fmt.Println(f.Name, f.Kind, f.Gov.Labels)
//	}
//
// It is the one table the schema bridge, the policy's type checker and the masker share, so that "the field
// email" means the same thing to all three. Results are cached per type and safe for concurrent use; callers
// must not change them.
package fields
