package report

// Status is what the facts say about a control.
type Status string

// The statuses. None of them is a judgement on the law: met means that the facts of this report show what the control asks of a log and of
// rules, and show nothing against it.
const (
	Met        Status = "met"         // the facts show it
	NotMet     Status = "not_met"     // a fact speaks against it
	Attention  Status = "attention"   // a person has to look: something is odd, or what would show it was not given
	NotCovered Status = "not_covered" // neither a log nor rules can show it
)

// Control is one question of a profile, what the facts say to it, and what they cannot say.
type Control struct {
	ID     string   `json:"id"`              // as the standard numbers it
	Title  string   `json:"title"`           // what it is called
	Asks   string   `json:"asks"`            // in our words, and short: the standard's own text counts
	Status Status   `json:"status"`          // what the facts say
	Why    []string `json:"why,omitempty"`   // what keeps it from met; empty if nothing does
	Facts  []Fact   `json:"facts,omitempty"` // what the status rests on
	Person string   `json:"person"`          // what only a person can add
}

// Fact is a number and how to find what it counts.
type Fact struct {
	Text   string `json:"text"`   // what is counted
	Number uint64 `json:"number"` // how many
	Look   string `json:"look"`   // a condition on the members of the records of the period that finds them, or the part of this report that lists them
}

// demand is a control of a profile before it is judged.
type demand struct {
	id, title, asks, person string

	// covered: a log and rules can show it. Others begin as not_covered, and facts can only make them worse.
	covered bool
	judges  []judge
}

// judge brings facts about one question and says what speaks against it.
type judge func(r *Report, v *verdict)

// verdict is a control while it is judged.
type verdict struct {
	status Status
	why    []string
	facts  []Fact
}

// fact adds a number; look says how to find what it counts.
func (v *verdict) fact(text string, n uint64, look string) {
	v.facts = append(v.facts, Fact{text, n, look})
}

// fail says that, if so, a fact speaks against the control.
func (v *verdict) fail(so bool, why string) {
	if so {
		v.status = NotMet
		v.why = append(v.why, why)
	}
}

// warn says that, if so, a person has to look.
func (v *verdict) warn(so bool, why string) {
	if so {
		if v.status != NotMet {
			v.status = Attention
		}
		v.why = append(v.why, why)
	}
}

// demands returns the controls of a profile.
func (p Profile) demands() []demand {
	switch p {
	case HIPAA:
		return hipaa()
	case GDPR:
		return gdpr()
	case SOC2:
		return soc2()
	case OWASPMCP:
		return owaspMCP()
	}
	return nil
}

// judgeAll judges every control of the report's profile.
func judgeAll(r *Report) []Control {
	var all []Control
	for _, d := range r.Profile.demands() {
		v := verdict{status: NotCovered}
		if d.covered {
			v.status = Met
			v.warn(r.Coverage.Broken != "", "The log could not be read to its end.")
			v.warn(r.Totals.Calls == 0, "No call lies in the period, so the log shows nothing about this.")
		}
		for _, judge := range d.judges {
			judge(r, &v)
		}
		all = append(all, Control{ID: d.id, Title: d.title, Asks: d.asks, Status: v.status, Why: v.why, Facts: distinctFacts(v.facts), Person: d.person})
	}
	return all
}

// distinctFacts leaves out what two judges of one control both bring.
func distinctFacts(facts []Fact) []Fact {
	var kept []Fact
	seen := map[Fact]bool{}
	for _, f := range facts {
		if !seen[f] {
			kept = append(kept, f)
		}
		seen[f] = true
	}
	return kept
}

func count(n int) uint64 { return uint64(max(n, 0)) }
