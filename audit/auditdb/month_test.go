package auditdb_test

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// clerk is one caller of a generated month: busy on weekdays, with habits.
type clerk struct {
	id        string
	tools     []string
	addresses []string
	perDay    float64
	explorer  bool // tries something new all the time, and travels
}

// cleanMonth makes the calls of 30 days of 24 clerks among whom nothing is wrong: rates that differ by two orders of magnitude, busy and quiet days,
// answers with very different numbers of rows, 3 % denials, tools that are called rarely, people who travel.
func cleanMonth(seed uint64) []audit.Record {
	r := rand.New(rand.NewPCG(seed, 11))
	var all []audit.Record
	for i := range 24 {
		c := clerk{id: fmt.Sprintf("u-%02d", i), perDay: []float64{2, 15, 40, 90}[i%4], explorer: i%8 == 7}
		for k := range 4 + i%5 {
			c.tools = append(c.tools, fmt.Sprintf("crm.tool_%02d", (i+k*k)%30))
		}
		for k := range 1 + i%3 {
			c.addresses = append(c.addresses, fmt.Sprintf("192.0.2.%d", 10*i%250+k))
		}
		for day := range 30 {
			all = append(all, c.day(r, monthStart().AddDate(0, 0, day))...)
		}
	}
	slices.SortStableFunc(all, func(a, b audit.Record) int { return a.Time.Compare(b.Time) })
	return all
}

// day makes the calls of one day.
func (c *clerk) day(r *rand.Rand, midnight time.Time) []audit.Record {
	rate := c.perDay * math.Exp(0.4*r.NormFloat64())
	if weekday := midnight.Weekday(); weekday == time.Saturday || weekday == time.Sunday {
		rate *= 0.1
	}
	var all []audit.Record
	for hours := 8.0; ; {
		if hours += r.ExpFloat64() * 10 / rate; hours >= 18 {
			return all
		}
		record := c.call(r)
		record.Time = midnight.Add(time.Duration(hours * float64(time.Hour))).Truncate(time.Microsecond)
		all = append(all, record)
	}
}

func (c *clerk) call(r *rand.Rand) audit.Record {
	k := r.IntN(len(c.tools))
	tool := c.tools[r.IntN(k+1)] // some often, some rarely
	address := c.addresses[r.IntN(len(c.addresses))]
	if c.explorer && r.IntN(10) == 0 {
		tool, address = fmt.Sprintf("crm.tool_%02d", r.IntN(30)), fmt.Sprintf("198.51.100.%d", r.IntN(250))
	}
	record := audit.Record{
		Kind: audit.KindOutcome, CallID: randomID(r), User: audit.User{ID: c.id, Role: "clerk"}, Agent: audit.Agent{ID: "desk-agent"},
		Client: audit.Client{Name: "desk", RemoteIP: address}, Target: audit.Target{Kind: "tool", Name: tool}, Decision: "allow", Outcome: "ok",
		Duration: time.Duration(r.ExpFloat64() * float64(20*time.Millisecond)),
	}
	if r.IntN(100) < 3 {
		record.Decision, record.Outcome = "deny", "denied"
		return record
	}
	record.Rows = int(math.Exp(1.5 + 1.2*r.NormFloat64()))
	record.Masked = []string{"email", "phone"}[:r.IntN(3)]
	return record
}

// with adds records to a month, in the order of time.
func with(month, more []audit.Record) []audit.Record {
	all := slices.Concat(month, more)
	slices.SortStableFunc(all, func(a, b audit.Record) int { return a.Time.Compare(b.Time) })
	return all
}

func each(records []audit.Record) iter.Seq[audit.Record] { return slices.Values(records) }
