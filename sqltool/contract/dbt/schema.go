package dbt

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"go.yaml.in/yaml/v3"
)

// schemaFile is a schema.yml: what a project says of its models and sources.
type schemaFile struct {
	Version   any            `yaml:"version"`
	Models    []model        `yaml:"models"`
	Seeds     []model        `yaml:"seeds"`
	Snapshots []model        `yaml:"snapshots"`
	Sources   []source       `yaml:"sources"`
	Rest      map[string]any `yaml:",inline"`
}

type source struct {
	Name      string         `yaml:"name"`
	Database  string         `yaml:"database"`
	Schema    string         `yaml:"schema"`
	LoadedAt  string         `yaml:"loaded_at_field"`
	Freshness *freshness     `yaml:"freshness"`
	Config    modelConfig    `yaml:"config"`
	Tables    []model        `yaml:"tables"`
	Rest      map[string]any `yaml:",inline"`
}

// model is a model, a seed, a snapshot or a table of a source.
type model struct {
	Name        string         `yaml:"name"`
	Identifier  string         `yaml:"identifier"`
	Description string         `yaml:"description"`
	Columns     []modelColumn  `yaml:"columns"`
	Tests       []any          `yaml:"tests"`
	DataTests   []any          `yaml:"data_tests"`
	Constraints []constraint   `yaml:"constraints"`
	Contract    enforcement    `yaml:"contract"` // where older texts write it
	Config      modelConfig    `yaml:"config"`
	LoadedAt    string         `yaml:"loaded_at_field"`
	Freshness   yaml.Node      `yaml:"freshness"` // null is another thing than nothing
	Rest        map[string]any `yaml:",inline"`
}

type modelColumn struct {
	Name        string         `yaml:"name"`
	Description string         `yaml:"description"`
	DataType    string         `yaml:"data_type"`
	Constraints []constraint   `yaml:"constraints"`
	Tests       []any          `yaml:"tests"`
	DataTests   []any          `yaml:"data_tests"`
	Rest        map[string]any `yaml:",inline"`
}

type enforcement struct {
	Enforced bool `yaml:"enforced"`
}

type modelConfig struct {
	Enabled      *bool          `yaml:"enabled"`
	Alias        string         `yaml:"alias"`
	Schema       string         `yaml:"schema"`
	Materialized string         `yaml:"materialized"`
	Contract     enforcement    `yaml:"contract"`
	LoadedAt     string         `yaml:"loaded_at_field"`
	Freshness    *freshness     `yaml:"freshness"`
	Rest         map[string]any `yaml:",inline"` // how dbt builds it, which is no business of a check
}

// ReadSchema reads schema.yml files, whatever they are called, that match any of the patterns, and the doc blocks of .md files among
// them, such as ReadSchema(os.DirFS("models"), o, "*.yml", "marts/*.yml", "*.md"). The manifest knows more: tests that are SQL files, names that
// macros make, what templates render to. A pattern that matches nothing is an error.
func ReadSchema(files fs.FS, o Options, patterns ...string) (*Project, error) {
	names := map[string]bool{}
	var faults []error
	for _, pattern := range patterns {
		found, err := fs.Glob(files, pattern)
		if err != nil || len(found) == 0 {
			faults = append(faults, errors.Join(fmt.Errorf("dbt: no file matches %q", pattern), err))
		}
		for _, name := range found {
			names[name] = true
		}
	}
	if len(patterns) == 0 {
		faults = append(faults, errors.New("dbt: no patterns: name the files"))
	}
	p := &Project{Revision: o.Revision, options: o}
	r := reading{Project: p, docs: map[string]string{}, files: map[string]*schemaFile{}}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			faults = append(faults, fmt.Errorf("dbt: %w", err))
		} else if path.Ext(name) == ".md" {
			r.blocks(name, string(data))
		} else if err := r.file(name, data); err != nil {
			faults = append(faults, fmt.Errorf("dbt: %s: %w", name, err))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	r.tables()
	for _, late := range r.late { // once every table is known: tests lead from one to another
		late()
	}
	p.finish()
	return p, nil
}

// reading is a project while its schema files are read.
type reading struct {
	*Project
	docs  map[string]string
	files map[string]*schemaFile
	late  []func()
}

func (r *reading) file(name string, data []byte) error {
	var f schemaFile
	if err := yaml.Unmarshal(data, &f); err != nil {
		return err //nolint:wrapcheck // the caller names the file
	}
	r.files[name] = &f
	for _, key := range slices.Sorted(maps.Keys(f.Rest)) {
		switch key {
		case "macros", "exposures", "metrics", "semantic_models", "groups", "unit_tests", "analyses", "saved_queries", "functions", "anchors":
		case "data_tests", "tests":
			r.report(name, "tests that are SQL files stand in the manifest alone")
		default:
			r.report(name, "the key %s is not known", key)
		}
	}
	return nil
}

// tables notes every table of the files, and what is to be read once all are known.
func (r *reading) tables() {
	for _, name := range slices.Sorted(maps.Keys(r.files)) {
		f := r.files[name]
		for _, kind := range []struct {
			word   string
			models []model
		}{{"model", f.Models}, {"seed", f.Seeds}, {"snapshot", f.Snapshots}} {
			for i := range kind.models {
				r.model(name, kind.word+"."+kind.models[i].Name, &kind.models[i], nil)
			}
		}
		for i := range f.Sources {
			s := &f.Sources[i]
			r.unread(name+": source "+s.Name, s.Rest)
			for j := range s.Tables {
				r.model(name, "source."+s.Name+"."+s.Tables[j].Name, &s.Tables[j], s)
			}
		}
	}
}
