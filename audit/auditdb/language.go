package auditdb

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/mcpgov/go-sdk/audit"
)

// recordTypes tells CEL which members a record has: its nested objects are object types, so that a misspelt member is an error when the
// filter is made, and has() works on them.
type recordTypes struct {
	*types.Registry

	groups map[string]map[string]*types.FieldType // by name of the object type, by member
}

// groupType names the object type of user, target and the others; no expression can name it, and so none can build one.
func groupType(group string) string { return "@" + group }

// celType is the type of a field in filters.
func (f *field) celType() *cel.Type {
	switch f.form {
	case whole, number, micros:
		return cel.IntType
	case flag:
		return cel.BoolType
	case texts:
		return cel.ListType(cel.StringType)
	case raw:
		return cel.DynType
	case stamp:
		return cel.TimestampType
	case sources, steps:
		return cel.ListType(cel.MapType(cel.StringType, cel.DynType))
	case text, hexText, hash:
	}
	return cel.StringType
}

// newRecordTypes also returns the declarations of the variables.
func newRecordTypes() (*recordTypes, []cel.EnvOption, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, nil, err
	}
	p := &recordTypes{Registry: registry, groups: map[string]map[string]*types.FieldType{}}
	options := []cel.EnvOption{
		cel.CustomTypeProvider(p), cel.CustomTypeAdapter(p), cel.CrossTypeNumericComparisons(true),
		cel.Variable("now", cel.TimestampType), cel.Variable("duration_ms", cel.DoubleType),
	}
	for _, f := range fields() {
		group, member, nested := strings.Cut(f.path, ".")
		if !nested {
			options = append(options, cel.Variable(f.path, f.celType()))
			continue
		}
		if p.groups[groupType(group)] == nil {
			p.groups[groupType(group)] = map[string]*types.FieldType{}
			options = append(options, cel.Variable(group, cel.ObjectType(groupType(group))))
		}
		p.groups[groupType(group)][member] = &types.FieldType{
			Type: f.celType(),
			IsSet: func(target any) bool {
				o, ok := target.(*object)
				return ok && f.isSet(o.record)
			},
			GetFrom: func(target any) (any, error) {
				o, ok := target.(*object)
				if !ok {
					return nil, errNoMember
				}
				return p.box(&f, o.record), nil
			},
		}
	}
	return p, options, nil
}

// FindStructType implements types.Provider.
func (p *recordTypes) FindStructType(name string) (*types.Type, bool) {
	if _, ok := p.groups[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Registry.FindStructType(name)
}

// FindStructFieldNames implements types.Provider.
func (p *recordTypes) FindStructFieldNames(name string) ([]string, bool) {
	if members, ok := p.groups[name]; ok {
		var names []string
		for member := range members {
			names = append(names, member)
		}
		slices.Sort(names)
		return names, true
	}
	return p.Registry.FindStructFieldNames(name)
}

// FindStructFieldType implements types.Provider.
func (p *recordTypes) FindStructFieldType(name, member string) (*types.FieldType, bool) {
	if members, ok := p.groups[name]; ok {
		t, ok := members[member]
		return t, ok
	}
	return p.Registry.FindStructFieldType(name, member)
}

// NewValue implements types.Provider. Filters read records and cannot make parts of them.
func (p *recordTypes) NewValue(name string, members map[string]ref.Val) ref.Val {
	if _, ok := p.groups[name]; ok {
		return types.NewErr("%s cannot be made in a filter", name)
	}
	return p.Registry.NewValue(name, members)
}

// names lists what a filter can name, for suggestions: variables, or the members of one object.
func (p *recordTypes) names(group string) []string {
	if group != "" {
		names, _ := p.FindStructFieldNames(groupType(group))
		return names
	}
	names := []string{"now", "duration_ms"}
	for _, f := range fields() {
		if top, _, _ := strings.Cut(f.path, "."); !slices.Contains(names, top) {
			names = append(names, top)
		}
	}
	return names
}

// scope is the variables of one record in one question.
type scope struct {
	types  *recordTypes
	fields map[string]*field // those that are no members of an object, by path
	record *audit.Record
	now    ref.Val
}

// ResolveName implements cel.Activation.
func (s *scope) ResolveName(name string) (any, bool) {
	switch name {
	case "now":
		return s.now, true
	case "duration_ms":
		return types.Double(float64(s.record.Duration.Microseconds()) / 1000), true
	}
	if f, ok := s.fields[name]; ok {
		return s.types.box(f, s.record), true
	}
	if _, ok := s.types.groups[groupType(name)]; ok {
		return &object{types: s.types, group: groupType(name), record: s.record}, true
	}
	return nil, false
}

// Parent implements cel.Activation.
func (s *scope) Parent() cel.Activation { return nil }
