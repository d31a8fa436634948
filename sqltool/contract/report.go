package contract

import (
	"fmt"
	"strings"
	"time"
)

// Status says how a check ended. The zero value is none, and no pass.
type Status string

// How a check can end.
const (
	Passed  Status = "passed"
	Warned  Status = "warned"  // it failed, and is a warning
	Failed  Status = "failed"  // it failed
	Errored Status = "errored" // it could not be run: that is a failure whatever its severity
)

// Report is what checking a set has found.
type Report struct {
	Begun     time.Time     `json:"begun"`     // when the checking began
	Duration  time.Duration `json:"duration"`  // how long it took, in nanoseconds
	Contracts []Outcome     `json:"contracts"` // in the order of the set
}

// Outcome is what checking one contract has found.
type Outcome struct {
	Contract string        `json:"contract"`       // its name
	Action   Action        `json:"action"`         // what its breach does; never ""
	Rows     int64         `json:"rows"`           // the rows it is about
	AsOf     time.Time     `json:"as_of,omitzero"` // the newest time its checks of kind fresh saw; zero is not known
	Duration time.Duration `json:"duration"`       // how long it took, in nanoseconds
	Results  []Result      `json:"results"`        // of every check, in the order of the contract
}

// Result is what one check has found. It holds no values of the database but those of Samples.
type Result struct {
	Check    string        `json:"check"`             // its name
	Kind     Kind          `json:"kind"`              // what it looks at
	Status   Status        `json:"status"`            // how it ended
	Failures int64         `json:"failures"`          // failing rows; for checks that do not count rows 1
	Message  string        `json:"message,omitempty"` // what is wrong, without values
	Samples  [][]string    `json:"samples,omitempty"` // of failing rows the columns of Contract.Key, if Options asked for samples
	Duration time.Duration `json:"duration"`          // of the query; checks of one scan share its time

	err error // may quote values
}

// Err returns the error of a check that could not be run, nil for others. The text of a database's error may quote values: it is for
// operators, and no part of a report.
func (r Result) Err() error { return r.err }

// Broken reports whether the contract does not hold.
func (o Outcome) Broken() bool {
	if len(o.Results) == 0 {
		return true // nothing was checked
	}
	for _, r := range o.Results {
		if r.Status != Passed && r.Status != Warned {
			return true
		}
	}
	return false
}

// Broken returns the contracts that do not hold.
func (r Report) Broken() []Outcome {
	var broken []Outcome
	for _, outcome := range r.Contracts {
		if outcome.Broken() {
			broken = append(broken, outcome)
		}
	}
	return broken
}

// Summary says in a line which checks did not pass, without values.
func (o Outcome) Summary() string {
	var not []string
	for _, r := range o.Results {
		if r.Status != Passed {
			not = append(not, fmt.Sprintf("%s %s: %s", r.Check, r.Status, r.Message))
		}
	}
	if len(not) == 0 {
		return fmt.Sprintf("%s: %d checks passed", o.Contract, len(o.Results))
	}
	return fmt.Sprintf("%s: %d of %d checks did not pass: %s", o.Contract, len(not), len(o.Results), strings.Join(not, "; "))
}

// String writes the report for people, a line for each check that did not pass.
func (r Report) String() string {
	var b strings.Builder
	for _, outcome := range r.Contracts {
		word := "holds"
		if outcome.Broken() {
			word = "is broken"
		}
		fmt.Fprintf(&b, "%s %s (%d checks, %d rows)\n", outcome.Contract, word, len(outcome.Results), outcome.Rows)
		for _, result := range outcome.Results {
			if result.Status == Passed {
				continue
			}
			fmt.Fprintf(&b, "  %s %s: %s\n", result.Check, result.Status, result.Message)
			for _, sample := range result.Samples {
				fmt.Fprintf(&b, "    %s\n", strings.Join(sample, ", "))
			}
		}
	}
	return b.String()
}
