package policy

import (
	"fmt"
	"strings"
)

// mostLines bounds how many lines of each kind the text of a report holds.
const mostLines = 20

// String writes the report out for people to read: the counts, then the first of each kind of change.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d calls: %d the same, %d gain, %d lose, %d change their mask, %d unknown\n",
		r.Calls, r.Same, r.Gained, r.Lost, r.Remasked, r.Unknown)
	writeChanges(&b, "gain", r.Gains, r.Gained)
	writeChanges(&b, "lose", r.Loses, r.Lost)
	writeChanges(&b, "change their mask", r.Masks, r.Remasked)
	writeChanges(&b, "unknown", r.Unknowns, r.Unknown)
	var unused []string
	for _, rule := range sortedKeys(r.Rules) {
		if r.Rules[rule] == 0 {
			unused = append(unused, rule)
		}
	}
	writeLines(&b, "rules that were never used", unused, len(unused))
	writeLines(&b, "grants that no rule needed", r.Grants, len(r.Grants))
	writeLines(&b, "targets that are refused whoever calls", r.Unreachable, len(r.Unreachable))
	writeLines(&b, "targets that each of these callers is refused", r.Unseen, len(r.Unseen))
	return b.String()
}

func writeChanges(b *strings.Builder, title string, changes []Change, count int) {
	lines := make([]string, 0, min(len(changes), mostLines))
	for i := range changes[:min(len(changes), mostLines)] {
		lines = append(lines, changes[i].String())
	}
	writeLines(b, title, lines, count)
}

func writeLines(b *strings.Builder, title string, lines []string, count int) {
	if count == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n", title)
	for _, line := range lines[:min(len(lines), mostLines)] {
		fmt.Fprintf(b, "    %s\n", line)
	}
	if more := count - min(len(lines), mostLines); more > 0 {
		fmt.Fprintf(b, "    and %d more\n", more)
	}
}

// String writes the change on one line.
func (c Change) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s on %s: %s", c.CallID, c.User, c.Target, c.Was)
	if c.Now != c.Was {
		b.WriteString(" -> " + c.Now)
	}
	if len(c.Fields) > 0 {
		b.WriteString(", " + strings.Join(c.Fields, " "))
	}
	if c.Rule != "" {
		fmt.Fprintf(&b, " (%s)", c.Rule)
	}
	if len(c.Missing) > 0 {
		b.WriteString(": depends on " + strings.Join(c.Missing, ", "))
	}
	return b.String()
}
