package contract

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/mcpgov/go-sdk/internal/strictyaml"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// Parse reads a set from YAML (or JSON); file is what its faults call it:
//
//	mcpgov: 1                 # required: the version of this form
//	on_breach: refuse         # or degrade, warn; refuse unless said
//	contracts:
//	  - table: customer_360   # and schema:, database:
//	    key: [customer_id]    # what may be shown of failing rows
//	    columns:
//	      - {name: customer_id, type: varchar, not_null: true, unique: true, pattern: "^cust_[0-9]+$"}
//	      - {name: lifetime_value, type: "decimal(10,2)", not_null: true, range: {min: 0}}
//	      - {name: tier, accepted: [bronze, silver, gold]}
//	    checks:
//	      - {kind: fresh, columns: [last_order_date], max_age: 48h}
//	      - {kind: rows, range: {min: 1}}
//	      - {kind: sql, name: no orphans, sql: "SELECT ...", severity: warn}
//
// The other keys are those of [Contract], [Column] and [Check]. Unknown keys, keys written twice and aliases are faults. All faults come
// back together, those of the form with line and column. What only the database can tell, [Verify] does.
func Parse(file string, data []byte) (Set, error) {
	root, err := strictyaml.Document(file, data)
	if err != nil {
		return Set{}, fmt.Errorf("data contracts: %w", err)
	}
	var form struct {
		Version int `yaml:"mcpgov"`
		Set     `yaml:",inline"`
	}
	faults := unknown(file, root, reflect.TypeFor[Set](), "mcpgov")
	if len(faults) == 0 {
		if err := root.Decode(&form); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", file, err))
		} else if form.Version != 1 {
			faults = append(faults, fmt.Errorf("%s:%d:%d: the version is missing: write mcpgov: 1 at the top", file, root.Line, root.Column))
		}
	}
	if len(faults) == 0 {
		for _, fault := range form.faults("") {
			faults = append(faults, fmt.Errorf("%s: %w", file, fault))
		}
	}
	if len(faults) > 0 {
		return Set{}, fmt.Errorf("data contracts: %w", errors.Join(faults...))
	}
	return form.Set, nil
}

// ParseFS reads sets from the files that match any of the patterns, such as "contracts/*.yml", and joins them into one. All must say the same
// of on_breach. A pattern that matches nothing is an error.
func ParseFS(files fs.FS, patterns ...string) (Set, error) {
	var all Set
	var faults []error
	first := true
	for _, pattern := range patterns {
		names, err := fs.Glob(files, pattern)
		if err != nil || len(names) == 0 {
			faults = append(faults, errors.Join(fmt.Errorf("data contracts: no file matches %q", pattern), err))
		}
		for _, name := range names {
			data, err := fs.ReadFile(files, name)
			if err != nil {
				faults = append(faults, fmt.Errorf("data contracts: %w", err))
				continue
			}
			set, err := Parse(name, data)
			if err != nil {
				faults = append(faults, err)
				continue
			}
			if !first && set.OnBreach.or("") != all.OnBreach.or("") {
				faults = append(faults, fmt.Errorf("data contracts: %s: on_breach is not what the files before say: write it to the contracts", name))
			}
			all.OnBreach, first = set.OnBreach, false
			all.Contracts = append(all.Contracts, set.Contracts...)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return Set{}, err
	}
	if len(all.Contracts) == 0 {
		return Set{}, errors.New("data contracts: no patterns: name the files")
	}
	return all, nil
}

// unknown finds keys no field has, and aliases, at any depth.
func unknown(file string, node *yaml.Node, t reflect.Type, more ...string) []error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	at := fmt.Sprintf("%s:%d:%d: ", file, node.Line, node.Column)
	var faults []error
	switch {
	case node.Kind == yaml.AliasNode:
		return []error{errors.New(at + "aliases are not read here: write it out")}
	case node.Kind == yaml.SequenceNode && t.Kind() == reflect.Slice:
		for _, element := range node.Content {
			faults = append(faults, unknown(file, element, t.Elem())...)
		}
	case node.Kind == yaml.SequenceNode && t.Kind() == reflect.Interface, node.Kind == yaml.MappingNode && t.Kind() == reflect.Interface:
		faults = append(faults, errors.New(at+"write one text, number, boolean or date"))
	case node.Kind == yaml.MappingNode && t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]():
		known := map[string]reflect.Type{}
		names := append([]string{}, more...)
		for field := range t.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			known[name] = field.Type
			names = append(names, name)
		}
		for _, name := range more {
			known[name] = reflect.TypeFor[int]()
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, value := node.Content[i], node.Content[i+1]
			of, ok := known[key.Value]
			if !ok || key.Kind != yaml.ScalarNode {
				faults = append(faults, fmt.Errorf("%s:%d:%d: unknown key %q%s; known are: %s", file, key.Line, key.Column, key.Value,
					suggest.DidYouMean(key.Value, names), strings.Join(names, ", ")))
				continue
			}
			faults = append(faults, unknown(file, value, of)...)
		}
	}
	return faults
}
