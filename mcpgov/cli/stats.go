package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpgov/go-sdk/audit/auditdb"
)

// stats is the command that counts calls.
func stats(s *settings) *cobra.Command {
	var w window
	var by []string
	known := []auditdb.Dimension{auditdb.ByTool, auditdb.ByHour, auditdb.ByDay, auditdb.ByUser, auditdb.ByRule, auditdb.ByOutcome}
	c := &cobra.Command{
		Use: "stats", Short: "Count calls, errors and denials, with p50, p95 and p99 of their durations", Args: none,
		Example: "  mcpgov audit stats --since 7d --by tool,hour --tz Europe/Berlin",
		RunE: func(c *cobra.Command, _ []string) error {
			q, err := w.query(s)
			if err != nil {
				return err
			}
			var dimensions []auditdb.Dimension
			for _, name := range by {
				d := auditdb.Dimension(name)
				if !slices.Contains(known, d) {
					return usage("--by %s: write some of %s", name, dimensionNames(known))
				}
				if slices.Contains(dimensions, d) {
					return usage("--by: %s stands there twice", name)
				}
				dimensions = append(dimensions, d)
			}
			if slices.Contains(dimensions, auditdb.ByHour) && slices.Contains(dimensions, auditdb.ByDay) {
				return usage("--by: group by the hour or by the day, not by both")
			}
			return s.asking(c.Context(), func(db *auditdb.DB) error {
				p := begin(c.ErrOrStderr(), "counting", 0)
				groups, err := db.Stats(c.Context(), q, dimensions...)
				p.end()
				if err != nil {
					return err //nolint:wrapcheck // names the log
				}
				return s.showStats(c, groups, dimensions, q.Location)
			})
		},
	}
	w.flags(c)
	c.Flags().StringSliceVar(&by, "by", []string{string(auditdb.ByTool)}, "what to group by: "+dimensionNames(known))
	return c
}

func dimensionNames(all []auditdb.Dimension) string {
	var names []string
	for _, d := range all {
		names = append(names, string(d))
	}
	return strings.Join(names, ", ")
}

// statJSON is one group as programs read it.
type statJSON struct {
	Tool    *string    `json:"tool,omitempty"`
	Time    *time.Time `json:"time,omitempty"`
	User    *string    `json:"user,omitempty"`
	Rule    *string    `json:"rule,omitempty"`
	Outcome *string    `json:"outcome,omitempty"`
	Calls   int64      `json:"calls"`
	Errors  int64      `json:"errors"`
	Denials int64      `json:"denials"`
	P50     int64      `json:"p50_us"`
	P95     int64      `json:"p95_us"`
	P99     int64      `json:"p99_us"`
}

func (s *settings) showStats(c *cobra.Command, groups []auditdb.Stat, by []auditdb.Dimension, zone *time.Location) error {
	t := table{}
	for _, d := range by {
		least := 8
		if d == auditdb.ByHour || d == auditdb.ByDay {
			least = 0 // half a time is none
		}
		t.columns = append(t.columns, column{name: string(d), least: least})
	}
	t.columns = append(t.columns, column{name: "calls", right: true}, column{name: "errors", right: true}, column{name: "denials", right: true},
		column{name: "p50 ms", right: true, spare: 2}, column{name: "p95 ms", right: true, spare: 3}, column{name: "p99 ms", right: true, spare: 1})
	for i := range groups {
		g := &groups[i]
		out := statJSON{Calls: g.Calls, Errors: g.Errors, Denials: g.Denials, P50: g.P50.Microseconds(), P95: g.P95.Microseconds(), P99: g.P99.Microseconds()}
		var cells []string
		for _, d := range by {
			cells = append(cells, out.group(g, d, zone))
		}
		if s.json {
			if err := printJSON(c, out); err != nil {
				return err
			}
			continue
		}
		t.add(plain, append(cells, fmt.Sprint(g.Calls), fmt.Sprint(g.Errors), fmt.Sprint(g.Denials), inMs(g.P50), inMs(g.P95), inMs(g.P99))...)
	}
	if s.json {
		return nil
	}
	return s.print(c, &t)
}

// group fills in what a group is, and returns it for people.
func (j *statJSON) group(g *auditdb.Stat, d auditdb.Dimension, zone *time.Location) string {
	switch d {
	case auditdb.ByTool:
		j.Tool = &g.Tool
		return g.Tool
	case auditdb.ByUser:
		j.User = &g.User
		return g.User
	case auditdb.ByRule:
		j.Rule = &g.Rule
		return g.Rule
	case auditdb.ByOutcome:
		j.Outcome = &g.Outcome
		return g.Outcome
	case auditdb.ByDay:
		j.Time = &g.Time
		return g.Time.In(zone).Format(time.DateOnly)
	case auditdb.ByHour:
		j.Time = &g.Time
		return g.Time.In(zone).Format("2006-01-02 15:04")
	}
	return ""
}

func inMs(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond)) }

// anomalyJSON is one anomaly as programs read it.
type anomalyJSON struct {
	Kind   auditdb.AnomalyKind `json:"kind"`
	User   string              `json:"user"`
	What   string              `json:"what,omitempty"`
	From   time.Time           `json:"from"`
	To     time.Time           `json:"to"`
	Count  int64               `json:"count"`
	Usual  float64             `json:"usual"`
	Spread float64             `json:"spread"`
	Most   int64               `json:"most"`
	Seen   int64               `json:"seen"`
	Text   string              `json:"text"`
	Filter string              `json:"filter"`
}

// anomalies is the command that shows what is unusual.
func anomalies(s *settings) *cobra.Command {
	w := window{since: "24h"}
	var fail bool
	c := &cobra.Command{
		Use: "anomalies", Short: "Show what a person should look at: new pairs of caller and tool, bursts of denials, unusual volumes", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			q, err := w.query(s)
			if err != nil {
				return err
			}
			return s.asking(c.Context(), func(db *auditdb.DB) error {
				p := begin(c.ErrOrStderr(), "comparing", 0)
				found, err := db.Anomalies(c.Context(), q)
				p.end()
				if err != nil {
					return err //nolint:wrapcheck // names the log
				}
				t := table{columns: []column{
					{name: "kind"}, {name: "user", least: 8}, {name: "from", spare: 2}, {name: "what", least: 20}, {name: "filter", least: 20, spare: 1},
				}}
				for i := range found {
					a := &found[i]
					if s.json {
						if err := printJSON(c, anomalyJSON(*a)); err != nil {
							return err
						}
						continue
					}
					t.add(yellow, string(a.Kind), a.User, instant(a.From, q.Location), a.Text, a.Filter)
				}
				if !s.json {
					if err := s.print(c, &t); err != nil {
						return err
					}
				}
				if fail && len(found) > 0 {
					return &failure{ExitFindings, fmt.Errorf("%d anomalies", len(found))}
				}
				return nil
			})
		},
	}
	w.flags(c)
	c.Flag("since").DefValue = "24h"
	c.Flags().BoolVar(&fail, "fail", false, "end with exit code 4 if there are any")
	return c
}
