package policy

import (
	"fmt"
	"maps"
	"slices"
)

// ledger keeps who held what, and what of it was needed.
type ledger struct {
	holders map[grant]map[string]bool
	callers map[string]bool
	needed  map[grant]bool
}

func newLedger() ledger {
	return ledger{holders: map[grant]map[string]bool{}, callers: map[string]bool{}, needed: map[grant]bool{}}
}

// hiddenGrants tells the kinds of grants a record does not hold.
func hiddenGrants(r *Recorded) (hidden []string, err error) {
	gaps, err := gapsOf(r.Missing)
	if err != nil {
		return nil, fmt.Errorf("missing: %w", err)
	}
	for list, kind := range grantKinds() {
		if len(touching(gaps, []read{{[]string{"user", list}, wholly}})) > 0 {
			hidden = append(hidden, kind)
		}
	}
	return hidden, nil
}

// hold notes what a caller holds.
func (l *ledger) hold(r *Recorded, hidden []string) {
	caller := r.User.Provider + "\x00" + r.User.ID
	if !l.callers[caller] {
		if len(l.callers) == mostCallers {
			return
		}
		l.callers[caller] = true
	}
	for _, g := range r.User.held() {
		if slices.Contains(hidden, g.kind) {
			continue
		}
		if l.holders[g] == nil {
			l.holders[g] = map[string]bool{}
		}
		l.holders[g][caller] = true
	}
}

func (l *ledger) need(grants map[grant]bool) { maps.Copy(l.needed, grants) }

func (l *ledger) needAll(u *User) {
	for _, g := range u.held() {
		l.needed[g] = true
	}
}

// idle lists what was held and not needed.
func (l *ledger) idle() (lines []string) {
	for _, g := range slices.SortedFunc(maps.Keys(l.holders), grant.compare) {
		if l.needed[g] {
			continue
		}
		word := "callers"
		if len(l.holders[g]) == 1 {
			word = "caller"
		}
		lines = append(lines, fmt.Sprintf("%s %s (%d %s)", g.kind, g.name, len(l.holders[g]), word))
	}
	return lines
}
