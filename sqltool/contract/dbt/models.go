package dbt

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// model notes a table. Its tests are read later.
func (r *reading) model(file, id string, m *model, of *source) {
	where := file + ": " + m.Name
	if m.Config.Enabled != nil && !*m.Config.Enabled || of != nil && of.Config.Enabled != nil && !*of.Config.Enabled {
		return // switched off in the project
	}
	if had := r.Project.tables[id]; had != nil {
		r.report(where, "it is described twice: what %s says holds", had.file)
		return
	}
	t := &table{id: id, name: m.Name, file: file, ephemeral: m.Config.Materialized == "ephemeral"}
	r.add(t)
	name, schema, database := m.Config.Alias, r.options.Schema, ""
	if m.Config.Schema != "" {
		r.report(where, "config schema is not read, because a macro makes the schema's name: read the manifest")
	}
	if of != nil {
		t.source, schema = of.Name, of.Schema
		if schema == "" {
			schema = of.Name
		}
		if name = m.Identifier; r.options.Database {
			database = of.Database
		}
	}
	if name == "" {
		name = m.Name
	}
	t.place(database, schema, name)
	texts := map[string]string{}
	for _, c := range m.Columns {
		if text := r.rendered(where+"."+c.Name, c.Description); text != "" {
			texts[c.Name] = text
		}
		r.unread(where+"."+c.Name, c.Rest)
	}
	t.describe(r.rendered(where, m.Description), texts)
	t.made(r.Revision, nil)
	r.unread(where, m.Rest)
	r.late = append(r.late, func() { r.checks(t, m, of) })
}

// unread reports the keys that may say something of the data and are not read.
func (r *reading) unread(where string, rest map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(rest)) {
		switch key {
		case "docs", "meta", "tags", "latest_version", "access", "group", "deprecation_date", "time_spine", "quote", "quoting", "description",
			"loader", "overrides", "external", "policy_tags", "granularity", "dimension", "entity", "original_file_path":
		default:
			r.report(where, "the key %s is not read", key)
		}
	}
}

// checks reads what is to be checked of a table.
func (r *reading) checks(t *table, m *model, of *source) {
	where := t.file + ": " + t.name
	if m.Contract.Enforced || m.Config.Contract.Enforced {
		var columns []column
		for _, c := range m.Columns {
			columns = append(columns, column{Name: c.Name, Description: t.described.Columns[c.Name], DataType: c.DataType, Constraints: c.Constraints})
		}
		r.enforce(t, columns, m.Constraints)
	}
	for _, entry := range slices.Concat(m.Tests, m.DataTests) {
		r.test(t, "", where, entry)
	}
	for _, c := range m.Columns {
		for _, entry := range slices.Concat(c.Tests, c.DataTests) {
			r.test(t, c.Name, where+"."+c.Name, entry)
		}
	}
	if of == nil {
		if m.Freshness.Kind != 0 {
			r.report(where, "the freshness of what is no source is about building it")
		}
		return
	}
	age := first(of.Freshness, of.Config.Freshness)
	if m.Config.Freshness != nil {
		age = m.Config.Freshness
	}
	if m.Freshness.Kind != 0 {
		age = nil // null switches it off
		if err := m.Freshness.Decode(&age); err != nil {
			r.report(where, "freshness: %v", err)
		}
	}
	r.fresh(where, t, age, first(m.LoadedAt, m.Config.LoadedAt, of.LoadedAt, of.Config.LoadedAt), "")
}

// first returns the first value that is there.
func first[T comparable](values ...T) T {
	var none T
	for _, v := range values {
		if v != none {
			return v
		}
	}
	return none
}

var (
	docsBlock = regexp.MustCompile(`(?s)\{%-?\s*docs\s+([A-Za-z0-9_]+)\s*-?%\}(.*?)\{%-?\s*enddocs\s*-?%\}`)
	docCall   = regexp.MustCompile(`\{\{\s*doc\(\s*(?:['"][^'"]*['"]\s*,\s*)?['"]([^'"]+)['"]\s*\)\s*\}\}`)
)

// blocks reads the doc blocks of a file.
func (r *reading) blocks(name, text string) {
	for _, m := range docsBlock.FindAllStringSubmatch(text, -1) {
		if _, twice := r.docs[m[1]]; twice {
			r.report(name, "the doc block %s stands there twice", m[1])
			continue
		}
		r.docs[m[1]] = strings.TrimSpace(m[2])
	}
}

// rendered is a description with its doc blocks put in.
func (r *reading) rendered(where, text string) string {
	text = docCall.ReplaceAllStringFunc(text, func(call string) string {
		name := docCall.FindStringSubmatch(call)[1]
		block, ok := r.docs[name]
		if !ok {
			r.report(where, "the doc block %s is in no file that was read", name)
		}
		return block
	})
	if templated(text) {
		r.report(where, "its description is a template that dbt has still to render")
		return ""
	}
	return strings.TrimSpace(text)
}

// test reads a test: a word, or a mapping of one word to its arguments, or one with test_name.
func (r *reading) test(on *table, column, where string, entry any) {
	t := &test{column: column}
	switch entry := entry.(type) {
	case string:
		t.name = entry
	case map[string]any:
		args, ok := entry, false
		if name, is := entry["test_name"].(string); is {
			t.name, ok = name, true
			args = maps.Clone(entry)
			delete(args, "test_name")
		} else {
			for name, inner := range entry {
				t.name = name
				if args, ok = inner.(map[string]any); inner == nil {
					args, ok = map[string]any{}, true
				}
			}
			ok = ok && len(entry) == 1
		}
		if !ok {
			r.report(where, "a test is a word, or one word with its arguments below it: %s", strings.Join(slices.Sorted(maps.Keys(entry)), ", "))
			return
		}
		t.args = flat(args)
	default:
		r.report(where, "a test is a word, or a word with its arguments, not %v", entry)
		return
	}
	if pack, name, ok := strings.Cut(t.name, "."); ok {
		t.pack, t.name = pack, name
	}
	t.where = where + ": " + t.kind()
	t.args = t.split(t.args)
	if t.fault != nil {
		r.report(t.where, "%v", t.fault)
		return
	}
	r.apply(t, on)
}

// split takes the config out of what a schema.yml writes beside the arguments.
func (t *test) split(all map[string]any) map[string]any {
	args := map[string]any{}
	set := func(key string, value any) bool {
		text, isText := value.(string)
		ok := isText
		switch key {
		case "name":
			t.title = text
		case "severity":
			t.conf.Severity = text
		case "where":
			t.conf.Where = text
		case "warn_if":
			t.conf.WarnIf = text
		case "error_if":
			t.conf.ErrorIf = text
		case "fail_calc":
			t.conf.FailCalc = text
		case "enabled":
			var on bool
			on, ok = value.(bool)
			t.conf.Enabled = &on
		case "limit", "store_failures", "store_failures_as", "tags", "meta", "database", "schema", "alias", "description", "docs", "group":
			return true // how dbt runs it
		default:
			return false
		}
		if !ok && value != nil {
			t.wrong("its %s is %v", key, value)
		}
		return true
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		value := all[key]
		inner, isMap := value.(map[string]any)
		switch {
		case key == "config" && isMap:
			for _, name := range slices.Sorted(maps.Keys(inner)) {
				if !set(name, inner[name]) {
					t.wrong("its config %s is not known", name)
				}
			}
		case key == "config":
			t.wrong("its config is %v", value)
		case !set(key, value):
			args[key] = value
		}
	}
	if t.title != "" {
		t.where += fmt.Sprintf(" (%s)", t.title)
	}
	return args
}
