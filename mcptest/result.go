package mcptest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// Result is how a call ended. Its methods check one thing each, end the test if it is not so, and return the
// Result, so that they can be chained:
//
//	h.As(clerk).Call("get_customer", args).OK().Lacks("internal_notes").Masked("email").NoLeak("ann@example.com")
//
// Has, Lacks and Masked take paths, which mean what they mean in rules: names joined by dots, as the JSON members are
// spelt.
//
//	orders.card      the member card of every order: lists are passed through without being written
//	prices.amount    at a map of objects: the member amount of every value
//	stock.lamp       at a map of other values: the value under the key lamp
//	extra.pin        at a map of anything: pin at any depth below
//	*.card           "*" is any one member
//	**.card          "**" is any number of members, none too: card at any depth
//	labels."a.b"     a name with a dot in it is quoted
//
// One value of a map of objects has no path, as it has none in rules: read it with Into.
//
// A path that the tool's advertised output schema has no place for fails the test: what can never be there proves
// nothing by not being there.
//
// A Result belongs to one goroutine; a check that fails must run in the test's own (see [Harness]).
type Result struct {
	tb         testing.TB
	h          *Harness
	tool, who  string
	ctx        context.Context // of the call
	raw        *mcp.CallToolResult
	err        error  // a protocol error
	wire       []byte // every message the client read during the call
	hidden     bool   // the tool exists and was answered as if it did not
	code       mcpgov.Code
	refused    refusal
	structured any // decoded, numbers kept as they were written
}

// read finds out how the call ended.
func (r *Result) read() {
	switch {
	case r.hidden || r.err != nil && isUnknownTool(r.err):
		r.code = mcpgov.Unknown
	case r.err != nil && r.ctx.Err() != nil && errors.Is(r.err, r.ctx.Err()):
		r.code = mcpgov.Cancelled // as the client sees it; the server's view is in the log
	case r.err != nil:
		r.code = ""
	case r.raw.IsError:
		r.code = mcpgov.Failed
		if json.Unmarshal([]byte(r.Text()), &r.refused) == nil && r.refused.Code != "" {
			r.code = r.refused.Code
		}
	default:
		r.code = mcpgov.OK
		r.structured = r.structuredOnWire()
	}
}

// structuredOnWire reads structuredContent from the wire, because clients turn big integers into floats.
func (r *Result) structuredOnWire() any {
	for line := range bytes.Lines(r.wire) {
		var message struct {
			Result struct {
				StructuredContent json.RawMessage `json:"structuredContent"`
			} `json:"result"`
		}
		if json.Unmarshal(line, &message) == nil && len(message.Result.StructuredContent) > 0 {
			return decode(message.Result.StructuredContent)
		}
	}
	return nil
}

