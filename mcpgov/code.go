package mcpgov

// Code says how a call ended. The built-in codes are a closed set; a tool adds its own business errors through
// [ToolSpec.Errors]. The zero value is no code at all.
type Code string

// How a call can end. The text after each code is what it means; [Code.Category] says whose fault it is.
const (
	OK               Code = "ok"                // the result was returned
	Unauthenticated  Code = "unauthenticated"   // the Identifier could not tell who calls
	Limited          Code = "limited"           // the caller or the server has too many calls; try again later
	InvalidInput     Code = "invalid_input"     // the arguments are not what the input schema asks for
	Unknown          Code = "unknown"           // no such tool, or one this caller may not know of
	Denied           Code = "denied"            // a policy rule, or its default, says no
	PolicyFailed     Code = "policy_failed"     // a policy rule could not be evaluated: refused
	ReadOnlyMode     Code = "read_only"         // the server serves only what changes nothing
	ApprovalRequired Code = "approval_required" // a rule asks for a person's approval, and nobody can be asked
	ApprovalRefused  Code = "approval_refused"  // whoever was asked for the approval did not give it
	AuditFailed      Code = "audit_failed"      // the audit record could not be written: refused or withheld
	Timeout          Code = "timeout"           // the deadline passed
	Cancelled        Code = "cancelled"         // the caller hung up
	Panicked         Code = "panicked"          // the handler, or code it brought along, panicked
	Failed           Code = "failed"            // the handler returned an error
	OutputInvalid    Code = "output_invalid"    // the handler returned nothing, or what its output schema forbids
	OutputTooLarge   Code = "output_too_large"  // the result is larger than Limits.ResultBytes
	MaskFailed       Code = "mask_failed"       // a mask could not be applied: withheld
)

// Category says whose fault an error is: one of "client_error", "server_error" and "business_error".
type Category string

// The three categories.
const (
	ClientError   Category = "client_error"   // the caller can mend it
	ServerError   Category = "server_error"   // the operator can mend it
	BusinessError Category = "business_error" // the answer of the business: the tool declared it
)

// codeInfo is one row of the table every surface reads.
type codeInfo struct {
	code     Code
	category Category
	jsonrpc  int64  // the number where the protocol needs one
	message  string // what the caller is told when the error brings no text of its own
}

// codeTable is the one table of built-in codes. The JSON-RPC numbers are those of the protocol where it has one
// (-32602 for an unknown tool, -32603 internal) and otherwise from the range it leaves to servers, -32000 to -32019,
// of which the SDK uses those above -32006 for itself: -32003, say, means to its clients that the connection closed.
func codeTable() []codeInfo {
	return []codeInfo{
		{Unauthenticated, ClientError, -32012, "authentication required"},
		{Limited, ClientError, -32007, "too many calls: try again later"},
		{InvalidInput, ClientError, -32602, "invalid arguments"},
		{Unknown, ClientError, -32602, "unknown target"},
		{Denied, ClientError, -32013, "not allowed"},
		{PolicyFailed, ServerError, -32008, "the request could not be authorized"},
		{ReadOnlyMode, ClientError, -32016, "this server is read-only at present"},
		{ApprovalRequired, ClientError, -32014, "this call needs an approval that cannot be given here"},
		{AuditFailed, ServerError, -32009, "the call could not be recorded and was refused"},
		{ApprovalRefused, ClientError, -32017, "the approval was not given"},
		{Timeout, ServerError, -32010, "the call took too long"},
		{Cancelled, ClientError, -32011, "the call was cancelled"},
		{Panicked, ServerError, -32603, "internal error"},
		{Failed, ServerError, -32603, "the tool failed"},
		{OutputInvalid, ServerError, -32603, "the tool returned an invalid result"},
		{OutputTooLarge, ServerError, -32603, "the result is too large: ask for less"},
		{MaskFailed, ServerError, -32603, "the result could not be masked and was withheld"},
	}
}

// info returns the row of c; codes that are not built in are business errors.
func (c Code) info() codeInfo {
	for _, row := range codeTable() {
		if row.code == c {
			return row
		}
	}
	return codeInfo{code: c, category: BusinessError, jsonrpc: -32015, message: "the request could not be fulfilled"}
}

// builtIn reports whether c belongs to the closed set.
func (c Code) builtIn() bool { return c == OK || c.info().category != BusinessError }

// Category returns whose fault the code is; "" for OK and for no code.
func (c Code) Category() Category {
	if c == OK || c == "" {
		return ""
	}
	return c.info().category
}

// Codes returns every built-in code, OK first, in the order of the path of a call. The slice is the caller's own.
func Codes() []Code {
	codes := []Code{OK}
	for _, row := range codeTable() {
		codes = append(codes, row.code)
	}
	return codes
}
