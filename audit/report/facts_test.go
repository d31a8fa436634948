package report_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/report"
)

// The totals of the busy world, counted once more by hand: each with the condition that the reports name.
func TestTotalsAreWhatTheyCount(t *testing.T) {
	t.Parallel()
	w := busyWorld()
	r := w.make(t, report.SOC2)
	counted := func(holds func(*audit.Record) bool) (n uint64) {
		for i := range w.records {
			if at := w.records[i].Time; !at.Before(w.opts.Since) && at.Before(w.opts.Until) && holds(&w.records[i]) {
				n++
			}
		}
		return n
	}
	call := func(r *audit.Record) bool {
		return r.Kind == audit.KindOutcome && r.Outcome != "" && strings.Contains("tool resource prompt", r.Target.Kind) && (r.Outcome != "unknown" || r.Category != "")
	}
	ok := func(r *audit.Record) bool { return call(r) && r.Outcome == "ok" }
	labelled := func(r *audit.Record) bool { return ok(r) && len(r.Shown) > 0 }
	is := r.Totals
	require.Equal(t, counted(func(*audit.Record) bool { return true }), is.Records)
	require.Equal(t, counted(call), is.Calls)
	require.Equal(t, counted(ok), is.Answered)
	require.Equal(t, counted(labelled), is.Labelled)
	require.Equal(t, counted(func(r *audit.Record) bool { return labelled(r) && r.Purpose == "" }), is.LabelledNoPurpose)
	require.Equal(t, counted(func(r *audit.Record) bool { return ok(r) && r.User.Anonymous }), is.AnonymousAnswered)
	require.Equal(t, counted(func(r *audit.Record) bool { return ok(r) && len(r.Subjects) > 0 }), is.WithSubjects)
	require.Equal(t, counted(func(r *audit.Record) bool { return ok(r) && (len(r.Masked) > 0 || r.Cut > 0) }), is.Hidden)
	require.Equal(t, counted(func(r *audit.Record) bool { return r.Kind == audit.KindIntent }), is.Intents)
	require.Equal(t, counted(func(r *audit.Record) bool {
		return r.Kind == audit.KindOutcome && (r.Decision == "deny" || r.Outcome == "policy_failed" || r.Outcome == "approval_refused")
	}), is.Denied)
	require.Equal(t, counted(func(r *audit.Record) bool { return r.Category == "server_error" && r.Outcome != "policy_failed" }), is.ServerFaults)
	require.Equal(t, counted(func(r *audit.Record) bool { return call(r) && r.Decision == "require_approval" }), is.Approvals)

	// The tables hold the same.
	var answered, refused, perSubject uint64
	for _, a := range r.Access.Rows {
		answered += a.Count
	}
	for _, f := range r.Refusals.Rows {
		refused += f.Count
	}
	for _, s := range r.Subjects.Rows {
		perSubject += s.Count
	}
	require.Equal(t, is.Answered, answered)
	require.Equal(t, is.Denied, refused)
	require.Equal(t, is.WithSubjects+10, perSubject) // ten calls are about two people
}

// A report about one data subject lists what concerns that one, and names no other.
func TestOneSubject(t *testing.T) {
	t.Parallel()
	w := busyWorld()
	whole := w.make(t, report.GDPR)
	w.opts.Subject = "subject99"
	r := w.make(t, report.GDPR)
	require.Len(t, r.Subjects.Rows, 1)
	require.Equal(t, uint64(10), r.Subjects.Rows[0].Count)
	require.Equal(t, "cyd", r.Subjects.Rows[0].Who.ID)
	require.Len(t, r.Callers.Rows, 1)
	require.Equal(t, whole.Totals, r.Totals)
	require.NotContains(t, string(markdown(t, r)), "subject01")
	require.NotContains(t, string(encoded(t, r)), "subject01")
}

// The period cuts what is counted; numbers, intents and rules are followed over the whole log.
func TestPeriod(t *testing.T) {
	t.Parallel()
	w := soundWorld()
	w.opts.Since, w.opts.Until = noon.Add(2*time.Minute), noon.Add(4*time.Minute)
	r := w.make(t, report.HIPAA)
	require.Equal(t, uint64(2), r.Totals.Records)
	require.Equal(t, uint64(5), r.Coverage.Read)
	require.Zero(t, r.Totals.NoOutcome) // the outcome lies behind the period, and was read
	require.Equal(t, w.opts.Since, r.Coverage.First)

	w.records[2].Time = time.Time{} // nobody can tell: it counts
	w.records[0].Seq = 0
	r = w.make(t, report.HIPAA)
	require.Equal(t, uint64(1), r.Totals.Untimed)
	require.Equal(t, uint64(1), r.Coverage.Unnumbered)
	require.Equal(t, uint64(2), r.Coverage.FirstSeq)
}

// A log that cannot be read to its end gives a report that says so, and the error.
func TestReadingEndsEarly(t *testing.T) {
	t.Parallel()
	w := soundWorld()
	broken := errors.New("audit-000001.jsonl:6: not a record")
	r, err := report.Make(t.Context(), sequence(w.records, broken), &report.Options{Profile: report.HIPAA})
	require.ErrorIs(t, err, broken)
	require.Equal(t, "audit-000001.jsonl:6: not a record", r.Coverage.Broken)
	for _, c := range r.Controls {
		require.NotEqual(t, report.Met, c.Status, c.ID)
	}

	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(broken)
	r, err = report.Make(ctx, w.all(), &report.Options{Profile: report.HIPAA})
	require.ErrorIs(t, err, broken)
	require.Zero(t, r.Coverage.Read)
}

