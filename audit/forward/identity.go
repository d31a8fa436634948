package forward

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/mcpgov/go-sdk/audit"
)

// recordID is the same whenever r is sent, and no other record's: the call's id and the kind of record. A call has one intent and one
// outcome; events, which may have no call and of which a call may have several, are named by their hash in the log, or a digest of what
// they say.
func recordID(r *audit.Record) (string, error) {
	if r.CallID != "" && (r.Kind == audit.KindIntent || r.Kind == audit.KindOutcome) {
		return r.CallID + "/" + string(r.Kind), nil
	}
	name := r.Hash
	if name == "" {
		line, err := r.AppendJSON(nil)
		if err != nil {
			return "", err
		}
		sum := sha256.Sum256(line)
		name = hex.EncodeToString(sum[:])
	}
	kind := string(r.Kind)
	if kind == "" {
		kind = "record"
	}
	if r.CallID != "" {
		return r.CallID + "/" + kind + "/" + name, nil
	}
	return kind + "/" + name, nil
}

// isID reports whether text is an id of W3C trace context: lower-case hex of that many digits, not all zeros.
func isID(text string, digits int) bool {
	return len(text) == digits && strings.Trim(text, "0123456789abcdef") == "" && strings.Trim(text, "0") != ""
}

// traced reports whether r has ids of trace and span that other systems can read.
func traced(r *audit.Record) bool { return isID(r.TraceID, 32) && isID(r.SpanID, 16) }

// genesis is the hash before the first record of a log.
var genesis = strings.Repeat("0", 64) //nolint:gochecknoglobals // a constant that Go cannot spell as one
