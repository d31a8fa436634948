package dbt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The versions of the manifest's schema that are read: those of dbt 1.5 to 1.11.
const (
	oldest = 9
	newest = 12
)

// manifest is what is read of a manifest.json; dbt writes much more.
type manifest struct {
	Metadata struct {
		Schema    string            `json:"dbt_schema_version"`
		Version   string            `json:"dbt_version"`
		Generated time.Time         `json:"generated_at"`
		Project   string            `json:"project_name"`
		Adapter   string            `json:"adapter_type"`
		Env       map[string]string `json:"env"`
	} `json:"metadata"`
	Nodes   map[string]node `json:"nodes"`
	Sources map[string]node `json:"sources"`
}

type node struct {
	Kind        string            `json:"resource_type"`
	Name        string            `json:"name"`
	Alias       string            `json:"alias"`
	Identifier  string            `json:"identifier"`
	SourceName  string            `json:"source_name"`
	Database    string            `json:"database"`
	Schema      string            `json:"schema"`
	File        string            `json:"original_file_path"`
	Description string            `json:"description"`
	Columns     map[string]column `json:"columns"`
	Constraints []constraint      `json:"constraints"`
	Contract    struct {
		Enforced bool `json:"enforced"`
	} `json:"contract"`
	Config struct {
		config
		Materialized string `json:"materialized"`
		Contract     struct {
			Enforced bool `json:"enforced"`
		} `json:"contract"`
		LoadedAt string `json:"loaded_at_field"`
	} `json:"config"`
	DependsOn struct {
		Nodes []string `json:"nodes"`
	} `json:"depends_on"`
	Freshness     *freshness `json:"freshness"`
	LoadedAt      string     `json:"loaded_at_field"`
	LoadedAtQuery string     `json:"loaded_at_query"`

	Test *struct {
		Name      string         `json:"name"`
		Namespace string         `json:"namespace"`
		Args      map[string]any `json:"kwargs"`
	} `json:"test_metadata"`
	Attached string `json:"attached_node"`
	Column   string `json:"column_name"`
	Compiled string `json:"compiled_code"`
}

var schemaVersion = regexp.MustCompile(`/manifest/v([0-9]+)\.json$`)

// ReadManifest reads a target/manifest.json as dbt 1.5 and later write it (v9 to v12). The error is about the file as a whole; what in it is
// not understood stands in Project.NotUnderstood.
func ReadManifest(data []byte, o Options) (*Project, error) {
	var m manifest
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&m); err != nil {
		return nil, fmt.Errorf("the dbt manifest: %w", err)
	}
	match := schemaVersion.FindStringSubmatch(m.Metadata.Schema)
	if match == nil {
		return nil, fmt.Errorf("the dbt manifest: metadata.dbt_schema_version is %q: this is no manifest.json of dbt", m.Metadata.Schema)
	}
	if v, err := strconv.Atoi(match[1]); err != nil || v < oldest || v > newest {
		return nil, fmt.Errorf("the dbt manifest: its schema is v%s, read are v%d to v%d: write it with dbt 1.5 to 1.11", match[1], oldest, newest)
	}
	p := &Project{
		Name: m.Metadata.Project, Version: m.Metadata.Version, Adapter: m.Metadata.Adapter, Generated: m.Metadata.Generated,
		Revision: o.Revision, options: o,
	}
	if p.Revision == "" {
		p.Revision = revision(m.Metadata.Env)
	}
	nodes := maps.Clone(m.Nodes)
	if nodes == nil {
		nodes = map[string]node{}
	}
	maps.Copy(nodes, m.Sources)
	ids := slices.Sorted(maps.Keys(nodes))
	for _, id := range ids {
		n := nodes[id]
		p.relation(id, &n)
	}
	for _, id := range ids {
		n := nodes[id]
		p.node(id, &n)
	}
	p.finish()
	return p, nil
}

var commit = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

