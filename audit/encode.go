package audit

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/mcpgov/go-sdk/internal/canon"
)

// version is the value of member v: the format of the line.
const version = 1

// versionMember ends every line: no member sorts after it.
const versionMember = `"v":1}`

// AppendJSON appends the record's line, without line end, to dst: canonical JSON (RFC 8785, with integers of any size kept exact), members
// sorted, empty ones left out. It does not allocate if dst has room and the raw parts are canonical already.
//
// Any text can be written: bytes that are not UTF-8 become U+FFFD, control characters are escaped, so nothing can forge a line. Raw parts
// are brought into canonical form. An error means that Arguments or Response is not valid JSON (or has a member twice), or that Time lies
// outside the years 0 to 9999; dst then comes back as it was.
func (r *Record) AppendJSON(dst []byte) ([]byte, error) {
	line, err := r.appendUpToHash(dst)
	if err != nil {
		return dst, err // not line: what was written of it is behind dst's length, and nobody's
	}
	line = appendText(line, `"hash":`, r.Hash)
	line = r.appendUpToPrev(line)
	line = appendText(line, `"prev":`, r.Prev)
	if line, err = r.appendUpToSeq(line); err != nil {
		return dst, err
	}
	if r.Seq != 0 {
		line = append(line, `"seq":`...)
		line = strconv.AppendUint(line, r.Seq, 10)
		line = append(line, ',')
	}
	return r.appendRest(line), nil
}

// The four parts of a line lie between the members that only the log can write. Each part is a sequence of `"name":value,`.
//
//	{"agent":...,"duration_us":7,  "hash":...,  "kind":"outcome",...  "prev":...,  "purpose":...  "seq":...,  "server":...,"v":1}
//	 appendUpToHash                             appendUpToPrev                     appendUpToSeq              appendRest
//
// So callers can write all four at the same time as other callers, and the one writer only fills the gaps. The order of the calls below is
// the order of the members in the line: whoever moves one makes lines that are not canonical, and the tests say so.

// appendUpToHash opens the object and writes the members that sort before hash.
func (r *Record) appendUpToHash(dst []byte) ([]byte, error) {
	dst = append(dst, '{')
	dst = r.Agent.append(dst)
	dst, err := appendRaw(dst, `"arguments":`, r.Arguments)
	if err != nil {
		return dst, fmt.Errorf("audit: record of call %q: Arguments: %w", r.CallID, err)
	}
	dst = appendText(dst, `"arguments_digest":`, r.ArgumentsDigest)
	dst = appendInt(dst, `"bytes":`, int64(r.Bytes))
	dst = appendText(dst, `"call_id":`, r.CallID)
	dst = appendText(dst, `"category":`, r.Category)
	dst = appendText(dst, `"cause":`, r.Cause)
	dst = appendInt(dst, `"cleaned":`, int64(r.Cleaned))
	dst = r.Client.append(dst)
	dst = appendText(dst, `"conversation":`, r.Conversation)
	dst = appendInt(dst, `"cut":`, int64(r.Cut))
	dst = appendText(dst, `"decision":`, r.Decision)
	return appendInt(dst, `"duration_us":`, r.Duration.Microseconds()), nil
}

// appendUpToPrev writes the members between hash and prev.
func (r *Record) appendUpToPrev(dst []byte) []byte {
	dst = appendText(dst, `"kind":`, string(r.Kind))
	dst = appendText(dst, `"level":`, string(r.Level))
	dst = appendTexts(dst, `"masked":[`, r.Masked)
	dst = appendText(dst, `"note":`, r.Note)
	return appendText(dst, `"outcome":`, r.Outcome)
}

