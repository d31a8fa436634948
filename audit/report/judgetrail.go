package report

// auditTrail: the log is whole, and says of every call how it ended.
func auditTrail(r *Report, v *verdict) {
	t, c := &r.Totals, &r.Coverage
	v.fact("records in the period", t.Records, "all records; part Coverage")
	v.fact("numbers missing between records", c.Missing, "part Coverage, gaps of seq")
	v.fact("records whose number is out of order, or missing", c.Disorder+c.Unnumbered, "part Coverage")
	v.fact("records the servers say were perhaps lost", t.Lost, "kind = 'event' and note begins with 'records not confirmed'")
	v.fact("records cut off by a crash", t.Torn, "kind = 'event' and note begins with 'log recovered'")
	v.fact("calls of which nobody knows how they ended", t.NoOutcome+t.UnknownEnd, "part Unended")
	v.fact("changes without an intent record before them", t.NoIntent, answered+" and not target.read_only, and no intent of the same call_id")
	v.fact("answers withheld because their record could not be written", t.AuditFailed, "outcome = 'audit_failed'")
	v.fail(c.Broken != "", "The log could not be read to its end.")
	v.fail(c.GapCount > 0, "Records are missing in the middle of the log.")
	v.fail(t.Lost > 0, "The servers say that records were perhaps lost.")
	v.warn(c.Disorder+c.Unnumbered > 0, "Records are out of order or without a number, as in logs of several chains: report on each by itself.")
	v.warn(t.Unkinded > 0, "Some records are of no known kind.")
	v.warn(t.Torn > 0, "A crash cut off a record.")
	v.warn(t.NoOutcome+t.UnknownEnd > 0, "Of some calls nobody knows how they ended.")
	v.warn(t.NoIntent > 0, "Something was changed, and no record was made before it.")
	v.warn(begunLate(r), "The log begins in the middle, and no checkpoint says that what is missing was deleted by retention.")
}

// begunLate reports whether the first record has something missing before it.
func begunLate(r *Report) bool {
	return r.Coverage.FirstSeq > 1 && r.Retention.LastGone+1 < r.Coverage.FirstSeq
}

// integrity: the log is as it was written, and that can be shown to others.
func integrity(r *Report, v *verdict) {
	c := &r.Chain
	v.fact("records found as they were written", c.Records, "part Chain; audit.Verify")
	v.fact("checkpoints", count(c.Checkpoints), "part Chain")
	v.fact("checkpoints that bear a signature", count(c.Signed), "part Chain")
	v.fact("records behind the last checkpoint", c.Unsealed, "part Chain")
	if !c.Checked {
		v.warn(true, "The log was not verified: see Options.Chain.")
		return
	}
	v.fact("records read and not verified", r.Coverage.Unverified, "seq greater than the last one verified")
	v.fail(c.BadSeq > 0, "A record is not as it was written.")
	v.warn(!c.Intact && c.BadSeq == 0, "The log could not be verified to its end.")
	v.warn(c.Intact && !c.Keyed, "The chain has no key: it shows accidents, and no attacker who can hash.")
	v.warn(c.Signed < c.Checkpoints || c.Signed == 0, "Not every part of the log is sealed by a signed checkpoint.")
	v.warn(c.Signed > 0 && !c.Checks, "The signatures of the checkpoints were not checked.")
	v.warn(!c.Witness, "Nothing kept outside was compared with the log, so that a cut end would not show.")
	v.warn(r.Coverage.Unverified > 0, "The log holds more records than were verified.")
}

// keptLongEnough: nothing was deleted before its time.
func keptLongEnough(r *Report, v *verdict) {
	s := &r.Retention
	v.fact("days records must be kept", count(s.RequiredDays), "Options.Retention, or the profile")
	v.fact("days after which the log deletes records, if it does", count(s.KeptDays), "Options.Retention")
	v.fact("segments deleted before their time", count(s.Early), "part Retention")
	v.fact("segments deleted although a hold covers them", count(s.Broken), "part Retention")
	v.fail(s.KeptDays > 0 && s.KeptDays < s.RequiredDays, "The log deletes records before they may be.")
	v.fail(s.Early > 0, "Records were deleted before they might be.")
	v.fail(s.Broken > 0, "Records were deleted although a hold covers them.")
	v.warn(!s.Known, "The segments of the log were not given: see Options.Segments.")
	v.warn(s.KeptDays == 0, "It is not stated after how many days the log deletes records: see Options.Retention.")
	v.warn(s.Unknown > 0, "Of deleted segments no checkpoint is left, so that their age is not known.")
	v.warn(begunLate(r), "The log begins in the middle, and no checkpoint says that what is missing was deleted by retention.")
}

