package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
)

// WriteMarkdown writes the report as GitHub Flavored Markdown: the statuses first, then each control with its facts, then the tables. What
// came from a log stands in code spans, and none of it can make a row, a heading, a link or HTML. Errors are those of w.
func (r *Report) WriteMarkdown(w io.Writer) error {
	p := &page{}
	r.head(p)
	r.controls(p)
	r.coverage(p)
	r.proofs(p)
	r.people(p)
	r.endings(p)
	r.rules(p)
	if _, err := w.Write(p.text.Bytes()); err != nil {
		return fmt.Errorf("report: write Markdown: %w", err)
	}
	return nil
}

// page is Markdown under way.
type page struct{ text bytes.Buffer }

func (p *page) line(format string, args ...any) {
	fmt.Fprintf(&p.text, format+"\n", args...)
}

func (p *page) heading(level int, text string) {
	if p.text.Len() > 0 {
		p.line("")
	}
	p.line("%s %s\n", strings.Repeat("#", level), text)
}

// table writes rows under a head. Cells come escaped.
func (p *page) table(head string, rows [][]string) {
	columns := strings.Split(head, "|")
	p.line("| %s |", strings.Join(columns, " | "))
	p.line("|%s", strings.Repeat(" --- |", len(columns)))
	for _, row := range rows {
		p.line("| %s |", strings.Join(row, " | "))
	}
}

// section writes the rows of a table, or that there is none, and what found no room in it.
func section[R any](p *page, title, about string, t *Table[R], head string, cells func(*R) []string) {
	p.heading(2, title)
	p.line("%s", about)
	if len(t.Rows) > 0 {
		p.line("")
		rows := make([][]string, len(t.Rows))
		for i := range t.Rows {
			rows[i] = cells(&t.Rows[i])
		}
		p.table(head, rows)
	} else {
		p.line("\nNone.")
	}
	if t.Left > 0 {
		p.line("\nThe table is full: %d records found no row.", t.Left)
	}
}

// head writes what the report is about.
func (r *Report) head(p *page) {
	p.heading(1, prose(r.Title))
	p.table("|", [][]string{
		{"Profile", quoted(string(r.Profile))},
		{"Period", r.period()},
		{"Made", instant(r.Made)},
		{"Servers", r.Coverage.Servers.markdown()},
		{"Tables about", r.whom()},
	})
	p.line("\nEvery number was counted from the log, its checkpoints or the contract. A status says what these facts show, and no more: it is")
	p.line("no legal judgement and no certificate. What only a person can add stands with each control. Where to look is a condition on the")
	p.line("members of the records of the period, or the part of this report that lists them.")
}

func (r *Report) whom() string {
	if r.Subject == "" {
		return "everybody"
	}
	return "the data subject " + quoted(r.Subject)
}

func (r *Report) period() string {
	from, to := "the first record", "the last record"
	if !r.Coverage.Since.IsZero() {
		from = instant(r.Coverage.Since)
	}
	if !r.Coverage.Until.IsZero() {
		to = "before " + instant(r.Coverage.Until)
	}
	return from + " to " + to
}

// controls writes the statuses, and then what each rests on.
func (r *Report) controls(p *page) {
	p.heading(2, "Controls")
	rows := make([][]string, len(r.Controls))
	for i, c := range r.Controls {
		rows[i] = []string{quoted(c.ID), c.Title, c.Status.words()}
	}
	p.table("Control|Title|Status", rows)
	for _, c := range r.Controls {
		p.heading(3, quoted(c.ID)+" "+c.Title)
		p.line("Status: **%s**\n", c.Status.words())
		p.line("- Asks: %s", c.Asks)
		for _, why := range c.Why {
			p.line("- Because: %s", why)
		}
		p.line("- A person adds: %s", c.Person)
		if len(c.Facts) == 0 {
			continue
		}
		p.line("")
		facts := make([][]string, len(c.Facts))
		for i, f := range c.Facts {
			facts[i] = []string{f.Text, number(f.Number), quoted(f.Look)}
		}
		p.table("Fact|Number|Where to look", facts)
	}
}

// words says a status to people.
func (s Status) words() string { return strings.ReplaceAll(string(s), "_", " ") }

func number[N int | uint64](n N) string { return fmt.Sprint(n) }

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// instant writes a time; the zero time is a dash.
func instant(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Format("2006-01-02 15:04:05 -0700")
}

// seen writes how often and when.
func (s *Seen) cells() []string {
	return []string{number(s.Count), instant(s.First), instant(s.Last)}
}

func (w *Who) markdown() string {
	var parts []string
	switch {
	case w.Anonymous:
		parts = append(parts, "nobody (anonymous)")
	default:
		parts = append(parts, quoted(w.ID))
	}
	if w.Tenant != "" {
		parts = append(parts, "of "+quoted(w.Tenant))
	}
	if w.Provider != "" {
		parts = append(parts, "by "+quoted(w.Provider))
	}
	return strings.Join(parts, " ")
}

func (w *What) markdown() string {
	if w.Name == "" {
		return quoted(w.Kind)
	}
	return quoted(w.Kind) + " " + quoted(w.Name)
}
