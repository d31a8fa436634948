package forward

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/mcpgov/go-sdk/audit"
)

// code is one value of an enumeration of OCSF, with its caption.
type code struct {
	ID      int
	Caption string
}

// typeUID names the event's type: class and activity in one number.
func typeUID(activity int) int { return ocsfClass*100 + activity }

// activityOf says what was done, as far as a record knows.
func activityOf(r *audit.Record) code {
	switch {
	case r.Kind == audit.KindEvent && r.Target.Kind == "server" && r.Target.Name == "policy":
		return code{3, "Update"} // a reload
	case r.Kind == audit.KindEvent:
		return code{99, "Event"}
	case r.Target.Kind == "server":
		return code{99, "Request"}
	case r.Target.ReadOnly:
		return code{2, "Read"}
	case r.Target.Kind == "tool":
		return code{99, "Call"}
	default:
		return code{99, "Other"}
	}
}

// statusOf says how it ended; nil if nothing can have succeeded or failed.
func statusOf(r *audit.Record) *code {
	switch resultOf(r) {
	case success:
		return &code{1, "Success"}
	case failure:
		return &code{2, "Failure"}
	case pending:
		return &code{99, "Pending"}
	case unknown:
		return &code{0, "Unknown"}
	case unsaid:
	}
	return nil
}

// severityOf says who should look at it.
func severityOf(r *audit.Record) code {
	switch {
	case resultOf(r) == unknown:
		return code{3, "Medium"}
	case resultOf(r) != failure:
		return code{1, "Informational"}
	case r.Outcome == "denied" || r.Outcome == "unauthenticated" || r.Category == "server_error":
		return code{3, "Medium"}
	default:
		return code{2, "Low"}
	}
}

// dispositionOf says what the policy's decision did to the call.
func dispositionOf(r *audit.Record) (action, disposition code) {
	allowed, denied := code{1, "Allowed"}, code{2, "Denied"}
	switch r.Decision {
	case "deny":
		return denied, code{2, "Blocked"}
	case "require_approval", "escalate":
		if strings.HasPrefix(r.Outcome, "approval_") {
			return denied, code{25, "Rejected"}
		}
		return allowed, code{8, "Approved"} // intents and results follow the approval
	case "allow", "warn", "transform":
		if r.Outcome == "denied" { // an output rule refused the result
			return denied, code{2, "Blocked"}
		}
		return allowed, code{1, "Allowed"}
	default:
		return code{0, "Unknown"}, code{99, r.Decision}
	}
}

// delegationID names the authority under which this agent acts for this user: the same in all their calls.
func delegationID(r *audit.Record) string {
	sum := sha256.Sum256([]byte(r.User.Provider + "\x00" + r.User.ID + "\x00" + r.Agent.ID))
	return hex.EncodeToString(sum[:16])
}