// keptNoLonger: what has served its time is deleted.
func keptNoLonger(r *Report, v *verdict) {
	s := &r.Retention
	v.fact("days after which the log deletes records, if it does", count(s.KeptDays), "Options.Retention")
	v.fact("segments that should be gone and are not", count(s.Overdue), "part Retention")
	v.fact("segments kept because of a hold", count(s.Held), "part Retention")
	v.fact("segments deleted so far", count(s.Pruned), "part Retention")
	v.fail(s.Overdue > 0, "Records are kept longer than stated.")
	v.warn(s.KeptDays <= 0, "No time is stated after which the log deletes records.")
	v.warn(!s.Known, "The segments of the log were not given: see Options.Segments.")
}

// processing: what was asked for was done, or it is known that it was not.
func processing(r *Report, v *verdict) {
	t := &r.Totals
	v.fact("calls refused because their arguments broke the schema", t.BadInput, "outcome = 'invalid_input'")
	v.fact("results withheld because they broke their schema, size or masks", t.BadOutput, "outcome in ('output_invalid', 'output_too_large', 'mask_failed')")
	v.fact("calls of which nobody knows how they ended", t.NoOutcome+t.UnknownEnd, "part Unended")
	v.fact("changes without an intent record before them", t.NoIntent, answered+" and not target.read_only, and no intent of the same call_id")
	v.fact("panics of handlers", t.Panicked, "outcome = 'panicked'")
	v.fact("answered calls that name the systems their data came from", t.Sourced, answered+" and sources is not empty")
	v.warn(t.NoOutcome+t.UnknownEnd > 0, "Of some calls nobody knows how they ended.")
	v.warn(t.NoIntent > 0, "Something was changed, and no record was made before it.")
	v.warn(t.BadOutput > 0, "Handlers returned what they had promised not to. It was withheld.")
	v.warn(t.Panicked > 0, "Handlers panicked.")
}

// availability: calls did not fail because of the server.
func availability(r *Report, v *verdict) {
	t := &r.Totals
	v.fact("calls that failed because of the server", t.ServerFaults, "kind = 'outcome' and category = 'server_error' and outcome is not 'policy_failed'; part Faults")
	v.fact("calls that took too long", t.Timeouts, "outcome = 'timeout'")
	v.fact("requests refused because there were too many", t.Limited, "outcome = 'limited'")
	v.fact("starts of servers", t.Starts, "kind = 'event' and target.name = 'start'; part Events")
	v.fact("stops of servers", t.Stops, "kind = 'event' and target.name = 'stop'; part Events")
	v.warn(t.ServerFaults > 0, "Calls failed because of the server.")
	v.warn(t.Limited > 0, "Requests were refused because there were too many.")
}

// signs: what may be the trace of an incident. That there is none shows nothing.
func signs(r *Report, v *verdict) {
	t, c := &r.Totals, &r.Chain
	odd := r.Coverage.Missing + t.Lost + r.Coverage.Disorder
	v.fact("records missing, out of order or perhaps lost", odd, "part Coverage")
	v.fact("first record that is not as it was written, or 0", c.BadSeq, "part Chain")
	v.fact("calls that showed labelled data to callers without identity", t.AnonymousLabelled, labelled+" and user.anonymous")
	v.fact("calls answered without a decision to let them happen", t.Undecided, answered+" and decision not in ('allow', 'require_approval')")
	v.fact("calls answered although nobody is named", t.UnidentifiedAnswer, answered+" and user.id is empty and not user.anonymous")
	v.fact("answered calls that name whom they are about", t.WithSubjects, answered+" and subjects is not empty; part Subjects")
	v.warn(odd > 0, "Records are missing, out of order or perhaps lost.")
	v.warn(r.Coverage.Broken != "", "The log could not be read to its end.")
	v.warn(c.BadSeq > 0, "A record is not as it was written.")
	v.warn(t.AnonymousLabelled > 0, "Labelled data was shown to callers without identity.")
	v.warn(t.Undecided+t.UnidentifiedAnswer > 0, "Calls were answered without a decision, or nobody is named for them.")
}
