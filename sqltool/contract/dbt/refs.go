package dbt

import (
	"regexp"
	"strings"
)

var (
	refCall    = regexp.MustCompile(`^\s*(?:\{\{)?\s*(?:get_where_subquery\()?\s*ref\(\s*['"]([^'"]+)['"]\s*(?:,\s*['"]([^'"]+)['"]\s*)?\)\s*\)?\s*(?:\}\})?\s*$`)
	sourceCall = regexp.MustCompile(`^\s*(?:\{\{)?\s*(?:get_where_subquery\()?\s*source\(\s*['"]([^'"]+)['"]\s*,\s*['"]([^'"]+)['"]\s*\)\s*\)?\s*(?:\}\})?\s*$`)
)

// find returns the table that ref('x'), ref('package', 'x') or source('a', 'b') means; nil if there is none, or more than one.
func (p *Project) find(call string) *table {
	var found *table
	for id, t := range p.tables {
		same := false
		if m := refCall.FindStringSubmatch(call); m != nil {
			name, pack := m[1], ""
			if m[2] != "" {
				name, pack = m[2], m[1]
			}
			same = t.source == "" && t.name == name && (pack == "" || strings.Contains(id, "."+pack+"."))
		} else if m := sourceCall.FindStringSubmatch(call); m != nil {
			same = t.source == m[1] && t.name == m[2]
		}
		if same && found != nil {
			return nil
		}
		if same {
			found = t
		}
	}
	return found
}

// templated reports whether a text is still to be rendered by dbt.
func templated(text string) bool { return strings.Contains(text, "{{") || strings.Contains(text, "{%") }