// appendUpToSeq writes the members between prev and seq. It also refuses what appendRest, which cannot fail, could not write.
func (r *Record) appendUpToSeq(dst []byte) ([]byte, error) {
	dst = appendText(dst, `"purpose":`, r.Purpose)
	dst = appendText(dst, `"reason":`, r.Reason)
	dst, err := appendRaw(dst, `"response":`, r.Response)
	if err != nil {
		return dst, fmt.Errorf("audit: record of call %q: Response: %w", r.CallID, err)
	}
	dst = appendText(dst, `"response_digest":`, r.ResponseDigest)
	dst = appendTrue(dst, `"response_truncated":`, r.ResponseTruncated)
	dst = appendInt(dst, `"rows":`, int64(r.Rows))
	dst = appendText(dst, `"rule":`, r.Rule)
	dst = appendTexts(dst, `"rules":[`, r.Rules)
	dst = appendTexts(dst, `"rules_warned":[`, r.Warnings)
	if dst, err = r.User.checkAttributes(dst); err != nil {
		return dst, fmt.Errorf("audit: record of call %q: User.Attributes: %w", r.CallID, err)
	}
	if err := checkTime(r.Time); err != nil {
		return dst, fmt.Errorf("audit: record of call %q: Time: %w", r.CallID, err)
	}
	for i := range r.Sources {
		if err := r.Sources[i].check(); err != nil {
			return dst, fmt.Errorf("audit: record of call %q: Sources[%d]: %w", r.CallID, i, err)
		}
	}
	return dst, nil
}

// appendRest writes the members that sort behind seq and closes the object.
func (r *Record) appendRest(dst []byte) []byte {
	dst = r.Server.append(dst)
	dst = appendTexts(dst, `"shadow":[`, r.Shadow)
	dst = appendTexts(dst, `"shown":[`, r.Shown)
	dst = appendSources(dst, r.Sources)
	dst = appendText(dst, `"span_id":`, r.SpanID)
	dst = appendSteps(dst, r.Steps)
	dst = appendTexts(dst, `"subjects":[`, r.Subjects)
	dst = r.Target.append(dst)
	dst = appendMoment(dst, `"time":"`, r.Time)
	dst = appendText(dst, `"trace_id":`, r.TraceID)
	dst = r.User.append(dst)
	return append(dst, versionMember...)
}

// The appenders of the nested objects leave out an object that holds nothing.

func (a *Agent) append(dst []byte) []byte {
	if *a == (Agent{}) {
		return dst
	}
	dst = append(dst, `"agent":{`...)
	dst = appendText(dst, `"id":`, a.ID)
	dst = appendText(dst, `"kind":`, a.Kind)
	return closeObject(dst)
}

func (c *Client) append(dst []byte) []byte {
	if *c == (Client{}) {
		return dst
	}
	dst = append(dst, `"client":{`...)
	dst = appendText(dst, `"name":`, c.Name)
	dst = appendText(dst, `"protocol":`, c.Protocol)
	dst = appendText(dst, `"remote_ip":`, c.RemoteIP)
	dst = appendText(dst, `"transport":`, c.Transport)
	dst = appendText(dst, `"version":`, c.Version)
	return closeObject(dst)
}

func (s *Server) append(dst []byte) []byte {
	if *s == (Server{}) {
		return dst
	}
	dst = append(dst, `"server":{`...)
	dst = appendText(dst, `"environment":`, s.Environment)
	dst = appendText(dst, `"name":`, s.Name)
	dst = appendText(dst, `"policy":`, s.Policy)
	dst = appendText(dst, `"region":`, s.Region)
	dst = appendText(dst, `"version":`, s.Version)
	return closeObject(dst)
}

func (t *Target) append(dst []byte) []byte {
	if *t == (Target{}) {
		return dst
	}
	dst = append(dst, `"target":{`...)
	dst = appendText(dst, `"kind":`, t.Kind)
	dst = appendText(dst, `"name":`, t.Name)
	dst = appendTrue(dst, `"read_only":`, t.ReadOnly)
	return closeObject(dst)
}

