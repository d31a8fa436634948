package matview

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// tablesIn names what the SQL of a definition reads, as far as it may be a definition of this schema. It parses and neither binds nor runs;
// whatever is not one SELECT is an error. The name of a CTE counts as well, because the CTE may read the table of its name: at worst something
// is refreshed earlier than needed. A CTE called as the definition itself does not count.
func tablesIn(ctx context.Context, db *sql.DB, schema, self, query string) ([]string, error) {
	var tree string
	if err := db.QueryRowContext(ctx, "SELECT CAST(json_serialize_sql(CAST(? AS VARCHAR)) AS VARCHAR)", query).Scan(&tree); err != nil {
		return nil, plain("parse", err)
	}
	var parsed struct {
		Error      bool              `json:"error"`
		Message    string            `json:"error_message"`
		Statements []json.RawMessage `json:"statements"`
	}
	if err := json.Unmarshal([]byte(tree), &parsed); err != nil {
		return nil, fmt.Errorf("read DuckDB's tree of the SQL: %w", err)
	}
	if parsed.Error {
		return nil, fmt.Errorf("not a SELECT that DuckDB reads: %s", parsed.Message)
	}
	if len(parsed.Statements) != 1 {
		return nil, fmt.Errorf("%d statements: write one", len(parsed.Statements))
	}
	var root any
	if err := json.Unmarshal(parsed.Statements[0], &root); err != nil {
		return nil, fmt.Errorf("read DuckDB's tree of the SQL: %w", err)
	}
	var found []string
	own := false
	collect(root, func(node map[string]any) {
		of, _ := node["schema_name"].(string)
		name, _ := node["table_name"].(string)
		if node["type"] == "BASE_TABLE" && (strings.EqualFold(of, schema) || (of == "" && schema == "main")) {
			found = append(found, strings.ToLower(name))
		}
		ctes, _ := node["cte_map"].(map[string]any)
		list, _ := ctes["map"].([]any)
		for _, cte := range list {
			entry, _ := cte.(map[string]any)
			key, _ := entry["key"].(string)
			own = own || strings.EqualFold(key, self)
		}
	})
	return slices.DeleteFunc(found, func(name string) bool { return own && name == self }), nil
}

// collect calls visit for every object in a JSON value.
func collect(value any, visit func(map[string]any)) {
	switch value := value.(type) {
	case map[string]any:
		visit(value)
		for _, inner := range value {
			collect(inner, visit)
		}
	case []any:
		for _, inner := range value {
			collect(inner, visit)
		}
	}
}

// sorted puts views so that each comes after what it depends on. Views that depend on each other in a circle are an error that shows it.
func sorted(views map[string]*View) ([]*View, error) {
	var order []*View
	done := make(map[string]bool)
	var path []string
	var visit func(v *View) error
	visit = func(v *View) error {
		if i := slices.Index(path, v.name); i >= 0 {
			return fmt.Errorf("definitions depend on each other in a circle (the name of a CTE counts: call it otherwise): %s", strings.Join(append(path[i:], v.name), " -> "))
		}
		if done[v.name] {
			return nil
		}
		path = append(path, v.name)
		for _, below := range v.below {
			if err := visit(below); err != nil {
				return err
			}
		}
		path = path[:len(path)-1]
		done[v.name] = true
		order = append(order, v)
		return nil
	}
	names := make([]string, 0, len(views))
	for name := range views {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := visit(views[name]); err != nil {
			return nil, err
		}
	}
	return order, nil
}

// dependsOn tells whether v reads other, at any depth.
func (v *View) dependsOn(other *View) bool {
	return slices.ContainsFunc(v.below, func(below *View) bool { return below == other || below.dependsOn(other) })
}
