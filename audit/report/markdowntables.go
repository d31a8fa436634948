package report

import "fmt"

// coverage writes what was read.
func (r *Report) coverage(p *page) {
	c, t := &r.Coverage, &r.Totals
	p.heading(2, "Coverage")
	p.table("Fact|Value", [][]string{
		{"Records read", number(c.Read)},
		{"Records in the period", number(t.Records)},
		{"Numbers of the records read", fmt.Sprintf("%d to %d", c.FirstSeq, c.LastSeq)},
		{"First and last time in the period", instant(c.First) + " to " + instant(c.Last)},
		{"Reading ended early because", quoted(c.Broken)},
		{"Gaps, and numbers missing in them", fmt.Sprintf("%d, %d", c.GapCount, c.Missing)},
		{"Records out of order, without a number, without a time, of no known kind", fmt.Sprintf("%d, %d, %d, %d", c.Disorder, c.Unnumbered, t.Untimed, t.Unkinded)},
		{"Records read and not verified", number(c.Unverified)},
		{"Calls, answered, refused (of all requests)", fmt.Sprintf("%d, %d, %d", t.Calls, t.Answered, t.Denied)},
		{"Calls answered without identity", number(t.AnonymousAnswered)},
		{"Calls answered without a stated purpose", number(t.NoPurpose)},
		{"How much the records of calls hold (level, calls)", c.Levels.markdown()},
		{"Records in which a warning rule held", number(t.Warned)},
	})
	if len(c.Gaps) > 0 {
		p.line("\nMissing between:\n")
		for _, g := range c.Gaps {
			p.line("- %d and %d", g.After, g.Before)
		}
	}
}

// proofs writes what is known of chain and retention.
func (r *Report) proofs(p *page) {
	c, s := &r.Chain, &r.Retention
	p.heading(2, "Chain")
	p.table("Fact|Value", [][]string{
		{"Verified", yes(c.Checked)},
		{"Every record as it was written", yes(c.Intact)},
		{"Under a key", yes(c.Keyed)},
		{"Signatures of checkpoints checked", yes(c.Checks)},
		{"Against what was kept outside", yes(c.Witness)},
		{"Fault", quoted(c.Fault)},
		{"Good records, last number, its hash", fmt.Sprintf("%d, %d, %s", c.Records, c.LastSeq, quoted(c.LastHash))},
		{"Checkpoints, signed ones", fmt.Sprintf("%d, %d", c.Checkpoints, c.Signed)},
		{"Keys named in them", quotedAll(c.Keys)},
		{"Last record a checkpoint commits to, good records behind it", fmt.Sprintf("%d, %d", c.SealedSeq, c.Unsealed)},
	})
	p.heading(2, "Retention")
	p.table("Fact|Value", [][]string{
		{"Segments known", yes(s.Known)},
		{"Days required", days(s.RequiredDays, "not stated")},
		{"Days kept", days(s.KeptDays, "not known")},
		{"Segments, deleted ones, kept by a hold", fmt.Sprintf("%d, %d, %d", s.Segments, s.Pruned, s.Held)},
		{"Oldest kept segment begun", instant(s.Oldest)},
		{"Deleted through", fmt.Sprintf("record %d, %s", s.LastGone, instant(s.GoneThru))},
		{"Deleted too early, despite a hold, overdue", fmt.Sprintf("%d, %d, %d", s.Early, s.Broken, s.Overdue)},
	})
	if len(s.Holds) > 0 {
		p.line("")
		rows := make([][]string, len(s.Holds))
		for i, h := range s.Holds {
			rows[i] = []string{quoted(h.Name), quoted(h.Reason), quoted(h.By), instant(h.From), instant(h.Until)}
		}
		p.table("Hold|Reason|Placed by|From|Until", rows)
	}
}

func days(n int, zero string) string {
	switch {
	case n == 0:
		return zero
	case n < 0:
		return "for ever"
	}
	return number(n)
}

// people writes who saw what.
func (r *Report) people(p *page) {
	section(p, "Access", "Who saw which class of data, for which purpose, and which rules let him and hid the rest.", &r.Access,
		"User|Role|Target|Classes shown|Hidden paths|Rows given|Rows cut|Purposes|Without purpose|Agents|Rules|Output rules|Sources|May change|Calls|First|Last",
		func(a *Access) []string {
			return append([]string{
				a.Who.markdown(), quoted(a.Who.Role), a.What.markdown(), quotedAll(a.Shown), a.Masked.markdown(), number(a.Rows), number(a.Cut),
				a.Purposes.markdown(), number(a.Unstated), a.Agents.markdown(), a.Rules.markdown(), a.Output.markdown(), a.Sources.markdown(), yes(a.Changes),
			}, a.cells()...)
		})
	section(p, "Data subjects", "The same for each data subject, by keyed digest.", &r.Subjects,
		"Subject|User|Role|Target|Classes shown|Purposes|Without purpose|Agents|May change|Calls|First|Last",
		func(a *SubjectAccess) []string {
			return append([]string{
				quoted(a.Subject), a.Who.markdown(), quoted(a.Who.Role), a.What.markdown(), quotedAll(a.Shown), a.Purposes.markdown(),
				number(a.Unstated), a.Agents.markdown(), yes(a.Changes),
			}, a.cells()...)
		})
	section(p, "Callers", "Everybody who is named in an outcome. Holdings are the different sets of roles, groups, permissions and scopes.", &r.Callers,
		"User|Name|Answered|Refused|Labelled|Holdings|Records|First|Last",
		func(c *Caller) []string {
			return append([]string{
				c.Who.markdown(), quoted(c.Name), number(c.Answered), number(c.Refused), number(c.Labelled), number(c.Holdings),
			}, c.cells()...)
		})
	section(p, "Labels", "Classes of data: fields that carry them, rules that hide by them, and calls that showed them.", &r.Labels,
		"Label|Fields|Rules|Calls",
		func(l *Label) []string {
			return []string{quoted(l.Label), number(l.Fields), number(l.Rules), number(l.Calls)}
		})
}

