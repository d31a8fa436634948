// Package strictyaml reads YAML that people write by hand, and says of what it does not know where it stands.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/mcpgov/go-sdk/internal/suggest"
)

// Document reads the one document a file holds and returns its root.
func Document(file string, data []byte) (*yaml.Node, error) {
	var root yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: it is empty", file)
		}
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: it holds more than one document: write one", file)
	}
	return root.Content[0], nil
}

// UnknownKeys finds keys that no field of t has, at any depth. yaml.v3 does so only for whole files, and without columns.
func UnknownKeys(file string, node *yaml.Node, t reflect.Type) []error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if node.Kind == yaml.MappingNode && t.Kind() == reflect.Map {
		var faults []error
		for i := 1; i < len(node.Content); i += 2 {
			faults = append(faults, UnknownKeys(file, node.Content[i], t.Elem())...)
		}
		return faults
	}
	if node.Kind != yaml.MappingNode || t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() || t == reflect.TypeFor[yaml.Node]() {
		return nil
	}
	known := map[string]reflect.Type{}
	var names []string
	for field := range t.Fields() {
		if name := field.Tag.Get("yaml"); name != "-" {
			known[name] = field.Type
			names = append(names, name)
		}
	}
	var faults []error
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		of, ok := known[key.Value]
		if !ok {
			faults = append(faults, fmt.Errorf("%s:%d:%d: unknown key %q%s; known are: %s", file, key.Line, key.Column, key.Value,
				suggest.DidYouMean(key.Value, names), strings.Join(names, ", ")))
			continue
		}
		faults = append(faults, UnknownKeys(file, value, of)...)
	}
	return faults
}
