package forward

import (
	"errors"
	"net/url"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/canon"
)

// CloudEventsOptions configures [CloudEvents]. Nil and the zero value: batches, sources named after their servers.
type CloudEventsOptions struct {
	// Source is the attribute of that name, a URI or a reference to one, for every event. Empty: "/mcpgov/" and the record's server.
	Source string
	// Single sends each event in a request of its own, as application/cloudevents+json, for receivers that take no batches.
	Single bool
}

// recordSchema names the form of the data: a record's line in format version 1.
const recordSchema = "urn:mcpgov:audit:record:1"

// CloudEvents writes records as CloudEvents 1.0 in structured JSON, in batches (application/cloudevents-batch+json) unless told otherwise.
// Nil options are the defaults.
//
//   - id: call id and kind of record; for events a digest. Together with source it is unique, and the same when a record is sent twice.
//   - type: dev.mcpgov.tool.call.v1, resource.read, prompt.get, list, completion, subscription, server.request, or event.
//   - subject: the target's name.
//   - data: the record's own JSON. recordkind tells intents from outcomes without looking into it.
//   - traceparent: present if the record has ids of trace and span; whether the trace was sampled is not known, and the flag says no.
//
// Each event is canonical JSON.
func CloudEvents(o *CloudEventsOptions) Encoding {
	var opts CloudEventsOptions
	if o != nil {
		opts = *o
	}
	e := Encoding{
		ContentType: "application/cloudevents-batch+json",
		Append:      opts.append,
		Open:        "[", Between: ",", Close: "]",
	}
	if opts.Single {
		e = Encoding{ContentType: "application/cloudevents+json", Append: opts.append, Single: true}
	}
	return e
}

// append writes one event. The attributes stand in canonical order, and what they hold is canonical: so is the whole.
func (o *CloudEventsOptions) append(dst []byte, r *audit.Record) ([]byte, error) {
	id, err := recordID(r)
	if err != nil {
		return dst, err
	}
	source, err := o.source(r)
	if err != nil {
		return dst, err
	}
	out := append(dst, `{"data":`...)
	if out, err = r.AppendJSON(out); err != nil {
		return dst, err
	}
	out = append(out, `,"datacontenttype":"application/json","dataschema":"`+recordSchema+`","id":`...)
	out = canon.AppendString(out, id)
	if r.Kind != "" {
		out = append(out, `,"recordkind":`...)
		out = canon.AppendString(out, string(r.Kind))
	}
	out = append(out, `,"source":`...)
	out = canon.AppendString(out, source)
	out = append(out, `,"specversion":"1.0"`...)
	if r.Target.Name != "" {
		out = append(out, `,"subject":`...)
		out = canon.AppendString(out, r.Target.Name)
	}
	if !r.Time.IsZero() {
		out = append(out, `,"time":"`...)
		out = r.Time.UTC().AppendFormat(out, time.RFC3339Nano)
		out = append(out, '"')
	}
	if traced(r) {
		out = append(out, `,"traceparent":"00-`+r.TraceID+`-`+r.SpanID+`-00"`...)
	}
	out = append(out, `,"type":"`+eventType(r)+`"}`...)
	return out, nil
}

// source is where the event comes from.
func (o *CloudEventsOptions) source(r *audit.Record) (string, error) {
	if o.Source == "" {
		return "/mcpgov/" + url.PathEscape(r.Server.Name), nil
	}
	if _, err := url.Parse(o.Source); err != nil {
		return "", errors.New("CloudEventsOptions.Source is not a URI reference; give one, or leave it empty")
	}
	return o.Source, nil
}

// eventType names the kind of event; routers choose by it.
func eventType(r *audit.Record) string {
	name := "event"
	if r.Kind != audit.KindEvent {
		switch r.Target.Kind {
		case "tool":
			name = "tool.call"
		case "resource":
			name = "resource.read"
		case "prompt":
			name = "prompt.get"
		case "list", "completion", "subscription":
			name = r.Target.Kind
		case "server":
			name = "server.request"
		}
	}
	return "dev.mcpgov." + name + ".v1"
}
