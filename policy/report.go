package policy

import (
	"cmp"
	"slices"
)

// Report is what a candidate policy would have done about recorded calls. Each call is counted in exactly one of Same, Gained, Lost, Remasked
// and Unknown.
type Report struct {
	Calls    int // that were replayed
	Same     int // the caller would have got what he got
	Gained   int // refused then, or held for approval, and admitted now, or at least held for approval
	Lost     int // the other way round
	Remasked int // admitted both times, with other parts of the result hidden
	Unknown  int // it depends on what the record does not hold

	// The first 1000 of each. An output rule that withholds the result makes a call lost; of a call that was refused there is no result, and
	// what an output rule would have said of it is unknown.
	Gains, Loses, Masks, Unknowns []Change

	// Rules counts how often each enforced rule of the candidate has surely decided, warned or applied. Zero is a rule that was never used.
	Rules map[string]int

	// Grants are what callers held and no rule needed: "permission pii.view (3 callers)". A grant was needed if a test such as
	// 'pii.view' in user.permissions found it in a call that may have been admitted, if such a call's rules looked at the list in another
	// way, or if a call that cannot be judged was made by one who held it. Of the first 10000 callers; sorted.
	Grants []string

	Unreachable []string // targets the candidate refuses whoever calls, with whatever arguments: "tool drop_all"; sorted
	Unseen      []string // those of the others that it refuses each of the first 10000 callers; sorted
}

// Change is one call that would have gone otherwise, or may have.
type Change struct {
	CallID  string   // of the record
	User    string   // who called: the id, or else the name
	Target  string   // "tool get_customer"
	Was     string   // "allow", "require_approval", "deny" or "fail"
	Now     string   // likewise, or "unknown"
	Rule    string   // of the candidate: what decides; for Masks what applies to the result, joined by commas; "" where that is not known
	Fields  []string // of Masks: "+email" is hidden now, "-email" no longer; lists that rows are cut from as well, but nothing in rows only they brought back
	Missing []string // of Unknowns: what would have to be known, such as args.ssn; sorted
}

// The words for what becomes of a call, beside those of effects.
const (
	wordDeny    = "deny"
	wordFail    = "fail"
	wordUnknown = "unknown"
)

// mostChanges bounds each list of changes, mostCallers what is remembered of callers.
const (
	mostChanges = 1000
	mostCallers = 10_000
)

func keep(changes *[]Change, count *int, c Change) {
	if *count++; len(*changes) < mostChanges {
		*changes = append(*changes, c)
	}
}

// add enters what became of one call.
func (r *Report) add(c Change, was Effect, p prospect, missing []string) {
	word, now, known := p.may.word()
	c.Now = word
	switch {
	case !known || len(missing) > 0:
		c.Now, c.Fields, c.Rule = wordUnknown, nil, cmp.Or(c.Rule, p.rule)
		slices.Sort(missing)
		c.Missing = slices.Compact(missing)
		keep(&r.Unknowns, &r.Unknown, c)
	case now.rank() > was.rank():
		c.Rule, c.Fields = p.rule, nil
		keep(&r.Gains, &r.Gained, c)
	case now.rank() < was.rank():
		c.Rule, c.Fields = p.rule, nil
		keep(&r.Loses, &r.Lost, c)
	case len(c.Fields) > 0:
		keep(&r.Masks, &r.Remasked, c)
	default:
		r.Same++
	}
}

// rank orders effects by what they give.
func (e Effect) rank() int {
	switch e {
	case Allow:
		return 2
	case RequireApproval:
		return 1
	default:
		return 0
	}
}
