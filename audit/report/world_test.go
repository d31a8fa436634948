package report_test

import (
	"context"
	"encoding/json"
	"flag"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/report"
)

var update = flag.Bool("update", false, "write the files under testdata anew")

// noon is when the tests' logs begin.
var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// world is a log and all that is known besides.
type world struct {
	records []audit.Record
	opts    report.Options
}

// add appends records, each with its number and a time one minute after the last.
func (w *world) add(records ...audit.Record) {
	for _, r := range records {
		r.Seq = uint64(len(w.records) + 1)
		if r.Time.IsZero() {
			r.Time = noon.Add(time.Duration(len(w.records)) * time.Minute)
		}
		if r.Server.Name == "" {
			r.Server = audit.Server{Name: "clinic", Version: "1.0.0", Policy: "rev1", Environment: "production"}
		}
		w.records = append(w.records, r)
	}
}

func (w *world) all() iter.Seq2[audit.Record, error] { return sequence(w.records, nil) }

// sequence yields records, and then err if there is one.
func sequence(records []audit.Record, err error) iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
		if err != nil {
			yield(audit.Record{}, err)
		}
	}
}

func (w *world) make(t testing.TB, profile report.Profile) *report.Report {
	t.Helper()
	o := w.opts
	o.Profile = profile
	r, err := report.Make(context.Background(), w.all(), &o)
	require.NoError(t, err)
	return r
}

// seen is an answered call that showed labelled data about somebody, for a purpose.
func seen(id, user string) audit.Record {
	return audit.Record{
		Kind: audit.KindOutcome, CallID: id, User: audit.User{ID: user, Name: "Dr. " + user, Role: "doctor", Provider: "oidc"},
		Agent:   audit.Agent{ID: "desk-app", Kind: "oauth_client"},
		Client:  audit.Client{Name: "desk", Transport: "http", RemoteIP: "192.0.2.7"},
		Purpose: "treatment", Target: audit.Target{Kind: "tool", Name: "get_patient", ReadOnly: true},
		Decision: "allow", Rule: "doctors", Outcome: "ok", Rules: []string{"hide-insurance"}, Masked: []string{"insurance"},
		Shown: []string{"phi"}, Subjects: []string{"aa11"}, Sources: []audit.Source{{System: "ehr", Ref: "patients"}}, Rows: 1, Bytes: 300,
	}
}

// deleted is a call that destroys something, and that a person let happen.
func deleted(id string) (intent, outcome audit.Record) {
	outcome = seen(id, "ann")
	outcome.Target = audit.Target{Kind: "tool", Name: "delete_patient"}
	outcome.Decision, outcome.Rule, outcome.Note = "require_approval", "two-persons", "approved"
	outcome.Shown, outcome.Masked, outcome.Rules = nil, nil, nil
	intent = outcome
	intent.Kind, intent.Outcome = audit.KindIntent, ""
	return intent, outcome
}

// soundWorld is one in which nothing is odd and everything is known: every covered control is met.
func soundWorld() *world {
	w := &world{}
	w.add(audit.Record{Kind: audit.KindEvent, Target: audit.Target{Kind: "server", Name: "start"}, Outcome: "ok"})
	w.add(seen("c1", "ann"), seen("c2", "bob"))
	w.add(deleted("c3"))
	last := uint64(len(w.records))
	w.opts = report.Options{
		Now: noon.AddDate(0, 3, 0), Contract: clinicContract(),
		Chain: &report.Chain{Summary: audit.Summary{Records: last, LastSeq: last, LastHash: "0a1b", First: noon, Last: noon.Add(4 * time.Minute)}, Keyed: true, Signatures: true, Witness: true},
		Segments: []audit.Segment{
			{Number: 1, Name: "audit-000001.jsonl", Size: 900, Checkpoint: checkpoint(1, last, noon, noon.AddDate(0, 0, 1))},
			{Number: 2, Name: "audit-000002.jsonl"},
		},
		Retention: report.Retention{KeptDays: 2200},
	}
	return w
}

func checkpoint(first, last uint64, begun, sealed time.Time) *audit.Checkpoint {
	return &audit.Checkpoint{Version: 1, Log: "log1", Segment: 1, First: first, Last: last, Begun: begun, Sealed: sealed, PublicKey: "a2V5", Signature: "signed"}
}

func clinicContract() *report.Contract {
	return &report.Contract{
		Name: "clinic", Version: "1.0.0", Hash: "c0ffee", Revision: "rev1",
		Targets: []report.Target{
			{Kind: "tool", Name: "get_patient", ReadOnly: true, Purpose: true, Result: []report.Field{{Path: "insurance", Labels: []string{"phi"}}, {Path: "visits.diagnosis", Labels: []string{"phi"}}}},
			{Kind: "tool", Name: "delete_patient", Destructive: true},
		},
		Sets: []report.Set{{Name: "clinic", Default: "deny", Rules: []report.Rule{
			{ID: "doctors", Action: "allow", Tools: []string{"*"}},
			{ID: "two-persons", Action: "require_approval", Tools: []string{"delete_patient"}},
			{ID: "hide-insurance", Output: true, Action: "mask_sensitive_fields", Labels: []string{"phi"}, Tools: []string{"get_*"}},
		}}},
	}
}

func encoded(t testing.TB, r *report.Report) []byte {
	t.Helper()
	text, err := json.MarshalIndent(r, "", "  ")
	require.NoError(t, err)
	return append(text, '\n')
}
