package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// Profile says whose questions a report answers. The zero value is no profile.
type Profile string

// The profiles.
const (
	HIPAA    Profile = "hipaa"     // 45 CFR part 164, the sections that ask for records of access
	GDPR     Profile = "gdpr"      // Regulation (EU) 2016/679
	SOC2     Profile = "soc2"      // the AICPA's trust services criteria
	OWASPMCP Profile = "owasp-mcp" // OWASP MCP Top 10, 2025, version 0.1
)

// Profiles returns all profiles. The slice is the caller's own.
func Profiles() []Profile { return []Profile{HIPAA, GDPR, SOC2, OWASPMCP} }

// Options says what a report is about, and brings what no record holds. Only Profile is required; whatever is left out is a fact that the
// report does not have, and its controls say so.
type Options struct {
	Profile Profile // whose questions are answered; required
	Title   string  // stands at the top; "" is a plain one

	Since    time.Time      // the first moment of the period; zero: from the first record on
	Until    time.Time      // the first moment after it; zero: to the last record
	Location *time.Location // in which times are shown; nil: UTC
	Now      time.Time      // when the report is made, for ages; zero: the clock's word

	// Subject makes the tables of what callers did (Access, Subjects, Callers, Refusals, Approvals, Faults, Unended) about one data subject:
	// the keyed digest of the person, as [audit.Record].Subjects holds it. Totals and controls stay those of the whole log. "": about everybody.
	Subject string

	Contract  *Contract       // what the server serves, and its live rules; nil: not known
	Chain     *Chain          // what [audit.Verify] said; nil: the log was not verified
	Segments  []audit.Segment // of the log, from [audit.Segments]; nil: not known
	Retention Retention       // how long records must be, and are, kept

	// Limit bounds the rows of each table, and with them the memory. What finds no row is counted and the report says so. Zero: 10,000.
	Limit int
}

// Chain is what [audit.Verify] said about the log, and how it was asked.
type Chain struct {
	Summary audit.Summary // as Verify returned it
	Err     error         // as Verify returned it; nil: every record is as it was written
	Keyed   bool          // Verify was given the key; false: a plain chain, which shows accidents and no attacker who can hash
	// Signatures: Verify was given the public key of the checkpoints, and so checked what they are signed with.
	Signatures bool
	Witness    bool // Verify was given what had been kept where the log's keeper could not change it, so that a cut end would show
}

const defaultLimit = 10_000

// settled returns o with defaults filled in, or everything that is wrong with it.
func (o *Options) settled() (Options, error) {
	if o == nil {
		o = &Options{}
	}
	s := *o
	var faults []error
	if !slices.Contains(Profiles(), s.Profile) {
		faults = append(faults, fmt.Errorf("Options.Profile is %q: write one of %s", s.Profile, joined(Profiles())))
	}
	if !s.Since.IsZero() && !s.Until.IsZero() && !s.Since.Before(s.Until) {
		faults = append(faults, fmt.Errorf("Options.Until is %s, not after Since, %s: give the first moment after the period",
			s.Until.Format(time.RFC3339), s.Since.Format(time.RFC3339)))
	}
	if s.Limit < 0 {
		faults = append(faults, fmt.Errorf("Options.Limit is %d: give a positive number of rows, or 0 for %d", s.Limit, defaultLimit))
	}
	if s.Retention.RequiredDays < 0 {
		faults = append(faults, fmt.Errorf("Options.Retention.RequiredDays is %d: give days, or 0 for what the profile asks", s.Retention.RequiredDays))
	}
	for i, h := range s.Retention.Holds {
		if h.Name == "" {
			faults = append(faults, fmt.Errorf("Options.Retention.Holds[%d].Name is missing: write what the hold is called", i))
		}
	}
	if s.Location == nil {
		s.Location = time.UTC
	}
	if s.Now.IsZero() {
		s.Now = time.Now()
	}
	if s.Limit == 0 {
		s.Limit = defaultLimit
	}
	if s.Profile == HIPAA { // nobody can ask for less than the regulation does
		s.Retention.RequiredDays = max(s.Retention.RequiredDays, sixYears)
	}
	if s.Title == "" {
		s.Title = "Audit report, profile " + string(s.Profile)
	}
	if len(faults) > 0 {
		return s, fmt.Errorf("report: %w", errors.Join(faults...))
	}
	return s, nil
}

func joined[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return strings.Join(texts, ", ")
}
