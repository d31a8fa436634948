package report_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/report"
)

// never are the controls that no input can move: they are not covered, and only bring facts.
var never = []string{"164.308(a)(1)(ii)(D)", "Art. 17", "Art. 30", "MCP04:2025"}

// oddity is one thing that is not as it should be.
type oddity struct {
	name string
	make func(*world)
}

func onRecord(i int, change func(*audit.Record)) func(*world) {
	return func(w *world) { change(&w.records[i]) }
}

func onCalls(change func(*audit.Record)) func(*world) {
	return func(w *world) {
		for i := range w.records {
			if w.records[i].Kind == audit.KindOutcome {
				change(&w.records[i])
			}
		}
	}
}

// another appends one more record, verified and sealed like the others.
func another(r audit.Record) func(*world) {
	return func(w *world) {
		w.add(r)
		w.opts.Chain.Summary.LastSeq++
		w.opts.Segments[0].Checkpoint.Last++
	}
}

func ended(code, category string) func(*world) {
	r := seen("c9", "ann")
	r.Outcome, r.Category, r.Shown, r.Masked, r.Subjects = code, category, nil, nil, nil
	if category == "client_error" {
		r.Decision = "deny"
	}
	return another(r)
}

func oddities() []oddity {
	return []oddity{
		{"no calls", func(w *world) { w.records = w.records[:1] }},
		{"answered without a decision", onRecord(1, func(r *audit.Record) { r.Decision = "" })},
		{"answered without a rule", onRecord(1, func(r *audit.Record) { r.Rule = "" })},
		{"everyone may do everything", onRecord(1, func(r *audit.Record) { r.Rule = "allow-all" })},
		{"a rule failed", ended("policy_failed", "server_error")},
		{"refused", ended("denied", "client_error")},
		{"limited", ended("limited", "client_error")},
		{"unauthenticated", ended("unauthenticated", "client_error")},
		{"handler failed", ended("failed", "server_error")},
		{"handler panicked", ended("panicked", "server_error")},
		{"bad output", ended("output_invalid", "server_error")},
		{"business error", ended("sold_out", "business_error")},
		{"one anonymous", onRecord(1, func(r *audit.Record) { r.User = audit.User{Anonymous: true} })},
		{"one anonymous, nothing labelled", onRecord(4, func(r *audit.Record) { r.User = audit.User{Anonymous: true} })},
		{"one unidentified", onRecord(1, func(r *audit.Record) { r.User = audit.User{} })},
		{"holdings change", func(w *world) {
			w.records[1].User.Scopes = []string{"read"}
			w.records[2].User = w.records[1].User
			w.records[2].User.Scopes = []string{"read", "write"}
		}},
		{"one without purpose", onRecord(1, func(r *audit.Record) { r.Purpose = "" })},
		{"all without purpose", onCalls(func(r *audit.Record) { r.Purpose = "" })},
		{"one without subject", onRecord(1, func(r *audit.Record) { r.Subjects = nil })},
		{"all without subject", onCalls(func(r *audit.Record) { r.Subjects = nil })},
		{"nothing shown", onCalls(func(r *audit.Record) { r.Shown = nil })},
		{"one without classes", onRecord(1, func(r *audit.Record) { r.Shown, r.Masked = nil, nil })},
		{"secret shown", onRecord(1, func(r *audit.Record) { r.Shown = []string{"phi", "secret"} })},
		{"destroyed without approval", onRecord(4, func(r *audit.Record) { r.Decision, r.Note = "allow", "" })},
		{"texts cleaned", onRecord(1, func(r *audit.Record) { r.Cleaned = 3 })},
		{"no revision", onRecord(1, func(r *audit.Record) { r.Server.Policy = "" })},
		{"another revision, unannounced", func(w *world) { w.records[2].Server.Policy = "rev2"; w.opts.Contract.Revision = "rev2" }},
		{"another version", onRecord(2, func(r *audit.Record) { r.Server.Version = "2.0.0" })},
		{"another server", onRecord(2, func(r *audit.Record) { r.Server.Name = "shadow" })},
		{"rules of another revision", func(w *world) { w.opts.Contract.Revision = "rev7" }},
		{"no intent", onRecord(3, func(r *audit.Record) { r.CallID = "other" })},
		{"no outcome", func(w *world) { w.records = w.records[:4] }},
		{"unknown end", onRecord(4, func(r *audit.Record) { r.Outcome, r.Category = "unknown", "" })},
		{"a gap", onRecord(4, func(r *audit.Record) { r.Seq = 8 })},
		{"out of order", onRecord(4, func(r *audit.Record) { r.Seq = 2 })},
		{"begins late", func(w *world) { w.records = w.records[1:] }},
		{"begins late, deleted by retention", func(w *world) {
			w.records = w.records[1:]
			gone := audit.Segment{Number: 0, Pruned: true, Checkpoint: checkpoint(1, 1, noon.AddDate(-7, 0, 0), noon.AddDate(-7, 0, 1))}
			w.opts.Segments = append([]audit.Segment{gone}, w.opts.Segments...)
		}},
		{"torn", another(audit.Record{Kind: audit.KindEvent, Note: "log recovered: 17 bytes of a torn last line set aside in x.torn"})},
		{"lost", another(audit.Record{Kind: audit.KindEvent, Note: "records not confirmed in time before this one, and perhaps lost: 4"})},
		{"not verified", func(w *world) { w.opts.Chain = nil }},
		{"tampered with", func(w *world) {
			w.opts.Chain.Err = fmt.Errorf("check: %w", &audit.VerifyError{File: "audit-000001.jsonl", Line: 3, Seq: 3, Reason: "the hash does not match"})
		}},
		{"verification ended early", func(w *world) { w.opts.Chain.Err = errors.New("disk on fire") }},
		{"no key", func(w *world) { w.opts.Chain.Keyed = false }},
		{"no witness", func(w *world) { w.opts.Chain.Witness = false }},
		{"signatures not checked", func(w *world) { w.opts.Chain.Signatures = false }},
		{"a record of no kind", onRecord(0, func(r *audit.Record) { r.Kind = "note" })},
		{"less asked than the regulation does", func(w *world) { w.opts.Retention.RequiredDays, w.opts.Retention.KeptDays = 30, 60 }},
		{"not signed", func(w *world) { w.opts.Segments[0].Checkpoint.Signature = "" }},
		{"more than verified", func(w *world) { w.opts.Chain.Summary.LastSeq-- }},
		{"segments not given", func(w *world) { w.opts.Segments = nil }},
		{"retention not stated", func(w *world) { w.opts.Retention.KeptDays = 0 }},
		{"kept for ever", func(w *world) { w.opts.Retention.KeptDays = -1 }},
		{"kept for a year", func(w *world) { w.opts.Retention.KeptDays = 365 }},
		{"deleted too early", func(w *world) {
			w.opts.Segments = append(w.opts.Segments, audit.Segment{Number: 3, Pruned: true, Checkpoint: checkpoint(6, 6, noon, noon)})
		}},
		{"deleted despite a hold", func(w *world) {
			old := noon.AddDate(-8, 0, 0)
			w.opts.Segments = append(w.opts.Segments, audit.Segment{Number: 3, Pruned: true, Checkpoint: checkpoint(6, 6, old, old)})
			w.opts.Retention.Holds = []audit.Hold{{Name: "case 7", Until: noon}}
		}},
		{"deleted without a checkpoint", func(w *world) {
			w.opts.Segments = append(w.opts.Segments, audit.Segment{Number: 3, Pruned: true})
		}},
		{"overdue", func(w *world) { w.opts.Now = noon.AddDate(7, 0, 0) }},
		{"overdue and held", func(w *world) {
			w.opts.Now = noon.AddDate(7, 0, 0)
			w.opts.Retention.Holds = []audit.Hold{{Name: "case 7", From: noon.Add(-time.Hour)}}
		}},
		{"contract not given", func(w *world) { w.opts.Contract = nil }},
		{"rules not given", func(w *world) { w.opts.Contract.Sets = nil }},
		{"rules in shadow", func(w *world) { w.opts.Contract.Sets[0].Shadow = true }},
		{"allowed by default", func(w *world) { w.opts.Contract.Sets[0].Default = "allow" }},
		{"field not covered", func(w *world) { w.opts.Contract.Sets[0].Rules[2].Labels = []string{"pii"} }},
		{"nothing labelled", func(w *world) { w.opts.Contract.Targets[0].Result = nil }},
		{"a class the contract does not know", onRecord(1, func(r *audit.Record) { r.Shown = []string{"gossip"} })},
		{"tables full", func(w *world) { w.opts.Limit = 1 }},
		{"about somebody unknown", func(w *world) { w.opts.Subject = "ff99" }},
	}
}

