package cli

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditdb"
)

// Audit returns the command audit, for programs that carry it under their own name: see [Execute].
func Audit() *cobra.Command {
	root := &cobra.Command{
		Use: "audit", Short: "Ask, verify and keep an audit log",
		Long: `Ask, verify and keep an audit log: the directory that audit.Open writes.

Exit codes: 0 done; 1 it could not be done; 2 the command was not understood; 3 the log is not as it was written;
4 what --fail asked about was found.`,
		SilenceErrors: true, SilenceUsage: true, Args: noSuchCommand, RunE: help,
	}
	s := &settings{}
	flags := root.PersistentFlags()
	flags.StringVarP(&s.dir, "dir", "d", orEnv("MCPGOV_AUDIT_DIR", "audit-log"), "the log's directory (MCPGOV_AUDIT_DIR)")
	flags.BoolVar(&s.json, "json", false, "print JSON instead of tables")
	flags.StringVar(&s.zone, "tz", "Local", "time zone of what is read and printed: Local, UTC, Europe/Berlin, ...")
	root.AddCommand(tail(s), query(s), stats(s), anomalies(s), verify(s), export(s), compact(s), prune(s), hold(s), reports(s), digest(s), erase(s))
	return root
}

func orEnv(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

// settings are what all commands share.
type settings struct {
	dir, zone string
	json      bool
}

func (s *settings) location() (*time.Location, error) {
	zone, err := time.LoadLocation(s.zone)
	if err != nil {
		return nil, usage("--tz %s: there is no such time zone; write Local, UTC or a name like Europe/Berlin", s.zone)
	}
	return zone, nil
}

// window is which records a command is about.
type window struct{ since, until, filter string }

func (w *window) flags(c *cobra.Command) { w.flagsShort(c, "f") }

// flagsShort gives --filter another short name, or none: as everywhere, tail -f follows.
func (w *window) flagsShort(c *cobra.Command, filter string) {
	c.Flags().StringVar(&w.since, "since", "", "from when on: 24h, 7d, today, yesterday, 2026-11-01, 2026-11-01T10:00")
	c.Flags().StringVar(&w.until, "until", "", "before when: as --since")
	c.Flags().StringVarP(&w.filter, "filter", filter, "", "a condition in CEL: \"user.role == 'analyst' && duration_ms > 200\"")
}

func (w *window) query(s *settings) (q auditdb.Query, err error) {
	if q.Location, err = s.location(); err != nil {
		return q, err
	}
	now := time.Now()
	for _, bound := range []struct {
		flag, text string
		to         *time.Time
	}{{"--since", w.since, &q.Since}, {"--until", w.until, &q.Until}} {
		if bound.text == "" {
			continue
		}
		if *bound.to, err = auditdb.ParseSince(bound.text, q.Location, now); err != nil {
			return q, usage("%s: %w", bound.flag, err)
		}
	}
	if !q.Since.IsZero() && !q.Until.IsZero() && !q.Since.Before(q.Until) {
		return q, usage("--since %s does not lie before --until %s: nothing could be found", w.since, w.until)
	}
	if w.filter != "" {
		if q.Filter, err = auditdb.NewFilter(w.filter); err != nil {
			return q, usage("--filter: %w", err)
		}
	}
	return q, nil
}

// asking runs f on the open log.
func (s *settings) asking(ctx context.Context, f func(*auditdb.DB) error) error {
	if err := s.find(); err != nil {
		return err
	}
	db, err := auditdb.Open(ctx, s.dir, nil)
	if err != nil {
		return failed(err)
	}
	err = f(db)
	if closing := db.Close(); err == nil { // after a fault, or an interrupt, it says nothing new
		err = closing
	}
	return failed(err)
}

// printJSON writes v as one line of JSON.
func printJSON(c *cobra.Command, v any) error {
	return failed(json.NewEncoder(c.OutOrStdout()).Encode(v))
}

// recordJSON is a record as the log holds it.
func recordJSON(r *audit.Record) (json.RawMessage, error) { return r.AppendJSON(nil) }

func joined(texts []string) string { return strings.Join(texts, ",") }
