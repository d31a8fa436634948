package forward

import (
	"bytes"
	"encoding/json"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/canon"
)

// OCSFOptions configures [OCSF]. Nil and the zero value name nothing.
type OCSFOptions struct {
	// LogName is metadata.log_name: how the reader of the events calls this log. Empty: left out.
	LogName string
	// Chain is attestation_list[].chain_uid: an id of the log whose hashes the records hold, the same for its whole life. Empty: left out.
	Chain string
	// Authority is attestation_list[].authority_uid: who keeps the log and its key. Empty: left out.
	Authority string
	// Line puts the record's own line into raw_data, so that whoever has the event alone can verify its fingerprint. It doubles the event.
	Line bool
}

// OCSF writes records as OCSF 1.9.0 events of the class API Activity (6003), one to a line; nil options are the defaults. Every record
// becomes one: calls, refusals, and events such as the reload of a policy. Each is canonical JSON.
//
//   - activity: Read for targets that declare to change nothing, Update for the reload of a policy, else Other with its name: a record does
//     not say whether a tool creates, updates or deletes.
//   - status: Success or Failure; Other "Pending" for an intent, whose outcome follows; Unknown for a call whose end nobody saw.
//   - severity: Informational if all went well, Low if the caller or the business erred, Medium for refusals by policy or identity and for
//     failures of the server.
//   - src_endpoint, which the class requires: the peer's address; without a network, the name of the transport ("stdio"), or "local" for
//     what the server did by itself, with type "no network".
//   - time is in milliseconds, and 0 if the record has none; unmapped.duration_us has the call's duration, because since 1.9.0 the
//     attribute duration is for aggregates.
//
// Profiles are named as they are used: trace; ai_operation with ai_agent and, where an agent acts for a known user, delegation, whose uid
// is made of provider, user and agent; security_control for what the policy decided; record_integrity for records that hold a hash. There
// the fingerprint is the one of the log (SHA-256, or HMAC-SHA-256 if the log has a key, over the record's canonical line without member
// hash), not one over the event: algorithm and serialization say so, and [OCSFOptions].Line makes it verifiable.
//
// What OCSF has no place for stands in unmapped, under the record's own names.
func OCSF(o *OCSFOptions) Encoding {
	var opts OCSFOptions
	if o != nil {
		opts = *o
	}
	e := JSON()
	e.Append = opts.append
	return e
}

