package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditdb"
)

// tail is the command that shows the newest records.
func tail(s *settings) *cobra.Command {
	var w window
	var count int
	var follow bool
	c := &cobra.Command{
		Use: "tail", Short: "Show the newest records, and go on with --follow", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			q, err := w.query(s)
			if err != nil {
				return err
			}
			if count < 1 {
				return usage("--lines %d: write 1 or more", count)
			}
			q.Limit, q.Order = count, auditdb.NewestFirst
			return s.asking(c.Context(), func(db *auditdb.DB) error {
				seen := db.Last() // before: what is added while it is asked about comes later
				newest, err := collect(c, db, q)
				if err != nil {
					return err
				}
				for i, j := 0, len(newest)-1; i < j; i, j = i+1, j-1 {
					newest[i], newest[j] = newest[j], newest[i]
				}
				if err := s.show(c, newest, q.Location); err != nil || !follow {
					return err
				}
				return s.follow(c, db, q, latest(seen, newest))
			})
		},
	}
	w.flagsShort(c, "")
	c.Flags().IntVarP(&count, "lines", "n", 20, "how many records")
	c.Flags().BoolVarP(&follow, "follow", "f", false, "go on with what is added")
	return c
}

// followEvery is how often a log that is followed is read again.
const followEvery = time.Second

// follow shows what is added after the record with the number seen until the command is interrupted.
func (s *settings) follow(c *cobra.Command, db *auditdb.DB, q auditdb.Query, seen uint64) error {
	ticker := time.NewTicker(followEvery)
	defer ticker.Stop()
	q.Limit, q.Order = 0, auditdb.OldestFirst
	for {
		select {
		case <-c.Context().Done():
			return nil
		case <-ticker.C:
		}
		var err error
		if seen, err = s.more(c, db, q, seen); err != nil && c.Context().Err() == nil {
			return err
		}
	}
}

// more shows what was added after seen, and returns up to where the log was read.
func (s *settings) more(c *cobra.Command, db *auditdb.DB, q auditdb.Query, seen uint64) (upTo uint64, err error) {
	if err := db.Refresh(c.Context()); err != nil {
		return seen, err //nolint:wrapcheck // names the log
	}
	last := db.Last()
	if last <= seen {
		return seen, nil
	}
	text := fmt.Sprintf("seq > %d", seen) // segments that hold no such records are not read
	if q.Filter != nil {
		text += " && (" + q.Filter.String() + ")"
	}
	if q.Filter, err = auditdb.NewFilter(text); err != nil {
		return seen, err //nolint:wrapcheck // of a filter that was read before
	}
	added, err := collect(c, db, q)
	if err != nil || len(added) == 0 {
		return last, err
	}
	return latest(last, added), s.show(c, added, q.Location)
}

// latest is up to where a log was read: to what was there when the question was asked, or further if an answer is newer.
func latest(seen uint64, answers []audit.Record) uint64 {
	if len(answers) == 0 {
		return seen
	}
	return max(seen, answers[len(answers)-1].Seq)
}

// query is the command that shows the records a filter finds.
func query(s *settings) *cobra.Command {
	var w window
	var limit int
	var newest bool
	c := &cobra.Command{
		Use: "query", Short: "Show the records that a window and a filter find", Args: none,
		Example: `  mcpgov audit query --since 24h --filter "outcome == 'denied' && user.role == 'analyst'"
  mcpgov audit query --filter "call_id == 'L2LFDNMNO5XUFS7CYO4NARPMZR'" --json`,
		RunE: func(c *cobra.Command, _ []string) error {
			q, err := w.query(s)
			if err != nil {
				return err
			}
			if limit < 0 {
				return usage("--limit %d: write 0 for all, or more", limit)
			}
			q.Limit = limit
			if newest {
				q.Order = auditdb.NewestFirst
			}
			return s.asking(c.Context(), func(db *auditdb.DB) error {
				if s.json { // as they come: there may be millions
					for r, err := range db.Records(c.Context(), q) {
						if err != nil {
							return err //nolint:wrapcheck // names the log
						}
						if err := s.line(c.OutOrStdout(), &r); err != nil {
							return err
						}
					}
					return nil
				}
				found, err := collect(c, db, q)
				if err != nil {
					return err
				}
				if limit > 0 && len(found) == limit {
					defer func() {
						_, _ = fmt.Fprintf(c.ErrOrStderr(), "the first %d; --limit 0 shows all\n", limit)
					}()
				}
				return s.show(c, found, q.Location)
			})
		},
	}
	w.flags(c)
	c.Flags().IntVar(&limit, "limit", 1000, "how many records at most; 0: all")
	c.Flags().BoolVar(&newest, "newest", false, "newest first")
	return c
}

func collect(c *cobra.Command, db *auditdb.DB, q auditdb.Query) (found []audit.Record, err error) {
	p := begin(c.ErrOrStderr(), "reading", 0)
	defer p.end()
	for r, err := range db.Records(c.Context(), q) {
		if err != nil {
			return nil, err //nolint:wrapcheck // names the log
		}
		found = append(found, r)
	}
	return found, nil
}

// line writes a record as the log holds it.
func (s *settings) line(w io.Writer, r *audit.Record) error {
	line, err := recordJSON(r)
	if err == nil {
		_, err = w.Write(append(line, '\n'))
	}
	return err //nolint:wrapcheck // of the stream
}

// show prints records as lines of JSON, or as a table.
func (s *settings) show(c *cobra.Command, records []audit.Record, zone *time.Location) error {
	if s.json {
		for i := range records {
			if err := s.line(c.OutOrStdout(), &records[i]); err != nil {
				return err
			}
		}
		return nil
	}
	t := table{columns: []column{
		{name: "seq", right: true, spare: 5},
		{name: "time"},
		{name: "kind", spare: 4},
		{name: "user", least: 8},
		{name: "target", least: 10},
		{name: "outcome", least: 7},
		{name: "ms", right: true, spare: 3},
		{name: "rule", least: 6, spare: 2},
		{name: "masked", least: 6, spare: 1},
		{name: "about", least: 10, spare: 6},
	}}
	when := instant
	if width := terminal(c.OutOrStdout()); width > 0 && width < 80 {
		when = shortInstant
	}
	for i := range records {
		r := &records[i]
		t.add(paintOf(r), fmt.Sprint(r.Seq), when(r.Time, zone), string(r.Kind), r.User.ID, target(r), r.Outcome, milliseconds(r), r.Rule, joined(r.Masked), about(r))
	}
	return s.print(c, &t)
}

func paintOf(r *audit.Record) paint {
	switch {
	case r.Kind != audit.KindOutcome:
		return plain
	case r.Outcome == "ok":
		return green
	case r.Decision == "deny":
		return yellow
	}
	return red
}

func target(r *audit.Record) string {
	if r.Target.Kind == "tool" || r.Target.Kind == "" {
		return r.Target.Name
	}
	return r.Target.Kind + " " + r.Target.Name
}

func milliseconds(r *audit.Record) string {
	if r.Duration == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f", float64(r.Duration)/float64(time.Millisecond))
}

// about is what else a person would want to know of a record.
func about(r *audit.Record) string {
	switch {
	case r.Cause != "":
		return r.Cause
	case r.Note != "":
		return r.Note
	case r.Reason != "":
		return r.Reason
	}
	return string(r.Arguments)
}

func instant(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return at.In(zone).Format("2006-01-02 15:04:05.000")
}

// shortInstant is instant for narrow terminals.
func shortInstant(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return at.In(zone).Format("01-02 15:04:05")
}
