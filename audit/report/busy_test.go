package report_test

import (
	"fmt"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/report"
)

// busyWorld is one in which everything happens: some hundred records of a quarter, with every oddity a report knows.
func busyWorld() *world {
	w := &world{}
	w.add(audit.Record{Kind: audit.KindEvent, Target: audit.Target{Kind: "server", Name: "start"}, Outcome: "ok", Note: "started, contract c0ffee"})
	users := []string{"ann", "bob", "cyd"}
	for i := range 180 {
		r := seen(fmt.Sprintf("call-%03d", i), users[i%3])
		r.Subjects = []string{fmt.Sprintf("subject%02d", i%7)}
		r.Time = noon.Add(time.Duration(i) * 9 * time.Hour)
		if i > 90 {
			r.Server = audit.Server{Name: "clinic", Version: "1.0.0", Policy: "rev2", Environment: "production"}
		}
		if i == 91 {
			w.policyChange("rev2", "ok", "policy rev2 takes the place of rev1", "")
			w.policyChange("rev2", "policy_failed", "a new policy was refused; the old one stays", "set \"clinic\", block 0 | line 2:\n# no such field")
		}
		busy(&r, i)
		w.add(r)
		if i%30 == 0 {
			intent, outcome := deleted(fmt.Sprintf("delete-%03d", i))
			intent.Time, outcome.Time = r.Time, r.Time
			if i == 60 {
				outcome.Outcome, outcome.Category, outcome.Note = "approval_refused", "client_error", ""
				w.add(outcome)
				continue
			}
			w.add(intent, outcome)
		}
	}
	w.crashes()
	last := uint64(len(w.records))
	w.opts = report.Options{
		Title: "Clinic, third quarter (draft)", Since: noon, Until: noon.AddDate(0, 3, 0), Now: noon.AddDate(0, 3, 1),
		Contract: clinicContract(), Location: time.FixedZone("CEST", 2*60*60),
		Chain: &report.Chain{Summary: audit.Summary{Records: last, LastSeq: last, LastHash: "0a1b2c", First: noon, Last: noon.AddDate(0, 2, 7)}, Keyed: true},
		Segments: []audit.Segment{
			{Number: 1, Name: "audit-000001.jsonl", Pruned: true, Checkpoint: checkpoint(1, 40, noon.AddDate(-7, 0, 0), noon.AddDate(-7, 1, 0))},
			{Number: 2, Name: "audit-000002.jsonl", Size: 4000, Checkpoint: checkpoint(41, last-20, noon.AddDate(0, -1, 0), noon.AddDate(0, 1, 0))},
			{Number: 3, Name: "audit-000003.jsonl", Size: 2000},
		},
		Retention: report.Retention{KeptDays: 2200, Holds: []audit.Hold{{Name: "case 7 | Miller", Reason: "dispute", By: "legal", Placed: noon, From: noon.AddDate(0, 0, -3)}}},
	}
	w.opts.Contract.Revision = "rev3"
	return w
}

// busy makes the i-th call end in its own way.
func busy(r *audit.Record, i int) {
	fail := func(code, category string) {
		r.Outcome, r.Category, r.Shown, r.Masked, r.Rules, r.Rows = code, category, nil, nil, nil, 0
		if category == "client_error" {
			r.Decision = "deny"
		}
	}
	switch i % 18 {
	case 1:
		fail("denied", "client_error")
		r.Rule = "own-patients"
	case 2:
		r.Purpose = ""
	case 3:
		r.User, r.Shown, r.Subjects = audit.User{Anonymous: true}, nil, nil
	case 4:
		fail("unknown", "client_error")
		r.Rule, r.Target.Name = "", fmt.Sprintf("made_up_%d", i)
	case 5:
		fail("unauthenticated", "client_error")
		r.Rule, r.User, r.Target = "", audit.User{}, audit.Target{Kind: "server", Name: "POST; tools/" + r.CallID, ReadOnly: true}
	case 6:
		fail("timeout", "server_error")
	case 7:
		r.Cut, r.Rows, r.Level = 3, 12, audit.LevelComplete
		r.Target = audit.Target{Kind: "resource", Name: "ehr://visits/{year}", ReadOnly: true}
	case 8:
		fail("policy_failed", "server_error")
		r.Decision, r.Rule = "", "dept-of-user"
	case 9:
		r.Purpose = "research | ![x](http://evil.example) `rm` <b>\n## Forged\n| a | b |"
	case 10:
		r.Warnings, r.Shadow = []string{"many-patients"}, []string{"night: would deny"}
	case 11:
		r.Shown, r.Masked, r.Subjects = []string{"phi", "pii"}, []string{"insurance", "visits.diagnosis"}, append(r.Subjects, "subject99")
	case 12:
		r.Target, r.Level = audit.Target{Kind: "list", Name: "tools", ReadOnly: true}, audit.LevelBasic
		r.Shown, r.Subjects, r.Masked, r.Rule, r.Decision = nil, nil, nil, "", ""
	case 13:
		fail("bed_taken", "business_error")
	case 14:
		r.Cleaned, r.User.Scopes = 2, []string{"admin"}
	}
}

func (w *world) policyChange(revision, outcome, note, cause string) {
	w.add(audit.Record{
		Kind: audit.KindEvent, Outcome: outcome, Note: note, Cause: cause, Target: audit.Target{Kind: "server", Name: "policy"},
		Server: audit.Server{Name: "clinic", Version: "1.0.0", Policy: revision}, Time: noon.AddDate(0, 1, 4),
	})
}

// crashes ends the log with what a crash leaves, and a record of the day after the period.
func (w *world) crashes() {
	at := noon.AddDate(0, 2, 8)
	server := audit.Server{Name: "clinic", Version: "1.1.0", Policy: "rev3"}
	for i := range 3 {
		intent, outcome := deleted(fmt.Sprintf("crash-%d", i))
		intent.Time, intent.Server = at, server
		w.add(intent)
		if i == 1 {
			outcome.Time, outcome.Server, outcome.Outcome = at, server, "unknown"
			w.add(outcome)
		}
	}
	w.add(
		audit.Record{Kind: audit.KindEvent, Time: at, Note: "log recovered: 31 bytes of a torn last line set aside in audit-000003.torn", Bytes: 31},
		audit.Record{Kind: audit.KindEvent, Time: at, Server: server, Note: "records not confirmed in time before this one, and perhaps lost: 2"},
		audit.Record{Kind: audit.KindEvent, Time: at, Server: server, Target: audit.Target{Kind: "server", Name: "start"}, Outcome: "ok"},
	)
	late := seen("late", "ann")
	late.Time, late.Server = noon.AddDate(0, 3, 0), server
	w.add(late)
	stop := audit.Record{Kind: audit.KindEvent, Time: at.AddDate(0, 0, 1), Server: server, Target: audit.Target{Kind: "server", Name: "stop"}}
	w.add(stop)
	w.records[len(w.records)-1].Seq += 2 // two are missing before it
}
