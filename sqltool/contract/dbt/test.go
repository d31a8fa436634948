package dbt

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// test is a data test as it stands in a manifest or a schema.yml.
type test struct {
	where  string // file and name, for reports
	title  string // what the check is called
	name   string // "not_null"
	pack   string // "dbt_utils"; "" is dbt's own
	column string // the column it stands below; "" is the table
	args   map[string]any
	conf   config
	sql    string // what dbt compiled it to; "" is not known
	taken  map[string]bool
	fault  error
}

// config is what dbt lets a test say of itself.
type config struct {
	Enabled  *bool  `json:"enabled"   yaml:"enabled"`
	Severity string `json:"severity"  yaml:"severity"`
	Where    string `json:"where"     yaml:"where"`
	WarnIf   string `json:"warn_if"   yaml:"warn_if"`
	ErrorIf  string `json:"error_if"  yaml:"error_if"`
	FailCalc string `json:"fail_calc" yaml:"fail_calc"`
}

// wrong keeps the first fault of a test.
func (t *test) wrong(format string, args ...any) {
	if t.fault == nil {
		t.fault = fmt.Errorf(format, args...)
	}
}

// arg takes an argument; nil if it is not there. What nobody takes is reported.
func (t *test) arg(name string) any {
	if t.taken == nil {
		t.taken = map[string]bool{}
	}
	t.taken[name] = true
	return t.args[name]
}

func (t *test) text(name string) string {
	v := t.arg(name)
	if v == nil {
		return ""
	}
	text, ok := v.(string)
	if !ok {
		text = fmt.Sprint(v)
	}
	if templated(text) {
		t.wrong("argument %s is a template that dbt has still to render", name)
	}
	return text
}

func (t *test) flag(name string, unless bool) bool {
	switch v := t.arg(name).(type) {
	case nil:
		return unless
	case bool:
		return v
	}
	t.wrong("argument %s is no boolean", name)
	return unless
}

func (t *test) list(name string) []any {
	v, ok := t.arg(name).([]any)
	if !ok || len(v) == 0 {
		t.wrong("argument %s is no list", name)
	}
	return v
}

func (t *test) names(name string) []string {
	var names []string
	for _, v := range t.list(name) {
		text, ok := v.(string)
		if !ok {
			t.wrong("argument %s holds what is no name", name)
		}
		names = append(names, unquoted(text))
	}
	return names
}

// unquoted reads a name that may be written in quotes.
func unquoted(name string) string {
	if inner, ok := strings.CutPrefix(name, `"`); ok && strings.HasSuffix(inner, `"`) && len(inner) > 1 {
		return strings.ReplaceAll(inner[:len(inner)-1], `""`, `"`)
	}
	return name
}

// at returns the column the test is about.
func (t *test) at() []string {
	name := t.text("column_name")
	if name == "" {
		name = t.column
	}
	if name == "" {
		t.wrong("it names no column")
	}
	return []string{unquoted(name)}
}

// bounds reads a range from two arguments.
func (t *test) bounds(low, high string, open bool) *contract.Range {
	read := func(name string) any {
		v := t.arg(name)
		if err := bound(v); err != nil {
			t.wrong("argument %s: %w", name, err)
			return nil
		}
		return v
	}
	r := &contract.Range{}
	if open {
		r.Above, r.Below = read(low), read(high)
	} else {
		r.Min, r.Max = read(low), read(high)
	}
	if *r == (contract.Range{}) {
		t.wrong("neither %s nor %s is there", low, high)
	}
	return r
}

// bound refuses what is no constant: dbt takes any SQL.
func bound(v any) error {
	switch v := v.(type) {
	case nil, int, int64, uint64, float64, json.Number, time.Time:
		return nil
	case string:
		if constant.MatchString(v) {
			return nil
		}
	}
	return errors.New("it is no number and no date")
}

// left names the arguments nobody took.
func (t *test) left() string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(t.args)) {
		if !t.taken[name] && name != "model" && name != "column_name" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
