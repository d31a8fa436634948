package audit

import "context"

// Sink takes records. mcpgov refuses calls, or withholds results, whenever Append returns an error.
//
//   - Append MUST return nil only once the record is durable: it survives the end of the process and of the power.
//   - Append MUST NOT keep what r points to (Arguments, Response, User.Attributes and the lists) after it returned, unless copied, and MUST
//     NOT change it: several sinks may read one record at once.
//   - Append MUST be safe for concurrent use.
//   - The end of ctx SHOULD only bound how long Append waits. It then returns an error, and the record MAY still be written.
//   - Append MUST NOT drop a record silently: whatever keeps it from writing is an error.
//   - Seq, Prev and Hash of r belong to a log; a sink that keeps no chain MUST ignore them or write them as they are.
type Sink interface {
	// Append writes r and returns nil once it is durable. The rules above bind it.
	Append(ctx context.Context, r Record) error
}

// Discard returns a sink that keeps nothing and always succeeds: the named "off", which a reviewer can search for. It breaks the promise
// of [Sink] on purpose; use it where losing all records is meant.
func Discard() Sink { return discard{} }

type discard struct{}

func (discard) Append(context.Context, Record) error { return nil }
