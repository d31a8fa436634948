package auditpg

import "time"

// MaxQueued is how many bytes may wait for the writer.
const MaxQueued = maxQueued

// Age makes the sink believe that its connection was not used for long. Nobody may be appending.
func (s *Sink) Age() { s.writer.used = time.Time{} }

// Storable is what a column holds of a text.
var Storable = storable