func decode(raw []byte) any {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

func (r *Result) fail(format string, args ...any) {
	r.tb.Helper()
	r.tb.Fatalf("%s as %q: %s\n  it ended as %s", r.tool, r.who, fmt.Sprintf(format, args...), r.ending())
}

func (r *Result) ending() string {
	switch {
	case r.hidden:
		return "unknown (the tool exists and is hidden from this caller)"
	case r.err != nil:
		return fmt.Sprintf("a protocol error: %v", r.err)
	case r.code != mcpgov.OK:
		return fmt.Sprintf("%s: %s", r.code, r.refused.Message)
	}
	return "ok: " + r.Text()
}

// Code returns how the call ended; "" if it ended in a protocol error that is no answer of mcpgov (see Raw).
func (r *Result) Code() mcpgov.Code { return r.code }

// CallID returns the id under which the log knows a refused call. It is "" for results, whose records know them, and
// for unknown and hidden tools, which are answered by a protocol error without one.
func (r *Result) CallID() string { return r.refused.CallID }

// Message returns what a refused caller was told. It is "" for results, and for unknown and hidden tools, where the
// error of Raw is all there is.
func (r *Result) Message() string { return r.refused.Message }

// Raw returns the SDK's result, nil after a protocol error, and the protocol error.
func (r *Result) Raw() (*mcp.CallToolResult, error) { return r.raw, r.err }

// Wire returns every byte the client read during the call.
func (r *Result) Wire() []byte { return r.wire }

// Text returns the text blocks of the result, joined by newlines.
func (r *Result) Text() string {
	if r.raw == nil {
		return ""
	}
	var texts []string
	for _, block := range r.raw.Content {
		if text, ok := block.(*mcp.TextContent); ok {
			texts = append(texts, text.Text)
		}
	}
	return strings.Join(texts, "\n")
}

// Sources returns where the result says it came from, "mcpgov/sources" in its _meta, as decoded JSON; nil if it does not say.
func (r *Result) Sources() []map[string]any {
	if r.raw == nil {
		return nil
	}
	encoded, err := json.Marshal(r.raw.Meta["mcpgov/sources"])
	if err != nil {
		return nil
	}
	var sources []map[string]any
	if json.Unmarshal(encoded, &sources) != nil {
		return nil
	}
	return sources
}

// Cached reports whether the result came from the server's cache.
func (r *Result) Cached() bool { return r.raw != nil && r.raw.Meta["mcpgov/cached"] != nil }

// Ended checks the code.
func (r *Result) Ended(code mcpgov.Code) *Result {
	r.tb.Helper()
	if r.code != code {
		r.fail("want the end %q", code)
	}
	return r
}

// OK checks that the call returned a result.
func (r *Result) OK() *Result {
	r.tb.Helper()
	return r.Ended(mcpgov.OK)
}

// Denied checks that policy refused the call, openly or by hiding the tool. With reasons, each must stand in what
// the caller was told; a hidden tool tells none.
func (r *Result) Denied(reasons ...string) *Result {
	r.tb.Helper()
	if r.code != mcpgov.Denied && !r.hidden {
		r.fail("want it denied")
	}
	return r.told(reasons)
}

// Hidden checks that the tool exists and was answered as if it did not.
func (r *Result) Hidden() *Result {
	r.tb.Helper()
	if !r.hidden {
		r.fail("want the tool hidden")
	}
	return r
}

// Invalid checks that the arguments were refused, and that what the caller was told names each fault, for
// example a JSON pointer or a keyword.
func (r *Result) Invalid(faults ...string) *Result {
	r.tb.Helper()
	return r.Ended(mcpgov.InvalidInput).told(faults)
}

// ToolError checks that the call ended with one of the tool's own errors or failed in its handler, and that the
// caller was told each text. A text may also be the code. A protocol error is none of the tool's.
func (r *Result) ToolError(texts ...string) *Result {
	r.tb.Helper()
	if r.err != nil || r.code != mcpgov.Failed && r.code.Category() != mcpgov.BusinessError {
		r.fail("want an error of the tool")
	}
	return r.told(texts)
}

func (r *Result) told(texts []string) *Result {
	r.tb.Helper()
	for _, text := range texts {
		if !strings.Contains(string(r.code)+" "+r.refused.Message, text) {
			r.fail("want the caller to be told %q", text)
		}
	}
	return r
}

// JSON checks that the structured result equals want after both went through JSON; numbers are compared as they
// are written. A result of content only has none.
func (r *Result) JSON(want any) *Result {
	r.tb.Helper()
	r.requireStructured()
	encoded, ok := want.(json.RawMessage)
	if !ok {
		var err error
		if encoded, err = json.Marshal(want); err != nil {
			r.fail("the wanted value is no JSON: %v", err)
		}
	}
	if wanted := decode(encoded); !reflect.DeepEqual(wanted, r.structured) {
		r.fail("want the structured result %s", encoded)
	}
	return r
}

// Into decodes the structured result into v. A result of content only has none.
func (r *Result) Into(v any) *Result {
	r.tb.Helper()
	r.requireStructured()
	encoded, err := json.Marshal(r.structured)
	if err == nil {
		err = json.Unmarshal(encoded, v)
	}
	if err != nil {
		r.fail("the structured result does not fit %T: %v", v, err)
	}
	return r
}

// Has checks that at least one value at path equals want after both went through JSON.
func (r *Result) Has(path string, want any) *Result {
	r.tb.Helper()
	encoded, err := json.Marshal(want)
	if err != nil {
		r.fail("the wanted value is no JSON: %v", err)
	}
	found, _ := r.at(path)
	for _, value := range found {
		if reflect.DeepEqual(value, decode(encoded)) {
			return r
		}
	}
	r.fail("want %s at %s", encoded, path)
	return r
}

// Lacks checks that nothing stands at any of the paths, in a structured result in which something could: see
// [Result] for misspelt paths. Of content without structure it proves nothing, and fails; use NoLeak there.
func (r *Result) Lacks(paths ...string) *Result {
	r.tb.Helper()
	for _, path := range paths {
		if found, _ := r.at(path); len(found) > 0 {
			r.fail("want nothing at %s, found %v", path, found)
		}
	}
	return r
}

// Masked checks that something stands at each path and that it is what a mask leaves: null, "[redacted]", a text
// with "***", or a keyed hash. Zeros and years look like values: check them with Has.
//
// null passes because masks make nulls, so a pointer that is nil anyway passes, too: let the tool return a value
// there, and check with NoLeak that it did not leave. A field that no rule can mask fails: by the advertised schema
// it is neither labelled nor ever null.
func (r *Result) Masked(paths ...string) *Result {
	r.tb.Helper()
	for _, path := range paths {
		found, maskable := r.at(path)
		if !maskable {
			r.fail("want a masked value at %s, but the field has no label and no rule masks it, found %v", path, found)
		}
		if len(found) == 0 {
			r.fail("want a masked value at %s, found nothing", path)
		}
		for _, value := range found {
			if !looksMasked(value) {
				r.fail("want a masked value at %s, found %v", path, value)
			}
		}
	}
	return r
}

// NoLeak checks that none of the secrets left the server during the call, in no byte of any message: raw,
// escaped, URL-encoded, hexadecimal or base64.
func (r *Result) NoLeak(secrets ...string) *Result {
	r.tb.Helper()
	requireSecrets(r.tb, secrets)
	if leaked := leaks(string(r.wire), secrets); leaked != "" {
		r.fail("the secret %q left the server", leaked)
	}
	return r
}
