package auditpg

import (
	"crypto/rand"
	"encoding/binary"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mcpgov/go-sdk/audit"
)

// column is one column of the table that is written, in the order of the INSERT. The identity column id is the database's own.
type column struct{ name, kind string }

// textColumns are the columns made from texts of a record, for queries; the record itself stands in column record.
func textColumns() []string {
	return []string{
		"kind", "call_id", "server", "target_kind", "target", "user_id", "tenant", "role", "agent", "decision", "rule", "outcome", "category",
		"level", "trace_id",
	}
}

const texts = 15 // len(textColumns())

// columns are all that are written.
func columns() []column {
	list := []column{{"record_id", "uuid"}, {"time", "timestamp with time zone"}}
	for _, name := range textColumns() {
		list = append(list, column{name, "text"})
	}
	return append(list, column{"duration_us", "bigint"}, column{"rows", "bigint"}, column{"record", "text"})
}

// row is a record on its way into the table. It shares no memory with the record but immutable texts.
type row struct {
	id         [16]byte // makes a second attempt to write the row find the first
	time       *time.Time
	texts      [texts]string
	durationUS int64
	rows       int64
	line       string
}

// newRow takes out of a record what the table holds. line is what AppendJSON made of it.
func newRow(r *audit.Record, line string, now time.Time) row {
	made := row{id: newID(now), durationUS: r.Duration.Microseconds(), rows: int64(r.Rows), line: line}
	if cut := r.Time.Truncate(time.Microsecond).UTC(); !cut.IsZero() {
		made.time = &cut
	}
	for i, text := range [texts]string{
		string(r.Kind), r.CallID, r.Server.Name, r.Target.Kind, r.Target.Name, r.User.ID, r.User.Tenant, r.User.Role, r.Agent.ID, r.Decision,
		r.Rule, r.Outcome, r.Category, string(r.Level), r.TraceID,
	} {
		made.texts[i] = storable(text)
	}
	return made
}

// mostText is how many bytes of a text a column holds. A B-tree entry may have 2,700, and two such columns would not fit one: a long URI would
// be refused, and with it every record in its batch.
const mostText = 1000

// storable makes a text one that a text column takes: NUL and what is not UTF-8 become U+FFFD, and what is longer than mostText is cut.
func storable(text string) string {
	if len(text) > 4*mostText { // cutting comes first, or a megabyte would be cleaned for nothing
		text = text[:4*mostText]
	}
	if strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text) {
		text = strings.Map(func(r rune) rune {
			if r == 0 {
				return utf8.RuneError
			}
			return r // bytes that are no UTF-8 come as utf8.RuneError, and are written as such
		}, text)
	}
	if len(text) <= mostText {
		return text
	}
	end := mostText
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// newID returns a UUID of version 7 (RFC 9562): random, and in the order of time, so that the index grows at its end.
func newID(now time.Time) (id [16]byte) {
	_, _ = rand.Read(id[6:]) // never fails: the program would end
	var milliseconds [8]byte
	binary.BigEndian.PutUint64(milliseconds[:], uint64(now.UnixMilli()))
	copy(id[:6], milliseconds[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}
