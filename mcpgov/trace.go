package mcpgov

import (
	"strings"
)

// traceIDs reads a W3C traceparent (Trace Context level 1, section 3.2.2); an invalid one gives no ids.
func traceIDs(traceparent string) (trace, span string) {
	if len(traceparent) < 55 || traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-' || strings.HasPrefix(traceparent, "ff") {
		return "", ""
	}
	if version := traceparent[:2]; version == "00" && len(traceparent) != 55 || len(traceparent) > 55 && traceparent[55] != '-' {
		return "", ""
	}
	trace, span = traceparent[3:35], traceparent[36:52]
	fixed := traceparent[:2] + trace + span + traceparent[53:55]
	if strings.ContainsFunc(fixed, func(r rune) bool { return !strings.ContainsRune("0123456789abcdef", r) }) ||
		strings.Trim(trace, "0") == "" || strings.Trim(span, "0") == "" {
		return "", ""
	}
	return trace, span
}
