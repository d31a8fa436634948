package mcpgov

import (
	"maps"
	"sync"
)

// divergences counts what rules in shadow mode would have changed.
type divergences struct {
	mu     sync.Mutex
	counts map[string]int
}

// mostDivergences bounds the different ones: rules are few, and so is what each would do.
const mostDivergences = 10_000

func (d *divergences) add(shadow []string) {
	if len(shadow) == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.counts == nil {
		d.counts = map[string]int{}
	}
	for _, would := range shadow {
		if _, known := d.counts[would]; known || len(d.counts) < mostDivergences {
			d.counts[would]++
		}
	}
}

// Shadowed counts how often rules in shadow mode would have changed what became of a call since the server was made, by rule and what it would
// have done, as in the records: "large-refunds: would deny". The map is the caller's own.
func (s *Server) Shadowed() map[string]int {
	s.shadowed.mu.Lock()
	defer s.shadowed.mu.Unlock()
	return maps.Clone(s.shadowed.counts)
}