// endings writes what did not happen, or not well.
func (r *Report) endings(p *page) {
	section(p, "Refusals", "What a rule or the server did not let happen. A target without a name was not found, or nobody looked for it.", &r.Refusals,
		"Rule|Code|User|Role|Target|Count|First|Last",
		func(f *Refusal) []string {
			return append([]string{quoted(f.Rule), quoted(f.Code), f.Who.markdown(), quoted(f.Who.Role), f.What.markdown()}, f.cells()...)
		})
	section(p, "Approvals", "Calls that a rule made wait for a person.", &r.Approvals, "Rule|End|User|Role|Target|Count|First|Last",
		func(a *Approved) []string {
			return append([]string{quoted(a.Rule), a.End, a.Who.markdown(), quoted(a.Who.Role), a.What.markdown()}, a.cells()...)
		})
	section(p, "Faults", "Calls that were let happen and did not end well.", &r.Faults, "Code|Category|Target|Count|First|Last",
		func(f *Fault) []string {
			return append([]string{quoted(f.Code), quoted(f.Category), f.What.markdown()}, f.cells()...)
		})
	section(p, "Unended", "Calls of which nobody knows how they ended: under way, or cut off by a crash.", &r.Unended, "Call|Record|Time|User|Target|End",
		func(u *Unended) []string {
			return []string{quoted(u.CallID), number(u.Seq), instant(u.Time), u.Who.markdown(), u.What.markdown(), u.End}
		})
}

// rules writes what is known of the rules and how they changed.
func (r *Report) rules(p *page) {
	s := &r.Rules
	p.heading(2, "Rules")
	actions := Tally{Counts: map[string]uint64{}}
	for action, n := range s.Count {
		actions.Counts[action] = count(n)
	}
	p.table("Fact|Value", [][]string{
		{"Contract given, with rules", yes(s.Known) + ", " + yes(s.Rules)},
		{"Server, version", quoted(s.Server) + ", " + quoted(s.Version)},
		{"Contract", quoted(s.Hash)},
		{"Revision of the rules", quoted(s.Revision)},
		{"It is the last one in the log", yes(s.InLog)},
		{"Targets, of them destructive, of them asking for a purpose", fmt.Sprintf("%d, %d, %d", s.Targets, s.Destructive, s.AskingPurpose)},
		{"Rules that are followed, by action", actions.markdown()},
		{"Rules in shadow mode", number(s.Shadowed)},
		{"Sets that do not deny by default", quotedAll(s.OpenDefaults)},
		{"Labelled fields of results, of them not covered by a rule", fmt.Sprintf("%d, %d", s.Labelled, s.UncoveredAll)},
		{"Fields not covered", quotedAll(s.Uncovered)},
		{"What rules in shadow mode would have done", r.Shadow.markdown()},
	})
	section(p, "Policy changes", "Events about the rules, in the order of the log.", &r.Changes, "Record|Time|Server|Before|After|Outcome|Note|Cause",
		func(c *PolicyChange) []string {
			return []string{
				number(c.Seq), instant(c.Time), quoted(c.Server), quoted(c.Before), quoted(c.After), quoted(c.Outcome), quoted(c.Note), quoted(c.Cause),
			}
		})
	section(p, "Policy revisions", "Which rules decided how many calls.", &r.Revisions,
		"Revision|Server|Version|Announced|Allowed|Made to wait|Denied|Other|Calls|First|Last",
		func(v *Revision) []string {
			return append([]string{
				quoted(v.Revision), quoted(v.Server), quoted(v.Version), yes(v.Announced), number(v.Allowed), number(v.Asked), number(v.Denied), number(v.Other),
			}, v.cells()...)
		})
	section(p, "Events", "Starts, stops, recoveries and others, in the order of the log.", &r.Events, "Record|Time|Server|What|Outcome|Note",
		func(e *Event) []string {
			return []string{number(e.Seq), instant(e.Time), quoted(e.Server), quoted(e.What), quoted(e.Outcome), quoted(e.Note)}
		})
}
