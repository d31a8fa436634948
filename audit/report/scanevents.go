package report

import (
	"strconv"
	"strings"

	"github.com/mcpgov/go-sdk/audit"
)

const serverKind = "server" // the kind of target of a server's own events

// What servers and logs write into events, word for word.
const (
	tornNote = "log recovered: "
	lostNote = "records not confirmed in time before this one, and perhaps lost: "
)

func isStart(r *audit.Record) bool {
	return r.Kind == audit.KindEvent && r.Target.Kind == serverKind && r.Target.Name == "start"
}

// event notes a record that is no call. Events about the rules have a table of their own.
func (s *scan) event(r *audit.Record) {
	if r.Target.Kind == serverKind && r.Target.Name == "policy" {
		return
	}
	what := clip(r.Target.Name)
	switch {
	case isStart(r):
		s.totals.Starts++
	case r.Target.Kind == serverKind && r.Target.Name == "stop":
		s.totals.Stops++
	case strings.HasPrefix(r.Note, tornNote):
		s.totals.Torn++
		what = "log recovered"
	case strings.HasPrefix(r.Note, lostNote):
		n, err := strconv.ParseUint(strings.TrimPrefix(r.Note, lostNote), 10, 32)
		if err != nil {
			n = 1 // some were, and how many cannot be read
		}
		s.totals.Lost += n
		what = "records lost"
	}
	s.events.add(Event{
		Seq: r.Seq, Time: shown(r.Time, s.opts.Location), Server: clip(r.Server.Name), What: what, Outcome: clip(r.Outcome), Note: clip(r.Note),
	})
}