// statuses are those of all controls of all profiles.
func statuses(t *testing.T, w *world) map[string]report.Control {
	t.Helper()
	all := map[string]report.Control{}
	for _, profile := range report.Profiles() {
		for _, c := range w.make(t, profile).Controls {
			require.NotContains(t, all, c.ID)
			require.Equal(t, c.Status == report.Met, c.Status != report.NotCovered && len(c.Why) == 0, c.ID)
			all[c.ID] = c
		}
	}
	return all
}

// TestStatusesFollowFromData puts one oddity after the other into a world where nothing is odd. Which controls change, and how, stands in
// testdata/flips.txt; each covered control has to change for something, and what nothing moves has to be not_covered.
func TestStatusesFollowFromData(t *testing.T) {
	t.Parallel()
	sound := statuses(t, soundWorld())
	for id, c := range sound {
		require.Contains(t, []report.Status{report.Met, report.NotCovered}, c.Status, "%s: %v", id, c.Why)
	}
	moved := map[string]bool{}
	var b strings.Builder
	for _, odd := range oddities() {
		w := soundWorld()
		odd.make(w)
		fmt.Fprintf(&b, "%s\n", odd.name)
		now := statuses(t, w)
		for _, profile := range report.Profiles() {
			for _, c := range w.make(t, profile).Controls {
				if now[c.ID].Status != sound[c.ID].Status {
					moved[c.ID] = true
					fmt.Fprintf(&b, "\t%-9s %s\n", c.Status, c.ID)
				}
			}
		}
	}
	for id, c := range sound {
		require.Equal(t, !moved[id], slices.Contains(never, id), "%s: what no input moves must be not covered", id)
		if c.Status == report.Met {
			require.True(t, moved[id], id)
		}
	}
	golden(t, filepath.Join("testdata", "flips.txt"), []byte(b.String()))
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run with -update if the change is meant")
}

// The report never says more than the facts: the word that would is nowhere in it.
func TestNoClaim(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("*.go")
	require.NoError(t, err)
	texts, err := filepath.Glob("testdata/*.*")
	require.NoError(t, err)
	for _, name := range slices.Concat(sources, texts) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, word := range []string{"compliant", "compliance", "certified"} {
			require.NotContains(t, strings.ToLower(string(text)), word, name)
		}
	}
}
