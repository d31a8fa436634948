package mcpgov

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/strictjson"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// describeFields puts descriptions and examples into a schema, at the fields that paths lead to. Members keep their order.
func describeFields(schema json.RawMessage, texts map[string]fieldText) (json.RawMessage, error) {
	var faults []error
	for _, path := range slices.Sorted(maps.Keys(texts)) {
		set, err := texts[path].encoded()
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", path, err))
			continue
		}
		pointer, err := fieldIn(schema, strings.Split(path, "."))
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", path, err))
			continue
		}
		if schema, err = setMembers(schema, pointer, set); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", path, err))
		}
	}
	return schema, errors.Join(faults...)
}

// fieldIn finds where in a schema a field is described: the names of the members that lead there.
func fieldIn(schema json.RawMessage, names []string) (pointer []string, err error) {
	var root map[string]any
	if len(schema) == 0 || json.Unmarshal(schema, &root) != nil {
		return nil, errors.New("there are no fields")
	}
	node := root
	step := func(name string) bool {
		next, ok := node[name].(map[string]any)
		if ok {
			node, pointer = next, append(pointer, name)
		}
		return ok
	}
	for _, name := range names {
		for hops := 0; node["properties"] == nil && hops < 64; hops++ { // through references, lists, maps and what may be null
			if ref, ok := node["$ref"].(string); ok {
				definition := strings.TrimPrefix(ref, "#/$defs/")
				node, pointer = root, nil
				if !step("$defs") || !step(definition) {
					return nil, fmt.Errorf("the definition %s is missing", ref)
				}
				continue
			}
			if step("items") || step("additionalProperties") {
				continue
			}
			either, _ := node["anyOf"].([]any)
			for _, alternative := range either {
				if option, ok := alternative.(map[string]any); ok && option["$ref"] != nil {
					node = option
					break
				}
			}
			if node["$ref"] == nil {
				return nil, fmt.Errorf("there is nothing in it called %q", name)
			}
		}
		properties, ok := node["properties"].(map[string]any)
		if !ok || properties[name] == nil {
			return nil, fmt.Errorf("there is no field %q%s", name, suggest.DidYouMean(name, slices.Sorted(maps.Keys(properties))))
		}
		if !step("properties") || !step(name) {
			return nil, fmt.Errorf("the field %q takes anything and cannot be described", name)
		}
	}
	return pointer, nil
}

// setMembers sets members of the object a pointer leads to and leaves everything else as it is.
func setMembers(object json.RawMessage, pointer []string, set map[string]json.RawMessage) (json.RawMessage, error) {
	changed := json.RawMessage{'{'}
	var fault error
	write := func(name string, value []byte) {
		if len(changed) > 1 {
			changed = append(changed, ',')
		}
		quoted, _ := json.Marshal(name) // a string always marshals
		changed = append(append(append(changed, quoted...), ':'), value...)
	}
	left := maps.Clone(set)
	err := strictjson.Members(object, func(name string, value []byte) {
		switch {
		case len(pointer) > 0 && name == pointer[0]:
			inner, err := setMembers(value, pointer[1:], set)
			fault = errors.Join(fault, err)
			value = inner
		case len(pointer) == 0 && left[name] != nil:
			value = left[name]
			delete(left, name)
		}
		write(name, value)
	})
	if len(pointer) == 0 {
		for _, name := range slices.Sorted(maps.Keys(left)) {
			write(name, left[name])
		}
	}
	return append(changed, '}'), errors.Join(err, fault)
}