// revision finds the commit a project was at among what its environment tells: DBT_ENV_CUSTOM_ENV_GIT_SHA, say, stands there as GIT_SHA.
func revision(env map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		switch strings.ToUpper(name) {
		case "GIT_SHA", "GIT_COMMIT", "GIT_REVISION", "COMMIT_SHA", "GITHUB_SHA", "CI_COMMIT_SHA", "DBT_CLOUD_GIT_SHA":
			if value := strings.ToLower(env[name]); commit.MatchString(value) {
				return value
			}
		}
	}
	return ""
}

// relation notes a node that is a table.
func (p *Project) relation(id string, n *node) {
	t := &table{id: id, name: n.Name, file: n.File, source: n.SourceName}
	name := n.Alias
	switch n.Kind {
	case "model", "seed", "snapshot":
		t.source = ""
	case "source":
		name = n.Identifier
	default:
		return
	}
	if name == "" {
		name = n.Name
	}
	database := ""
	if p.options.Database {
		database = n.Database
	}
	t.ephemeral = n.Config.Materialized == "ephemeral"
	t.place(database, n.Schema, name)
	texts := map[string]string{}
	for key, c := range n.Columns {
		if c.Description != "" {
			texts[orName(c.Name, key)] = c.Description
		}
	}
	t.describe(n.Description, texts)
	t.made(p.Revision, slices.Clone(n.DependsOn.Nodes))
	p.add(t)
}

func orName(name, key string) string {
	if name == "" {
		return key
	}
	return name
}

// node reads what is to be checked: contracts, freshness, tests.
func (p *Project) node(id string, n *node) {
	where := n.File + ": " + n.Name
	switch n.Kind {
	case "model", "seed", "snapshot", "source":
		t := p.tables[id]
		if n.Contract.Enforced || n.Config.Contract.Enforced {
			var columns []column
			for _, key := range slices.Sorted(maps.Keys(n.Columns)) {
				c := n.Columns[key]
				c.Name = orName(c.Name, key)
				columns = append(columns, c)
			}
			p.enforce(t, columns, n.Constraints)
		}
		field := n.LoadedAt
		if field == "" {
			field = n.Config.LoadedAt
		}
		p.fresh(where, t, n.Freshness, field, n.LoadedAtQuery)
	case "test":
		t := &test{where: where, title: n.Name, column: n.Column, conf: n.Config.config, sql: n.Compiled}
		if n.Test == nil { // a singular one: it is about all that it reads
			var about []*table
			for _, on := range n.DependsOn.Nodes {
				about = append(about, p.tables[on])
			}
			t.pack, t.name = "singular", n.Name
			p.apply(t, about...)
			return
		}
		t.name, t.pack, t.args = n.Test.Name, n.Test.Namespace, flat(n.Test.Args)
		p.apply(t, p.attached(n, t))
	case "model_version", "unit_test", "analysis", "operation", "sql_operation", "rpc", "macro", "exposure", "metric", "saved_query", "semantic_model", "function":
	default:
		p.report(where, "a node of type %q is not known", n.Kind)
	}
}

// attached is the table a test is about.
func (p *Project) attached(n *node, t *test) *table {
	if one := p.tables[n.Attached]; one != nil {
		return one
	}
	if model, ok := t.args["model"].(string); ok {
		if one := p.find(model); one != nil {
			return one
		}
	}
	if len(n.DependsOn.Nodes) == 1 {
		return p.tables[n.DependsOn.Nodes[0]]
	}
	return nil
}

// fresh reads how old a source may be.
func (p *Project) fresh(where string, t *table, f *freshness, field, query string) {
	if query != "" {
		p.report(where, "freshness by loaded_at_query is not read: write loaded_at_field")
		return
	}
	c, ok, err := f.check(field)
	if ok && err == nil {
		err = valid(c)
	}
	if err != nil {
		p.report(where, "freshness: %v", err)
	} else if ok {
		t.contract.Checks = append(t.contract.Checks, c)
	}
}

// flat lifts what dbt 1.10 wants below arguments.
func flat(args map[string]any) map[string]any {
	inner, ok := args["arguments"].(map[string]any)
	if !ok {
		return args
	}
	all := maps.Clone(args)
	delete(all, "arguments")
	maps.Copy(all, inner)
	return all
}