func (u *User) append(dst []byte) []byte {
	if u.isZero() {
		return dst
	}
	dst = append(dst, `"user":{`...)
	dst = appendTrue(dst, `"anonymous":`, u.Anonymous)
	if with, err := appendRaw(dst, `"attributes":`, u.Attributes); err == nil { // a fault in them was met in appendUpToSeq
		dst = with
	}
	dst = appendTexts(dst, `"groups":[`, u.Groups)
	dst = appendText(dst, `"id":`, u.ID)
	dst = appendText(dst, `"name":`, u.Name)
	dst = appendTexts(dst, `"permissions":[`, u.Permissions)
	dst = appendText(dst, `"provider":`, u.Provider)
	dst = appendText(dst, `"role":`, u.Role)
	dst = appendTexts(dst, `"roles":[`, u.Roles)
	dst = appendTexts(dst, `"scopes":[`, u.Scopes)
	dst = appendText(dst, `"tenant":`, u.Tenant)
	return closeObject(dst)
}

// checkAttributes refuses what append could not write, with dst as scratch. They stand one level deeper in a line than by themselves.
func (u *User) checkAttributes(dst []byte) ([]byte, error) {
	if len(u.Attributes) == 0 {
		return dst, nil
	}
	nested, err := canon.Append(append(dst, '['), u.Attributes)
	if err != nil {
		return dst, err
	}
	nested = append(nested, ']')
	if _, ok := canon.Span(nested[len(dst):]); !ok {
		return dst, fmt.Errorf("nested deeper than %d levels", canon.MaxDepth-1)
	}
	return nested[:len(dst)], nil
}

// appendSteps writes what a call did outside; nothing if it did nothing.
func appendSteps(dst []byte, steps []Step) []byte {
	if len(steps) == 0 {
		return dst
	}
	dst = append(dst, `"steps":[`...)
	for _, s := range steps {
		dst = append(dst, '{')
		dst = appendInt(dst, `"duration_us":`, s.Duration.Microseconds())
		dst = appendText(dst, `"kind":`, s.Kind)
		dst = appendText(dst, `"name":`, s.Name)
		dst = appendText(dst, `"outcome":`, s.Outcome)
		dst = appendInt(dst, `"start_us":`, s.Start.Microseconds())
		dst = closeObject(dst)
	}
	return append(dst[:len(dst)-1], `],`...)
}

// closeObject ends a nested object: the comma after its last member, if it has one, gives way to the brace.
func closeObject(dst []byte) []byte {
	if last := len(dst) - 1; dst[last] == ',' {
		dst = dst[:last]
	}
	return append(dst, `},`...)
}

// appendTexts writes a member that holds a list of texts; name comes quoted, with its colon and the opening bracket. An empty list is left out.
func appendTexts(dst []byte, name string, texts []string) []byte {
	if len(texts) == 0 {
		return dst
	}
	dst = append(dst, name...)
	for _, text := range texts {
		dst = canon.AppendString(dst, text)
		dst = append(dst, ',')
	}
	return append(dst[:len(dst)-1], `],`...)
}

// appendText writes a member that holds text; name comes quoted and with its colon. Empty text is left out.
func appendText(dst []byte, name, value string) []byte {
	if value == "" {
		return dst
	}
	dst = append(dst, name...)
	dst = canon.AppendString(dst, value)
	return append(dst, ',')
}

// appendInt writes a member that holds an integer. Zero is left out.
func appendInt(dst []byte, name string, value int64) []byte {
	if value == 0 {
		return dst
	}
	dst = append(dst, name...)
	dst = strconv.AppendInt(dst, value, 10)
	return append(dst, ',')
}

// appendTrue writes a member that holds true. False is left out.
func appendTrue(dst []byte, name string, value bool) []byte {
	if !value {
		return dst
	}
	dst = append(dst, name...)
	return append(dst, `true,`...)
}

// appendRaw writes a member that holds any JSON, in canonical form. Nothing is left out; null is something.
func appendRaw(dst []byte, name string, value json.RawMessage) ([]byte, error) {
	if len(value) == 0 {
		return dst, nil
	}
	dst = append(dst, name...)
	dst, err := canon.Append(dst, value)
	return append(dst, ','), err
}

// isZero reports whether nothing is known of the user.
func (u *User) isZero() bool {
	return u.ID == "" && u.Name == "" && u.Role == "" && u.Tenant == "" && u.Provider == "" && !u.Anonymous &&
		len(u.Roles)+len(u.Groups)+len(u.Permissions)+len(u.Scopes)+len(u.Attributes) == 0
}
