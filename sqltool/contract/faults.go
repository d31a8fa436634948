package contract

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpgov/go-sdk/internal/suggest"
)

// faults returns what is wrong with a set, all of it.
func (s Set) faults(d Dialect) []error {
	var faults []error
	if len(s.Contracts) == 0 {
		faults = append(faults, errors.New("the set has no contracts: write one, or leave the guard out"))
	}
	if err := s.OnBreach.fault(); err != nil {
		faults = append(faults, fmt.Errorf("on_breach: %w", err))
	}
	seen := map[string]bool{}
	for i := range s.Contracts {
		c := &s.Contracts[i]
		where := fmt.Sprintf("contract %d (%s)", i+1, c.title())
		for _, fault := range c.faults(d) {
			faults = append(faults, fmt.Errorf("%s: %w", where, fault))
		}
		if title := strings.ToLower(c.title()); seen[title] {
			faults = append(faults, fmt.Errorf("%s: there is another of this name: write a name", where))
		} else {
			seen[title] = true
		}
	}
	return faults
}

func (a Action) fault() error { return oneOf(a, "action", "", Refuse, Degrade, Warn) }

// oneOf checks a word of a closed set, whose first may be the empty one.
func oneOf[S ~string](word S, what string, known ...S) error {
	if slices.Contains(known, word) {
		return nil
	}
	var words []string
	for _, k := range known {
		if k != "" {
			words = append(words, string(k))
		}
	}
	return fmt.Errorf("%q is no %s%s: write %s", string(word), what, suggest.DidYouMean(string(word), words), strings.Join(words, ", "))
}

func (c *Contract) faults(d Dialect) []error {
	var faults []error
	add := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	add(c.OnBreach.fault())
	add(nameFault("table", c.Table, true))
	add(nameFault("schema", c.Schema, false))
	add(nameFault("database", c.Database, false))
	for _, name := range c.Key {
		add(nameFault("key", name, true))
	}
	add(sqlFault("where", c.Where))
	if c.Closed && len(c.Columns) == 0 {
		add(errors.New("it is closed and names no columns: name all of them"))
	}
	columns := map[string]bool{}
	for i := range c.Columns {
		column := &c.Columns[i]
		add(nameFault("column", column.Name, true))
		if columns[column.Name] {
			add(fmt.Errorf("column %s stands there twice", column.Name))
		}
		columns[column.Name] = true
		if column.Accepted != nil && len(column.Accepted) == 0 {
			add(fmt.Errorf("column %s: accepted is an empty list: no value would pass", column.Name))
		}
	}
	names := map[string]bool{}
	checks := c.expand()
	if len(checks) == 0 {
		add(errors.New("it checks nothing: write columns or checks"))
	}
	for i := range checks {
		check := &checks[i]
		for _, fault := range check.faults(d) {
			add(fmt.Errorf("check %s: %w", check.Name, fault))
		}
		if names[check.Name] {
			add(fmt.Errorf("check %s: there is another of this name", check.Name))
		}
		names[check.Name] = true
	}
	return faults
}

// nameFault checks an identifier: any text is one, if it is there and holds no NUL, which ends texts in some drivers.
func nameFault(what, name string, required bool) error {
	switch {
	case name == "" && required:
		return fmt.Errorf("%s is missing: write the name as the database has it, without quotes", what)
	case strings.ContainsRune(name, 0) || !utf8.ValidString(name):
		return fmt.Errorf("%s: the name holds NUL or is no UTF-8", what)
	case len(name) > maxName:
		return fmt.Errorf("%s: the name has %d bytes, at most %d", what, len(name), maxName)
	}
	return nil
}

// maxName is longer than any database lets a name be.
const maxName = 255

// kindForm is what a kind of check takes.
type kindForm struct {
	kind           Kind
	columns        int      // how many columns: 0 none, 1 one, -1 one or more
	needs, may     []string // fields that must, and that may be there
	columnOptional bool     // for Fresh: SQL instead
}

func kindForms() []kindForm {
	return []kindForm{
		{kind: NotNull, columns: -1},
		{kind: Unique, columns: -1},
		{kind: InRange, columns: 1, needs: []string{"range"}},
		{kind: Length, columns: 1, needs: []string{"range"}},
		{kind: Accepted, columns: 1, needs: []string{"values"}},
		{kind: Rejected, columns: 1, needs: []string{"values"}},
		{kind: Pattern, columns: 1, needs: []string{"pattern"}},
		{kind: References, columns: -1, needs: []string{"references"}},
		{kind: Fresh, columns: 1, columnOptional: true, needs: []string{"max_age"}, may: []string{"warn_age", "sql"}},
		{kind: Rows, needs: []string{"range"}},
		{kind: Measure, columns: 1, needs: []string{"range", "measure"}},
		{kind: Condition, needs: []string{"sql"}},
		{kind: SQL, needs: []string{"sql"}, may: []string{"counts"}},
	}
}

