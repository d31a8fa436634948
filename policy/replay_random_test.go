package policy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/mask"
	"github.com/mcpgov/go-sdk/policy"
)

// outcome is what truly becomes of a call under a policy.
type outcome struct {
	effect policy.Effect
	failed bool
	rule   string
	rules  []string
	duty   policy.Obligations
}

func decide(t *testing.T, d policy.Decider, r *policy.Request, out any) outcome {
	t.Helper()
	var failure *policy.RuleError
	decision, err := d.Admit(t.Context(), r)
	if errors.As(err, &failure) {
		return outcome{failed: true, rule: failure.Rule}
	}
	require.NoError(t, err)
	if decision.Effect == policy.Deny {
		return outcome{effect: policy.Deny, rule: decision.Rule}
	}
	duty, err := d.Shape(t.Context(), r, out)
	switch {
	case errors.As(err, &failure):
		return outcome{effect: decision.Effect, failed: true, rule: failure.Rule}
	case err != nil:
		require.NoError(t, err)
	case duty.Deny != nil:
		return outcome{effect: policy.Deny, rule: duty.Deny.Rule}
	}
	return outcome{decision.Effect, false, decision.Rule, duty.Rules, duty}
}

func (o outcome) rank() int {
	switch {
	case o.failed || o.effect == policy.Deny:
		return 0
	case o.effect == policy.RequireApproval:
		return 1
	}
	return 2
}

// hide applies edits to a document and tells which were really there.
func hide(t *testing.T, doc []byte, edits []policy.Edit) (masked []byte, touched []string) {
	t.Helper()
	var plan []mask.Edit
	for _, e := range edits {
		m := mask.Mask{}
		if !e.Remove {
			var err error
			m, err = mask.ParseMask(e.Mask)
			require.NoError(t, err)
		}
		plan = append(plan, mask.Edit{Path: segments(t, e.Path), Remove: e.Remove, Mask: m})
	}
	compiled, err := mask.Compile(plan, []byte("key"))
	require.NoError(t, err)
	var counts mask.Touched
	masked, err = compiled.Apply(nil, doc, &counts)
	require.NoError(t, err)
	for i := range counts.All() {
		touched = append(touched, fields.JoinPath(compiled.Edits()[i].Path))
	}
	slices.Sort(touched)
	return masked, touched
}

func redact(paths ...string) (edits []policy.Edit) {
	for _, path := range paths {
		edits = append(edits, policy.Edit{Path: path, Mask: "redact"})
	}
	return edits
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return data
}

// cutRows leaves out the rows that do not stay. In a deal there is one list.
func cutRows(out *dealOut, cuts []policy.RowCut) (*dealOut, []string) {
	if len(cuts) == 0 {
		return out, nil
	}
	shorter := *out
	shorter.Lines = []dealLine{}
	for _, i := range cuts[0].Keep {
		shorter.Lines = append(shorter.Lines, out.Lines[i])
	}
	return &shorter, []string{"lines"}
}

// record writes a call down as a log does, with more or less of it left out.
func (c chance) record(t *testing.T, id string, r *policy.Request, out *dealOut, o outcome) policy.Recorded {
	t.Helper()
	rec := policy.Recorded{
		CallID: id, Kind: r.Target.Kind, Name: r.Target.Name, Time: r.Now, User: *r.User, Origin: r.Origin,
		Effect: o.effect.String(), Failed: o.failed, Rule: o.rule, Rules: o.rules,
	}
	rec.User.Attributes = map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(attributes())) {
		if c.IntN(40) > 0 { // else it was not recorded
			rec.User.Attributes[name] = r.User.Attributes[name]
		}
	}
	args, _ := hide(t, marshal(t, r.Args), redact("ssn"))
	rec.Args = []byte(strings.Replace(string(args), `,"limit":10`, "", 1))
	if !o.failed && o.effect != policy.Deny {
		shaped, cut := cutRows(out, o.duty.Rows)
		rec.Cut, rec.Answered = cut, true
		rec.Response, rec.Masked = hide(t, marshal(t, shaped), o.duty.Edits)
		rec.Response, _ = hide(t, rec.Response, redact("email", "card", "total", "buyer.phone", "lines.iban"))
		if c.IntN(4) == 0 {
			rec.Response = nil
		}
	}
	switch c.IntN(12) {
	case 0:
		rec.User.Email, rec.Missing = "", []string{"user.email"}
	case 1:
		rec.User, rec.Missing = policy.User{ID: r.User.ID}, []string{"user.*"}
	case 2:
		rec.Origin, rec.Missing = policy.Origin{}, []string{"request"}
	case 3:
		rec.Args = nil
	case 4:
		rec.Time = time.Time{}
	case 5:
		rec.User.Roles, rec.User.Permissions, rec.Missing = nil, nil, []string{"user.roles", "user.permissions"}
	}
	return rec
}

