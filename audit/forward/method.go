package forward

import "github.com/mcpgov/go-sdk/audit"

// method names the MCP method whose call r records; "" for what is no call. A target of kind server is named after its method.
func method(r *audit.Record) string {
	switch r.Target.Kind {
	case "tool":
		return "tools/call"
	case "resource":
		return "resources/read"
	case "prompt":
		return "prompts/get"
	case "completion":
		return "completion/complete"
	case "subscription":
		return "resources/subscribe"
	case "list":
		if r.Target.Name == "templates" {
			return "resources/templates/list"
		}
		return r.Target.Name + "/list"
	case "server":
		if r.Kind == audit.KindEvent {
			return ""
		}
		return r.Target.Name
	default:
		return ""
	}
}

// operation is what happened, in a word or two, for every record.
func operation(r *audit.Record) string {
	if m := method(r); m != "" {
		return m
	}
	if r.Target.Name != "" {
		return r.Target.Name
	}
	if r.Kind != "" {
		return string(r.Kind)
	}
	return "event"
}

// result says how what r records ended, in the words of CADF.
type result int

const (
	unsaid  result = iota // an event that is neither success nor failure
	success               // CADF success
	failure               // CADF failure
	pending               // CADF pending: an intent, whose call is about to run
	unknown               // CADF unknown: nobody saw the end, because the server crashed
)

// resultOf reads the result of r.
func resultOf(r *audit.Record) result {
	switch {
	case r.Kind == audit.KindIntent:
		return pending
	case r.Outcome == "ok":
		return success
	case r.Outcome == "":
		return unsaid
	case r.Outcome == "unknown" && r.Category == "": // the code of that name, "no such tool", is a client_error
		return unknown
	default:
		return failure
	}
}
