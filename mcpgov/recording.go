package mcpgov

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/canon"
	"github.com/mcpgov/go-sdk/policy"
)

// Sizes past which a record holds a digest instead of the value.
const (
	maxRecordedArguments = 64 << 10
	maxRecordedResponse  = 256 << 10
	maxRecordedCause     = 8 << 10
	maxToldText          = 8 << 10 // of a message to the caller
)

// omittedPrefix begins what stands in the place of arguments that are too long.
const omittedPrefix = `{"mcpgov_omitted_bytes":`

// newCallID returns 130 random bits in 26 letters and digits.
func newCallID() string { return rand.Text() }

// draft begins the record of a call with what is known before anything was read.
func (s *Server) draft(c *call) audit.Record {
	r := audit.Record{
		Kind: audit.KindOutcome, CallID: c.id, Time: c.begun, Server: c.edition.identity, Client: c.raw.client,
		Target: audit.Target{Kind: c.target.kind, Name: c.target.name, ReadOnly: c.target.readOnly}, Level: c.target.level,
	}
	r.TraceID, r.SpanID = traceIDs(c.raw.traceparent)
	if c.raw.alias != "" {
		r.Note = "called by its old name " + c.raw.alias
	}
	return r
}

func (c *call) noteCaller() {
	u := &c.caller.User
	c.draft.User = audit.User{ID: u.ID, Name: u.Name, Role: u.Role, Tenant: u.Tenant, Provider: u.Provider, Anonymous: u.Anonymous}
	c.draft.Agent = audit.Agent{ID: c.caller.Agent.ID, Kind: c.caller.Agent.Kind}
	if c.target.level != audit.LevelBasic {
		// The caller is shared with the whole connection and read only, and so are its lists.
		c.draft.User.Attributes = c.edition.recordedAttributes(u)
		c.draft.User.Roles, c.draft.User.Groups, c.draft.User.Permissions, c.draft.User.Scopes = u.Roles, u.Groups, u.Permissions, u.Scopes
	}
}

// noteArguments puts the masked arguments and the keyed digest of the whole into the draft. Only arguments that
// could be read are recorded: of others nobody can tell what in them is sensitive.
func (s *Server) noteArguments(c *call, admitted bool) error {
	raw := c.raw.arguments
	if len(raw) == 0 {
		raw = json.RawMessage("{}")
	}
	canonical, err := canon.JSON(raw) // once: the digest needs it, and what is masked of it stays canonical for the record
	if err != nil {
		return fmt.Errorf("arguments for the record: %w", err)
	}
	if err := c.secrets.read(c.shows.inLog.fields, canonical); err != nil {
		return fmt.Errorf("arguments for the record: %w", err)
	}
	c.read = true
	people, err := c.shows.subjectsIn.in(canonical)
	if err != nil {
		return fmt.Errorf("arguments for the record: %w", err)
	}
	if err := s.noteSubjects(c, people, admitted); err != nil {
		return err
	}
	key := s.recordKey(c)
	c.draft.Purpose = c.forRecord(c.raw.purpose)
	c.draft.ArgumentsDigest = s.digestUnder(key, canonical)
	if c.target.level == audit.LevelBasic {
		return nil
	}
	masked, err := c.shows.recordIn.fields.ApplyUnder(key, nil, canonical, nil)
	if err != nil {
		return fmt.Errorf("arguments for the record: %w", err)
	}
	if len(masked) > maxRecordedArguments {
		masked = fmt.Appendf(nil, omittedPrefix+`%d}`, len(masked))
	}
	c.draft.Arguments = masked
	return nil
}

func (c *call) noteDecision(d policy.Decision) {
	c.draft.Decision, c.draft.Rule, c.draft.Reason = d.Effect.String(), d.Rule, d.Reason
	c.draft.Warnings = append(c.draft.Warnings, d.Warnings...)
	c.noteShadow(d.Shadow)
}

// noteObligations puts what the output rules ask for into the draft.
func (c *call) noteObligations(o policy.Obligations) {
	c.draft.Rules = o.Rules
	c.noteShadow(o.Shadow)
}

// noteShadow puts what rules in shadow mode would have changed into the draft.
func (c *call) noteShadow(divergences []policy.Divergence) {
	for _, d := range divergences {
		c.draft.Shadow = append(c.draft.Shadow, d.Rule+": would "+d.Would)
	}
}

// noteResult puts what the caller got into the draft; labelled fields are hidden there whoever the caller is.
func (s *Server) noteResult(c *call, out any, m maskedResult) error {
	rows, err := c.shows.countRows(out, m)
	if err != nil {
		return fmt.Errorf("result for the record: %w", err)
	}
	c.draft.Rows = rows
	c.draft.Bytes = m.size()
	c.draft.Masked = m.touched
	c.draft.Shown = m.shown
	c.draft.Cut = m.cut
	if err := s.noteSubjects(c, m.people, true); err != nil {
		return err
	}
	if c.target.level != audit.LevelComplete {
		return nil
	}
	canonical, err := canon.JSON(m.body)
	if err != nil {
		return fmt.Errorf("result for the record: %w", err)
	}
	c.draft.ResponseDigest = s.digestUnder(s.recordKey(c), canonical)
	if m.structured == nil {
		return nil // content has no shape a record could hold; its digest and size stand for it
	}
	logged, err := c.shows.recordOut.fields.ApplyUnder(s.recordKey(c), nil, m.structured, nil)
	if err != nil {
		return fmt.Errorf("result for the record: %w", err)
	}
	if len(logged) > maxRecordedResponse {
		c.draft.ResponseTruncated = true
		return nil
	}
	c.draft.Response = logged
	return nil
}

// digestUnder is digest under another key than the server's, where there is one.
func (s *Server) digestUnder(key, canonical []byte) string {
	if &key[0] == &s.key[0] {
		return s.digest(canonical)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(canonical)
	return hex.EncodeToString(mac.Sum(nil))
}

// digest is the keyed digest (HMAC-SHA256, RFC 2104) of a JSON document in canonical form: whoever has the key can
// look for a value he knows, and nobody else can guess one.
func (s *Server) digest(canonical []byte) string {
	mac, ok := s.macs.Get().(hash.Hash)
	if !ok {
		mac = hmac.New(sha256.New, s.key)
	}
	mac.Reset()
	mac.Write(canonical)
	var sum [sha256.Size]byte
	digest := hex.EncodeToString(mac.Sum(sum[:0]))
	s.macs.Put(mac)
	return digest
}
