package report

// minimisation: callers see what they need, because rules hide the rest.
func minimisation(r *Report, v *verdict) {
	t, s := &r.Totals, &r.Rules
	v.fact("answered calls that showed labelled data", t.Labelled, labelled+"; part Access")
	v.fact("answered calls of which something was hidden", t.Hidden, answered+" and (masked is not empty or cut > 0)")
	v.fact("labelled data shown because everyone may see everything, in calls", t.LabelledAllowAll, labelled+" and rule = 'allow-all'")
	v.fact("answered calls of targets with labelled fields whose records name neither shown nor hidden data", t.Unmarked, "part Access, rows without classes and without masked paths")
	v.fail(t.LabelledAllowAll > 0, "Labelled data was shown because of a policy that lets everyone do everything.")
	v.warn(t.Unmarked > 0, "Some records do not say whether labelled data was shown.")
	full(v, r.Access.Left, "access")
	if !s.Rules {
		v.warn(true, "The live rules were not given: see Options.Contract.")
		return
	}
	v.fact("fields of results that carry a label", count(s.Labelled), "part Rules")
	v.fact("fields with a label that no followed rule removes or masks", count(s.UncoveredAll), "part Rules")
	v.fail(s.UncoveredAll > 0, "No rule removes or masks some labelled fields for anybody.")
	strange := uint64(0)
	for _, l := range r.Labels.Rows {
		strange += once(l.Calls > 0 && l.Fields == 0)
	}
	v.fact("classes of data that were shown, and no field of the contract carries", strange, "part Labels")
	v.warn(strange > 0, "Classes of data were shown that no field of the contract carries, as from resources, or under another contract.")
	v.warn(s.Labelled == 0, "No field of a result carries a label, so that nothing says what there is to protect.")
}

// purposes: whoever sees labelled data has said why.
func purposes(r *Report, v *verdict) {
	t := &r.Totals
	v.fact("answered calls that showed labelled data", t.Labelled, labelled+"; part Access")
	v.fact("calls that showed labelled data without a stated purpose", t.LabelledNoPurpose, labelled+" and purpose is empty")
	v.fact("answered calls without a stated purpose", t.NoPurpose, answered+" and purpose is empty")
	v.fact("targets that ask for a purpose", count(r.Rules.AskingPurpose), "part Rules")
	v.fail(t.Labelled > 0 && t.LabelledNoPurpose == t.Labelled, "Labelled data was shown, and never was a purpose stated.")
	v.warn(t.LabelledNoPurpose > 0 && t.LabelledNoPurpose < t.Labelled, "Some labelled data was shown without a stated purpose.")
	v.warn(t.Labelled == 0, "No record says that labelled data was shown, so that there is no purpose to look at.")
}

// perSubject: of each disclosure it is known whom it was about.
func perSubject(r *Report, v *verdict) {
	t := &r.Totals
	v.fact("answered calls that showed labelled data", t.Labelled, labelled+"; part Access")
	v.fact("answered calls that name whom they are about", t.WithSubjects, answered+" and subjects is not empty; part Subjects")
	v.fact("calls that showed labelled data and name nobody they are about", t.LabelledNoSubject, labelled+" and subjects is empty")
	v.fail(t.Labelled > 0 && t.LabelledNoSubject == t.Labelled, "Labelled data was shown, and no record says whose.")
	v.warn(t.LabelledNoSubject > 0 && t.LabelledNoSubject < t.Labelled, "Some labelled data was shown, and the record does not say whose.")
	v.warn(t.WithSubjects == 0, "No record names a data subject, so that nobody's disclosures can be listed.")
	if r.Subject != "" {
		about := r.Subjects.Left
		for _, row := range r.Subjects.Rows {
			about += row.Count
		}
		v.fact("answered calls about this data subject", about, answered+" and subjects holds the digest; part Subjects")
	}
	v.warn(r.Subject != "" && len(r.Subjects.Rows) == 0, "No answered call of the period names this data subject: compare the key of the digest.")
	full(v, r.Subjects.Left, "data subjects")
}

// erasure: what a person must know who deletes somebody's data.
func erasure(r *Report, v *verdict) {
	v.fact("answered calls that name whom they are about", r.Totals.WithSubjects, answered+" and subjects is not empty; part Subjects")
	v.fact("holds", count(len(r.Retention.Holds)), "part Retention")
	v.fact("days after which the log deletes records, if it does", count(r.Retention.KeptDays), "Options.Retention")
}

// activities: what belongs into a record of processing.
func activities(r *Report, v *verdict) {
	v.fact("classes of data that were shown, or that the contract has", count(len(r.Labels.Rows))+r.Labels.Left, "part Labels")
	v.fact("callers", r.Totals.Callers, "user.id, user.provider, user.tenant; part Callers")
	v.fact("answered calls without a stated purpose", r.Totals.NoPurpose, answered+" and purpose is empty")
	v.fact("answered calls that name the systems their data came from", r.Totals.Sourced, answered+" and sources is not empty")
}

// toReview: what a person has to look at.
func toReview(r *Report, v *verdict) {
	t := &r.Totals
	v.fact("calls and other requests that were refused", t.Denied, refusals)
	v.fact("answered calls that showed labelled data", t.Labelled, labelled+"; part Access")
	v.fact("calls of which nobody knows how they ended", t.NoOutcome+t.UnknownEnd, "part Unended")
	v.fact("new rules that came into force", t.PolicyLoads, "target.name = 'policy' and outcome = 'ok'; part Policy changes")
	v.fact("new rules that were refused", t.PolicyRefusals, "target.name = 'policy' and outcome is not 'ok'; part Policy changes")
}