func TestOptionsFaults(t *testing.T) {
	t.Parallel()
	_, err := report.Make(t.Context(), sequence(nil, nil), &report.Options{
		Profile: "pci", Since: noon, Until: noon, Limit: -1, Retention: report.Retention{RequiredDays: -1, Holds: []audit.Hold{{}}},
	})
	for _, want := range []string{
		`Options.Profile is "pci": write one of hipaa, gdpr, soc2, owasp-mcp`, "Options.Until is", "Options.Limit is -1", "RequiredDays is -1", "Holds[0].Name is missing",
	} {
		require.ErrorContains(t, err, want)
	}
	_, err = report.Make(t.Context(), nil, &report.Options{Profile: report.GDPR})
	require.ErrorContains(t, err, "records are nil")
	_, err = report.Make(t.Context(), sequence(nil, nil), nil)
	require.ErrorContains(t, err, "Options.Profile")
}

// However many users, targets, purposes, labels, revisions and made-up names a log holds, the tables stay small, and say what is missing.
func TestTablesAreBounded(t *testing.T) {
	t.Parallel()
	const records, limit = 5000, 20
	all := func(yield func(audit.Record, error) bool) {
		for i := range records {
			word := fmt.Sprint("x", i)
			r := seen(word, word)
			r.Seq, r.Time = uint64(2*i+1), noon
			r.Purpose, r.Rule, r.Agent.ID, r.Target.Name = word, word, word, word
			r.Masked, r.Rules, r.Shown, r.Subjects, r.Shadow = []string{word}, []string{word}, []string{word}, []string{word, word + "b"}, []string{word}
			r.Server = audit.Server{Name: word, Policy: word, Version: word}
			switch i % 10 {
			case 1:
				r.Outcome, r.Decision, r.Category = "denied", "deny", "client_error"
			case 2:
				r.Outcome, r.Category = word, "business_error"
			case 3:
				r.Kind, r.Target = audit.KindEvent, audit.Target{Kind: "server", Name: "policy"}
			case 4:
				r.Kind = audit.KindEvent
			case 5:
				r.Decision = "require_approval"
			}
			if !yield(r, nil) {
				return
			}
		}
	}
	r, err := report.Make(t.Context(), all, &report.Options{Profile: report.SOC2, Limit: limit, Now: noon})
	require.NoError(t, err)
	for name, table := range map[string]struct {
		rows int
		left uint64
	}{
		"access": {len(r.Access.Rows), r.Access.Left}, "subjects": {len(r.Subjects.Rows), r.Subjects.Left}, "callers": {len(r.Callers.Rows), r.Callers.Left},
		"refusals": {len(r.Refusals.Rows), r.Refusals.Left}, "approvals": {len(r.Approvals.Rows), r.Approvals.Left}, "faults": {len(r.Faults.Rows), r.Faults.Left},
		"changes": {len(r.Changes.Rows), r.Changes.Left}, "revisions": {len(r.Revisions.Rows), r.Revisions.Left}, "labels": {len(r.Labels.Rows), r.Labels.Left},
		"events": {len(r.Events.Rows), r.Events.Left},
	} {
		require.Equal(t, limit, table.rows, name)
		require.NotZero(t, table.left, name)
	}
	require.Len(t, r.Shadow.Counts, limit)
	require.Len(t, r.Coverage.Gaps, 100)
	require.Equal(t, uint64(records-1), r.Coverage.GapCount)
	require.Less(t, len(encoded(t, r)), 200<<10)
	require.Contains(t, string(markdown(t, r)), "The table is full")
}

// A caller who makes up names and purposes cannot push later rows out of the tables.
func TestMadeUpTextsMakeNoRows(t *testing.T) {
	t.Parallel()
	w := soundWorld()
	for i := range 200 {
		unknown, purpose, anonymous := seen("u", "eve"), seen("p", "eve"), seen("a", "")
		unknown.Outcome, unknown.Decision, unknown.Category, unknown.Target.Name = "unknown", "deny", "client_error", fmt.Sprint("made-up", i)
		purpose.Purpose = fmt.Sprint("because ", i)
		anonymous.Outcome, anonymous.Decision, anonymous.Category = "unauthenticated", "deny", "client_error"
		anonymous.User, anonymous.Target = audit.User{}, audit.Target{Kind: "server", Name: fmt.Sprint("POST ", i)}
		w.add(unknown, purpose, anonymous)
	}
	w.add(seen("last", "zoe"))
	w.opts.Limit = 10
	r := w.make(t, report.GDPR)
	require.Len(t, r.Refusals.Rows, 2)
	require.Len(t, r.Access.Rows, 5)
	require.Zero(t, r.Access.Left)
	require.Equal(t, "zoe", r.Access.Rows[4].Who.ID)
	require.Equal(t, uint64(180), r.Access.Rows[3].Purposes.Other)
}