func (c *Check) faults(d Dialect) []error {
	if c.Kind == kindColumn || c.Kind == kindClosed {
		return nil
	}
	forms := kindForms()
	at := slices.IndexFunc(forms, func(f kindForm) bool { return f.kind == c.Kind })
	if at < 0 {
		known := make([]Kind, 0, len(forms))
		for _, f := range forms {
			known = append(known, f.kind)
		}
		return []error{oneOf(c.Kind, "kind of check", known...)}
	}
	var faults []error
	add := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	form := forms[at]
	add(c.columnFault(form))
	fields := c.fields()
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		there := fields[field]
		switch {
		case slices.Contains(form.needs, field) && !there:
			add(fmt.Errorf("%s is missing", field))
		case there && !slices.Contains(form.needs, field) && !slices.Contains(form.may, field):
			add(fmt.Errorf("%s says nothing in a check of kind %s: leave it out", field, c.Kind))
		}
	}
	for _, name := range c.Columns {
		add(nameFault("columns", name, true))
	}
	add(oneOf(c.Severity, "severity", "", Fault, Warning))
	add(sqlFault("sql", c.SQL))
	add(sqlFault("where", c.Where))
	if c.Kind != kindColumn && c.SQL != "" && query(c.SQL) == "" {
		add(errors.New("sql holds no statement"))
	}
	if c.Where != "" && c.Kind == SQL {
		add(errors.New("where says nothing in a check of kind sql: write it into the query"))
	}
	if c.Tolerate < 0 || c.WarnUpTo < 0 || c.MaxAge < 0 || c.WarnAge < 0 {
		add(errors.New("tolerate, warn_up_to, max_age and warn_age are not negative"))
	}
	if c.WarnAge > 0 && c.WarnAge >= c.MaxAge {
		add(errors.New("warn_age is not less than max_age: it would never warn"))
	}
	return append(faults, c.valueFaults(d)...)
}

// fields says which of the fields that belong to some kinds only are there.
func (c *Check) fields() map[string]bool {
	return map[string]bool{
		"range": c.Range != nil, "values": c.Values != nil, "pattern": c.Pattern != "", "references": c.References != nil, "measure": c.Measure != "",
		"max_age": c.MaxAge != 0, "warn_age": c.WarnAge != 0, "sql": c.SQL != "", "counts": c.Counts,
	}
}

func (c *Check) columnFault(form kindForm) error {
	switch {
	case form.columnOptional && (len(c.Columns) == 1) == (c.SQL != ""):
		return errors.New("write one column, or sql, an expression, instead")
	case form.columnOptional:
		return nil
	case form.columns == 0 && len(c.Columns) > 0:
		return fmt.Errorf("a check of kind %s has no columns: leave them out", c.Kind)
	case form.columns == 1 && len(c.Columns) != 1:
		return fmt.Errorf("a check of kind %s has one column, not %d", c.Kind, len(c.Columns))
	case form.columns < 0 && len(c.Columns) == 0:
		return errors.New("columns is missing")
	}
	return nil
}

// valueFaults checks what a check compares with.
func (c *Check) valueFaults(d Dialect) []error {
	var faults []error
	add := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	if c.Range != nil {
		add(c.Range.fault(c.Kind))
	}
	if c.Measure != "" {
		add(oneOf(c.Measure, "measure", Distinct, Filled, Least, Greatest, Sum, Mean))
	}
	if c.Values != nil && len(c.Values) == 0 {
		add(errors.New("values is an empty list"))
	}
	for i, v := range c.Values {
		if err := scalarFault(v); err != nil {
			add(fmt.Errorf("value %d: %w", i+1, err))
		}
	}
	if c.Pattern != "" {
		if d == SQLite || d == Generic {
			add(errNoPatterns)
		}
		add(patternFault(c.Pattern))
	}
	if r := c.References; r != nil {
		add(nameFault("references: table", r.Table, true))
		add(nameFault("references: schema", r.Schema, false))
		add(nameFault("references: database", r.Database, false))
		add(sqlFault("references: where", r.Where))
		if len(r.Columns) != len(c.Columns) {
			add(fmt.Errorf("references: it names %d columns, the check %d", len(r.Columns), len(c.Columns)))
		}
		for _, name := range r.Columns {
			add(nameFault("references: columns", name, true))
		}
	}
	return faults
}

// patternFault refuses patterns that mean one thing to DuckDB (RE2) and another to Postgres.
func patternFault(pattern string) error {
	if _, err := syntax.Parse(pattern, syntax.Perl); err != nil {
		return fmt.Errorf("the pattern: %w", err)
	}
	if found := foreign.FindString(pattern); found != "" {
		return fmt.Errorf("the pattern holds %s, which databases read differently: write it otherwise", found)
	}
	return nil
}

// foreign are the parts of patterns that not every database reads alike: flags and named groups, other escapes than \d \s \w and of signs, lazy
// repetition.
var foreign = regexp.MustCompile(`\(\?[^:]|\\[^dDsSwWntr\W]|\\_|[*+?}]\?`)
