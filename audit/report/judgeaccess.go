package report

// Where facts about calls are found.
const (
	calls    = "kind = 'outcome' and target.kind in ('tool', 'resource', 'prompt')"
	answered = calls + " and outcome = 'ok'"
	labelled = answered + " and shown is not empty"
	refusals = "kind = 'outcome' and (decision = 'deny' or outcome in ('denied', 'policy_failed', 'approval_required', 'approval_refused')); part Refusals"
)

// accessControl: every answer rests on a decision of the rules.
func accessControl(r *Report, v *verdict) {
	t := &r.Totals
	v.fact("calls", t.Calls, calls)
	v.fact("calls that returned a result", t.Answered, answered)
	v.fact("calls and other requests that were refused", t.Denied, refusals)
	v.fact("refused because a rule could not be evaluated", t.PolicyFailed, "outcome = 'policy_failed'")
	v.fact("answered without a decision to let the call happen", t.Undecided, answered+" and decision not in ('allow', 'require_approval')")
	v.fact("answered because everyone may do everything", t.AllowAll, answered+" and rule = 'allow-all'")
	v.fail(t.Undecided > 0, "Calls were answered although their records hold no decision to let them happen.")
	v.warn(t.Unruled > t.Undecided, "Calls were answered and their records name no rule that let them.")
	v.warn(t.AllowAll > 0, "Calls were answered because of a policy that lets everyone do everything.")
	v.warn(t.PolicyFailed > 0, "Rules could not be evaluated. The calls were refused; the rules need a look.")
	liveRules(r, v)
}

// liveRules: what no rule decides is denied, and rules are followed.
func liveRules(r *Report, v *verdict) {
	s := &r.Rules
	v.warn(!s.Rules, "The live rules were not given: see Options.Contract.")
	if !s.Rules {
		return
	}
	total := 0
	for _, n := range s.Count {
		total += n
	}
	v.fact("rules that are followed", count(total), "part Rules")
	v.fact("rules that are evaluated and not followed (shadow mode)", count(s.Shadowed), "part Rules")
	v.fact("sets of rules that do not deny what no rule decides", count(len(s.OpenDefaults)), "part Rules")
	v.warn(total == 0, "No rule is followed.")
	v.warn(s.Shadowed > 0, "Some rules are evaluated and not followed.")
	v.warn(len(s.OpenDefaults) > 0, "Some sets of rules do not deny what no rule decides.")
	v.warn(r.Totals.Calls > 0 && !s.InLog, "The revision of the given rules is not the last one that the log shows for this server.")
}

// authentication: whoever got an answer is known.
func authentication(r *Report, v *verdict) {
	t := &r.Totals
	v.fact("calls answered although nobody is named", t.UnidentifiedAnswer, answered+" and user.id is empty and not user.anonymous")
	v.fact("calls answered without identity, by the server's choice", t.AnonymousAnswered, answered+" and user.anonymous")
	v.fact("calls that showed labelled data to callers without identity", t.AnonymousLabelled, labelled+" and user.anonymous")
	v.fact("requests refused because nobody could tell who calls", t.Unauthentic, "outcome = 'unauthenticated'")
	v.fact("callers", t.Callers, "user.id, user.provider, user.tenant; part Callers")
	v.fail(t.UnidentifiedAnswer > 0, "Calls were answered and their records name nobody.")
	v.fail(t.AnonymousLabelled > 0, "Labelled data was shown to callers without identity.")
	v.warn(t.AnonymousAnswered > 0, "Calls were answered for callers without identity.")
	full(v, r.Totals.CallersLeft, "callers")
}

// leastPrivilege: what people may do does not grow unseen.
func leastPrivilege(r *Report, v *verdict) {
	varied := r.Totals.Varied
	v.fact("callers who called with more than one set of roles, groups, permissions and scopes", varied, "part Callers, column Holdings")
	v.warn(varied > 0, "What some callers held changed between their calls. A person has to say whether it should have.")
	full(v, r.Totals.CallersLeft, "callers")
}

// boundary: callers from a network are known.
func boundary(r *Report, v *verdict) {
	t := &r.Totals
	v.fact("requests refused because nobody could tell who calls", t.Unauthentic, "outcome = 'unauthenticated'")
	v.fact("requests refused because there were too many", t.Limited, "outcome = 'limited'")
	v.fact("calls over a network answered without identity", t.AnonymousRemote, answered+" and user.anonymous and client.remote_ip is not empty")
	v.warn(t.AnonymousRemote > 0, "Callers without identity were answered over a network.")
}

// approvals: what may destroy waits for a person.
func approvals(r *Report, v *verdict) {
	t := &r.Totals
	v.fact("calls that waited for a person", t.Approvals, calls+" and decision = 'require_approval'; part Approvals")
	v.fact("calls that a person let happen", t.ApprovalsDone, calls+" and decision = 'require_approval' and note holds 'approved'; part Approvals")
	v.fact("answered calls of targets that may destroy, which no person let happen", t.DestructiveUnasked, "part Access, targets marked destructive in the contract")
	v.warn(t.DestructiveUnasked > 0, "Calls that may destroy something happened without a person's approval.")
}

// full says that a table had no room for everything.
func full(v *verdict, left uint64, what string) {
	v.warn(left > 0, "The table of "+what+" was full: raise Options.Limit, or report on a shorter period.")
}