// append writes one event.
func (o *OCSFOptions) append(dst []byte, r *audit.Record) ([]byte, error) {
	event, err := o.event(r)
	if err != nil {
		return dst, err
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(event); err != nil {
		return dst, err
	}
	return canon.Append(dst, bytes.TrimSuffix(text.Bytes(), []byte("\n")))
}

// The numbers of the class.
const (
	ocsfVersion  = "1.9.0"
	ocsfClass    = 6003
	ocsfCategory = 6
)

// event builds the whole.
func (o *OCSFOptions) event(r *audit.Record) (*ocsfEvent, error) {
	id, err := recordID(r)
	if err != nil {
		return nil, err
	}
	activity := activityOf(r)
	severity := severityOf(r)
	e := &ocsfEvent{
		ActivityID: activity.ID, ActivityName: activity.Caption,
		CategoryUID: ocsfCategory, CategoryName: "Application Activity",
		ClassUID: ocsfClass, ClassName: "API Activity",
		TypeUID: typeUID(activity.ID), TypeName: "API Activity: " + activity.Caption,
		SeverityID: severity.ID, Severity: severity.Caption,
		StatusCode: r.Outcome, StatusDetail: r.Reason, Message: messageOf(r),
		Metadata: o.metadata(r, id), Actor: actorOf(r), API: apiOf(r), SrcEndpoint: sourceOf(r), Resources: resourcesOf(r),
		Unmapped: unmappedOf(r),
	}
	if !r.Time.IsZero() {
		e.Time = r.Time.UnixMilli()
	}
	if status := statusOf(r); status != nil {
		e.StatusID, e.Status = &status.ID, status.Caption
	}
	e.addDecision(r)
	e.addAgent(r)
	e.addTrace(r)
	if err := o.addIntegrity(e, r); err != nil {
		return nil, err
	}
	return e, nil
}

// metadata says which log the event stands in, and where.
func (o *OCSFOptions) metadata(r *audit.Record, id string) ocsfMetadata {
	m := ocsfMetadata{
		Version: ocsfVersion, Product: ocsfProduct{Name: "mcpgov", VendorName: "mcpgov"},
		UID: id, CorrelationUID: r.CallID, Sequence: r.Seq, LogName: o.LogName, LogLevel: string(r.Level), LogProvider: r.Server.Name,
		TenantUID: r.User.Tenant, IsTruncated: r.ResponseTruncated,
	}
	if r.Hash != "" {
		// A previous event is named by its metadata.uid, and all that a record knows of the one before is its hash.
		m.UID, m.OriginalEventUID = r.Hash, id
	}
	return m
}

// addDecision adds what the policy said, and what came of it.
func (e *ocsfEvent) addDecision(r *audit.Record) {
	if r.Decision == "" {
		return
	}
	e.use("security_control")
	action, disposition := dispositionOf(r)
	e.ActionID, e.Action = &action.ID, action.Caption
	e.DispositionID, e.Disposition = &disposition.ID, disposition.Caption
	if r.Rule != "" || r.Server.Policy != "" {
		applied := true
		e.Policy = &ocsfPolicy{UID: r.Rule, Version: r.Server.Policy, Type: "access", IsApplied: &applied}
	}
}

// addAgent adds who acted for the user, and in whose name.
func (e *ocsfEvent) addAgent(r *audit.Record) {
	if r.Agent.ID == "" {
		return
	}
	e.use("ai_operation")
	e.Agent = &ocsfAgent{UID: r.Agent.ID, InstanceUID: r.Conversation}
	if r.User.ID != "" {
		e.Delegation = &ocsfDelegation{UID: delegationID(r), IssuerUID: r.User.Provider, Scopes: r.User.Scopes}
	}
}

// addTrace adds the place in a distributed trace.
func (e *ocsfEvent) addTrace(r *audit.Record) {
	if !isID(r.TraceID, 32) {
		return
	}
	e.use("trace")
	e.Trace = &ocsfTrace{UID: r.TraceID}
	if isID(r.SpanID, 16) && !r.Time.IsZero() {
		// Time is when the call began; an intent's span is not over and has no length yet.
		e.Trace.Span = &ocsfSpan{
			UID: r.SpanID, Operation: operation(r), StartTime: r.Time.UnixMilli(), EndTime: r.Time.Add(r.Duration).UnixMilli(),
		}
	}
}

// addIntegrity adds the place in the log's chain.
func (o *OCSFOptions) addIntegrity(e *ocsfEvent, r *audit.Record) error {
	if o.Line {
		line, err := r.AppendJSON(nil)
		if err != nil {
			return err
		}
		e.RawData, e.RawDataSize = string(line), len(line)
	}
	if r.Hash == "" {
		return nil
	}
	e.use("record_integrity")
	a := ocsfAttestation{UID: r.Hash, AuthorityUID: o.Authority, ChainUID: o.Chain, Fingerprint: fingerprintOf(r.Hash)}
	if r.Prev != "" && r.Prev != genesis { // the first record of a chain follows none
		f := fingerprintOf(r.Prev)
		a.PrevEvent = &ocsfPrevEvent{UID: r.Prev, Fingerprint: &f}
	}
	e.Attestations = []ocsfAttestation{a}
	return nil
}

// use names a profile.
func (e *ocsfEvent) use(profile string) { e.Metadata.Profiles = append(e.Metadata.Profiles, profile) }

// fingerprintOf is a hash of the log. It says itself what was hashed, and how, so that nobody takes it for one over the event.
func fingerprintOf(hash string) ocsfFingerprint {
	return ocsfFingerprint{
		AlgorithmID: 99, Algorithm: "SHA-256, or HMAC-SHA-256 under the log's key",
		EncodingID: 1, Encoding: "Hex",
		SerializationID: 99, Serialization: "mcpgov audit record 1: its RFC 8785 line without member hash",
		Value: hash,
	}
}
