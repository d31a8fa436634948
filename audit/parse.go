package audit

import (
	"bytes"
	"errors"
	"fmt"
)

// ParseRecord reads one line, without its line end, and is the strict inverse of [Record.AppendJSON]: it accepts exactly the bytes that
// AppendJSON writes for some record, and refuses other versions, unknown members, and every other spelling of the same values. It does
// not check the hash; [Verify] does. The record shares no memory with line.
func ParseRecord(line []byte) (Record, error) {
	var r Record
	if err := r.parse(line); err != nil {
		return Record{}, fmt.Errorf("audit: not a record: %w", err)
	}
	return r, nil
}

// parse reads line into the zero record r. The cases are written out, here as in the appenders, because reflection would cost more than all
// the rest of a line, and because the list of members is the format: who adds one has to add it to both, and a test holds them together.
func (r *Record) parse(line []byte) error {
	hasVersion := false
	err := each(line, func(name []byte, v value) error {
		switch string(name) {
		case "agent":
			return v.texts(r.Agent.field)
		case "arguments":
			r.Arguments = bytes.Clone(v) // any canonical JSON, as it stands
		case "arguments_digest":
			return v.text(&r.ArgumentsDigest)
		case "bytes":
			return v.count(&r.Bytes)
		case "call_id":
			return v.text(&r.CallID)
		case "category":
			return v.text(&r.Category)
		case "cause":
			return v.text(&r.Cause)
		case "cleaned":
			return v.count(&r.Cleaned)
		case "client":
			return v.texts(r.Client.field)
		case "conversation":
			return v.text(&r.Conversation)
		case "cut":
			return v.count(&r.Cut)
		case "decision":
			return v.text(&r.Decision)
		case "duration_us":
			return v.microseconds(&r.Duration)
		case "hash":
			return v.text(&r.Hash)
		case "kind":
			return v.text((*string)(&r.Kind))
		case "level":
			return v.text((*string)(&r.Level))
		case "masked":
			return v.list(&r.Masked)
		case "note":
			return v.text(&r.Note)
		case "outcome":
			return v.text(&r.Outcome)
		case "prev":
			return v.text(&r.Prev)
		case "purpose":
			return v.text(&r.Purpose)
		case "reason":
			return v.text(&r.Reason)
		case "response":
			r.Response = bytes.Clone(v)
		case "response_digest":
			return v.text(&r.ResponseDigest)
		case "response_truncated":
			return v.yes(&r.ResponseTruncated)
		case "rows":
			return v.count(&r.Rows)
		case "rule":
			return v.text(&r.Rule)
		case "rules":
			return v.list(&r.Rules)
		case "rules_warned":
			return v.list(&r.Warnings)
		case "seq":
			return v.sequence(&r.Seq)
		case "server":
			return v.texts(r.Server.field)
		case "shadow":
			return v.list(&r.Shadow)
		case "shown":
			return v.list(&r.Shown)
		case "sources":
			return v.sources(&r.Sources)
		case "span_id":
			return v.text(&r.SpanID)
		case "steps":
			return v.steps(&r.Steps)
		case "subjects":
			return v.list(&r.Subjects)
		case "target":
			return r.Target.parse(v)
		case "time":
			return v.time(&r.Time)
		case "trace_id":
			return v.text(&r.TraceID)
		case "user":
			return r.User.parse(v)
		case "v":
			hasVersion = true
			return v.version()
		default:
			return errUnknown
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !hasVersion {
		return errors.New("member v, the format version, is missing")
	}
	// What was read must be what would be written: this refuses empty members, numbers out of form and whatever else the
	// cases above let pass, so that a line has one spelling.
	again, err := r.AppendJSON(make([]byte, 0, len(line)))
	if err != nil {
		return err
	}
	if !bytes.Equal(again, line) {
		return errors.New("an empty member is written out, or a value is not in its one form")
	}
	return nil
}

var errUnknown = errors.New("no such member in version 1")

// each calls f with every member of a canonical object; errors name the member.
func each(object []byte, f func(name []byte, v value) error) error {
	m := members{object: object}
	for {
		more, err := m.advance()
		if err != nil {
			return fmt.Errorf("byte %d: %w", m.next, err)
		}
		if !more {
			return nil
		}
		if err := f(m.name, m.value); err != nil {
			return fmt.Errorf("member %s: %w", m.name, err)
		}
	}
}

// The fields of the nested objects that hold text, by member name; nil if there is none of that name.

func (a *Agent) field(name []byte) *string {
	switch string(name) {
	case "id":
		return &a.ID
	case "kind":
		return &a.Kind
	}
	return nil
}

func (c *Client) field(name []byte) *string {
	switch string(name) {
	case "name":
		return &c.Name
	case "protocol":
		return &c.Protocol
	case "remote_ip":
		return &c.RemoteIP
	case "transport":
		return &c.Transport
	case "version":
		return &c.Version
	}
	return nil
}

func (s *Server) field(name []byte) *string {
	switch string(name) {
	case "environment":
		return &s.Environment
	case "name":
		return &s.Name
	case "policy":
		return &s.Policy
	case "region":
		return &s.Region
	case "version":
		return &s.Version
	}
	return nil
}

func (u *User) field(name []byte) *string {
	switch string(name) {
	case "id":
		return &u.ID
	case "name":
		return &u.Name
	case "provider":
		return &u.Provider
	case "role":
		return &u.Role
	case "tenant":
		return &u.Tenant
	}
	return nil
}

func (t *Target) parse(v value) error {
	return each(v, func(name []byte, v value) error {
		switch string(name) {
		case "kind":
			return v.text(&t.Kind)
		case "name":
			return v.text(&t.Name)
		case "read_only":
			return v.yes(&t.ReadOnly)
		default:
			return errUnknown
		}
	})
}

func (u *User) parse(v value) error {
	return each(v, func(name []byte, v value) error {
		switch string(name) {
		case "anonymous":
			return v.yes(&u.Anonymous)
		case "attributes":
			u.Attributes = bytes.Clone(v)
		case "groups":
			return v.list(&u.Groups)
		case "permissions":
			return v.list(&u.Permissions)
		case "roles":
			return v.list(&u.Roles)
		case "scopes":
			return v.list(&u.Scopes)
		default:
			return v.textIn(u.field(name))
		}
		return nil
	})
}