func all(records []policy.Recorded) iter.Seq2[policy.Recorded, error] {
	return func(yield func(policy.Recorded, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// What a report says of a call is what truly happens, and what it does not say does not happen, but for what it calls unknown.
func TestReplayIsTrue(t *testing.T) {
	c := newChance(100)
	target := deal()
	totals := map[string]int{}
	for range 200 {
		a, b := c.pair(target)
		var records []policy.Recorded
		truth := map[string]string{}
		changed := map[string][]string{}
		for i := range 12 {
			id := fmt.Sprint(i)
			r, out := c.request(target), c.result()
			was, now := decide(t, a, r, out), decide(t, b, r, out)
			records = append(records, c.record(t, id, r, out, was))
			switch {
			case now.rank() > was.rank():
				truth[id] = "gain"
			case now.rank() < was.rank():
				truth[id] = "lose"
			case was.rank() > 0:
				changed[id] = difference(t, out, was, now)
				if len(changed[id]) > 0 {
					truth[id] = "mask"
				}
			}
		}
		same, err := policy.Replay(t.Context(), a, all(records))
		require.NoError(t, err)
		require.Zero(t, same.Gained+same.Lost+same.Remasked, "against itself nothing changes:\n%s", same)
		require.Equal(t, len(records), same.Same+same.Unknown)

		report, err := policy.Replay(t.Context(), b, all(records))
		require.NoError(t, err)
		require.Equal(t, len(records), report.Same+report.Gained+report.Lost+report.Remasked+report.Unknown)
		said := map[string]string{}
		for word, changes := range map[string][]policy.Change{"gain": report.Gains, "lose": report.Loses, "mask": report.Masks, "unknown": report.Unknowns} {
			for _, change := range changes {
				require.Empty(t, said[change.CallID], "a call is in one list")
				said[change.CallID] = word
				if word == "unknown" {
					require.NotEmpty(t, change.Missing, change)
				}
				if word == "mask" {
					require.Equal(t, changed[change.CallID], withoutReturned(change.Fields), change)
				}
			}
		}
		for i := range records {
			id := fmt.Sprint(i)
			totals[said[id]]++
			if said[id] != "unknown" {
				require.Equal(t, truth[id], said[id], "call %s: %+v\n%s\n%s\n%s", id, records[i], records[i].Response, changed[id], report)
			}
		}
	}
	t.Log(totals)
}

// difference lists what one policy hides of a result and another does not. What lies in something hidden is hidden.
func difference(t *testing.T, out *dealOut, was, now outcome) (changes []string) {
	t.Helper()
	hidden := func(o outcome) (masked, cut []string) {
		shaped, cut := cutRows(out, o.duty.Rows)
		_, touched := hide(t, marshal(t, shaped), o.duty.Edits)
		return touched, cut
	}
	compare := func(sign string, some, others []string, covers func(string, string) bool) {
		for _, path := range some {
			if !slices.ContainsFunc(others, func(other string) bool { return covers(other, path) }) {
				changes = append(changes, sign+path)
			}
		}
	}
	covers := func(pattern, path string) bool { return fields.Covers(segments(t, pattern), segments(t, path)) }
	same := func(a, b string) bool { return a == b }
	masked, cut := hidden(was)
	maskedNow, cutNow := hidden(now)
	var asked []string // a mask that finds nothing, for the rows are gone, still hides
	for _, e := range now.duty.Edits {
		asked = append(asked, e.Path)
	}
	compare("-", masked, asked, covers)
	compare("+", maskedNow, masked, covers)
	compare("-", cut, cutNow, same)
	compare("+", cutNow, cut, same)
	slices.Sort(changes)
	return withoutReturned(changes)
}

// withoutReturned leaves out what is hidden in rows that come back: the record does not hold them.
func withoutReturned(changes []string) []string {
	if !slices.Contains(changes, "-lines") {
		return changes
	}
	return slices.DeleteFunc(changes, func(c string) bool { return strings.HasPrefix(c, "+lines.") || c == "+**.iban" })
}

func segments(t *testing.T, path string) []string {
	t.Helper()
	s, err := fields.ParsePath(path)
	require.NoError(t, err)
	return s
}
