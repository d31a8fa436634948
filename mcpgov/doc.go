// Package mcpgov builds MCP servers whose every tool call is identified, decided by policy, recorded, bounded in time and masked. There is
// no way to register a tool that skips a step. A whole server, without its imports (examples/hello has them):
//
//	type lookup struct {
//		ID string `json:"customer_id" jsonschema:"pattern=^cust_[0-9]+$"`
//	}
//
//	type customer struct {
//		Name  string `json:"name"`
//		Email string `json:"email" gov:"pii,mask=email"`
//	}
//
//	func find(context.Context, lookup) (customer, error) { return customer{"Ann", "ann@example.com"}, nil }
//
//	func main() {
//		trail, err := audit.Open("audit-log", nil)
//		if err != nil {
//			log.Fatal(err)
//		}
//		rules := &policy.Set{Blocks: []policy.Block{{
//			Tools:  []string{"get_customer"},
//			Input:  []policy.Rule{{Condition: "customer_id != 'cust_1'", Action: policy.ActionAllow}},
//			Output: []policy.Rule{{Condition: "user.anonymous", Action: policy.ActionMaskSensitive}},
//		}}}
//		srv, err := mcpgov.New(mcpgov.Config{Name: "crm", Version: "1.0.0", Policy: rules, Audit: trail, Identify: mcpgov.Anonymous()},
//			mcpgov.Tool(mcpgov.ToolSpec{Name: "get_customer", Description: "Looks up a customer.", ReadOnly: true}, find))
//		if err != nil {
//			log.Fatal(err) // every fault at once, each with where it is and what to write instead
//		}
//		if err := srv.Run(context.Background(), &mcp.StdioTransport{}); err != nil {
//			log.Fatal(err)
//		}
//	}
//
// [New] checks what can be known before the first call and reports all of it at once: misspelt struct tags, rules that name a field no tool
// has, sensitive fields that no rule covers, two tools of one name. Nothing is off by omission: a nil Policy, Audit or Identify is an error,
// and whoever wants none writes [policy.AllowAll], [audit.Discard] or [Anonymous].
//
// # The path of a call
//
//	tools/call ─► guard ── unknown or hidden target ──────────────────────────┐
//	                │                                                         │
//	                ▼                                                         │
//	open      call id, clock, target, draft record cannot fail                │
//	identify  who calls                            unauthenticated, limited ──┤
//	decode    one strict reading, defaults, schema invalid_input ─────────────┤
//	decide    policy on the decoded value          denied, policy_failed ─────┤
//	approve   a person says yes, where asked       approval_* ────────────────┤
//	record    intent on disk (targets that write)  audit_failed ──────────────┤
//	execute   deadline( recover( interceptors( handler ) ) )                  │
//	                │                              timeout, panicked, failed ─┤
//	shape     check, rows, remove, mask, clean     denied, mask_failed ───────┤
//	                ▼                                                         ▼
//	seal      outcome record written; the only maker of a reply ◄────────────┘
//
// The same path is code in govern.go, top to bottom. Each stage takes a receipt that only the stage before it makes, so another order does
// not compile. Every call leaves exactly one outcome record; a tool that is not ReadOnly leaves an intent record as well, on disk before its
// handler starts. A record that cannot be written refuses the call or withholds its result.
//
// At the right stand the codes a stage ends a call with. Three more are not drawn: cancelled (the caller hung up, at any stage),
// output_invalid and output_too_large (shape).
//
// # Tools
//
// [Tool] makes a tool of a function. Arguments are read once and strictly: unknown members, members written twice, invalid UTF-8 and
// everything the schema forbids come back as [InvalidInput], all faults together, each with a JSON pointer. The schema comes from json and
// jsonschema tags, and the schema clients see is the one that is enforced. An input with a method Validate(context.Context) error has the
// last word before policy.
//
// # Resources and prompts
//
// [Resource] makes something clients read by its URI, [Template] a resource for each value of the variables in it, [Prompt] messages that are
// filled in with what a handler loads. They take the same path as tools, under blocks that select them by resources: and prompts:, and rules
// see the variables of a URI and the arguments of a prompt as args. A client may subscribe to what it may read; [Server.ResourceUpdated]
// tells those who still may. Completion suggests what the caller could use. [ServerSettings] is a resource that tells what is served and
// within which limits. A prompt's messages are filled in after masking, so that no prompt tells more than a tool would.
//
//	mcpgov.Template(mcpgov.ResourceSpec{URI: "crm://customers/{id}", Description: "One customer."},
//		func(ctx context.Context, v struct{ ID string `json:"id"` }) (customer, error) { ... })
//	mcpgov.Prompt(mcpgov.PromptSpec{Name: "dunning", Description: "A reminder to pay.",
//		Messages: []mcpgov.PromptMessage{{Text: "Write to {{.name}} at {{.email}}."}}}, load)
//
// [Texts] takes titles, descriptions, examples and tags of all of them from files, so that they are reviewed apart from the code.
//
// # Lists
//
// A list is filtered first and cut into pages then; its cursors are sealed for their caller. Notifications that a list or a resource has
// changed go to sessions that have seen the list, or watch the resource, and only if what their caller may see has changed.
//
// # Tags
//
// Three struct tags describe a field. A tag that is malformed, a key that looks like a slip (gvo, Gov) and a keyword that does not fit the
// type are errors of [New], because package reflect and encoding/json pass over them without a word.
//
//	json         the name, omitempty, omitzero, string: as in encoding/json
//	gov          what the value is: labels, mask=, source=, unit=, means=
//	jsonschema   what values it may have
//
// A gov tag is a list with commas between. A word without "=" is a label: sensitive, pii, phi, secret, or any other of letters, digits,
// '-', '_' and '.'; any label makes the field sensitive, and an output rule must cover it. A comma inside a value is written \\, in a
// tag between backquotes: gov:"means=net\\, without tax".
//
//	mask=     how the field is masked where a rule masks it; without a label it adds the label sensitive
//	source=   where the value comes from, such as crm.customers.ltv
//	unit=     the unit of a number, such as EUR
//	means=    what tells the field apart from others of its name
//
// The jsonschema tags are those of github.com/invopop/jsonschema: keyword=value with commas between, a comma inside a value written \\,
// as well. They are not those of the MCP SDK, where the whole tag is the description: here that is description=. Each kind of field takes
// its own keywords:
//
//	every     title description oneof_required anyof_required required nullable
//	text      minLength maxLength pattern format readOnly writeOnly default example enum
//	number    minimum maximum exclusiveMinimum exclusiveMaximum multipleOf default example enum
//	boolean   default example
//	list      minItems maxItems uniqueItems default; and those of its elements but readOnly and writeOnly
//
// enum= and example= are written once for each value, and so is default= on a list. A field is required unless it has omitempty, omitzero
// or default=. The tag jsonschema_description holds a description with commas as they are, jsonschema_extras holds x-name=value and
// deprecated=true.
//
// # Policies
//
// A policy is rules in CEL, as Go literals or YAML; see package policy. Rules judge the very value the handler receives. The first input
// rule whose condition holds decides, and where none does, the answer is no. The same rules decide what a caller sees listed: a tool that
// none of the caller's arguments could reach is not shown, and calling it is answered byte for byte like a tool that does not exist. A rule
// that fails refuses.
//
// [Server.ReloadPolicy] puts another policy in its place while the server runs: a call is judged by one policy from its beginning to its
// end, and a policy with a fault changes nothing. [Server.Explain] shows how a decision comes about; policy.Replay, over [Recorded], what a
// candidate would have done about the calls of a log. History, in conditions, is what the caller did in this process in up to 24 hours,
// kept by the minute while some rule asks for it. Where a rule says require_approval,
// [Config].Approver is asked; [Config].ReadOnly leaves out whatever changes something; [ToolSpec].Purpose asks callers why they call.
//
// # Sources
//
// A handler says with [AddSource] where its result came from: system, statement, when it was asked and how old the data is, lineage. The record of the call
// holds all of it and a keyed digest of the parameters. The caller finds it in _meta of the result, as far as it gives away nothing that is hidden
// from him, and the model in a text where [ToolSpec].Provenance asks for one. What is asked of gov tags, source= and unit=, stands beside it by path:
//
//	"mcpgov/sources": [{"system": "crm", "ref": "customer_by_id", "statement": "sha256:9f86...", "executed_at": "2026-03-04T05:06:07Z",
//	                    "as_of": "2026-03-04T00:00:00Z", "age_seconds": 18367, "rows": 1, "tables": ["raw.customers"], "model": "dbt.customers"}]
//	"mcpgov/fields":  {"lifetime_value": {"source": "crm.customers.ltv", "unit": "EUR"}}
//	"mcpgov/cached":  {"age_seconds": 42}
//
// # Cache
//
// A tool or resource that is ReadOnly may name a [Cache]: equal calls of equal callers are then answered with what the handler said before. Policy, masks
// and records know no difference (in the path above it is execute that asks the cache first), because what is kept is what the handler returned, and every hit is judged and shaped anew. Tools
// that write name in [ToolSpec].Invalidates what they make out of date; it is when they have really ended, well or not, and an answer whose
// handler began before is not kept. With [Config].Store replicas share answers and hear of what each of them invalidates.
//
// # Masking
//
// A gov tag says what is sensitive and how it is masked (gov:"pii,mask=email"), an output rule says for whom. Masking is one pass over the
// marshalled result and reaches structured results, JSON in text and embedded resources; a text that cannot be masked field by field is
// withheld from callers from whom fields are hidden. Labelled arguments and results are always masked in records. Fields that may be masked or
// removed are advertised as their type or null and not required, so that clients which validate results accept masked ones.
//
// # Cleaning
//
// Last of all, what people do not see and models read is taken out of every text: see [Clean]. Texts nobody vouches for are marked in _meta where
// the spec says Untrusted.
//
// # Masks
//
// A mask stands in a gov tag or, where a rule is to mask otherwise, in the rule's mask. Without either it is redact.
//
//	redact    "[redacted]" of a text, null of anything else
//	null      null
//	email     a***@example.com; what is not one plain address is redacted
//	last4     ****6789, the same as last=4
//	last=N    the last N characters
//	first=N   the first N characters: abc****
//	hash      "hmac:" and 128 bits in hex of the text's HMAC-SHA256 under Config.Key: equal texts stay equal, until the key changes
//	zero      0 of a number, false of a boolean, "" of a text
//	year      "1980" of a text that begins with a date as RFC 3339 writes it, such as a time.Time; other text is redacted
//
// last and first keep N characters, 1 to 64, only of a text of at least N+4 and at least 2N; a shorter one is redacted. Text takes every
// mask; numbers and booleans take redact, null and zero; objects, maps and lists redact and null. Any other is an error of [New]. Where
// only the call tells what a field holds, such as an any, a mask that does not fit leaves null. Two different masks on one field: redact.
//
// # Audit
//
// [Config].Audit takes any [audit.Sink]; audit.Open is a hash-chained log on disk. Records hold who called what under which policy, the
// masked arguments, the rule that decided and how the call ended. Rule ids and causes of errors are for the log; callers get a code, a
// message and the call id, which joins their complaint to the record. A client that hangs up suppresses no record. The log says when the server
// began to serve and when it stopped; what a handler does outside stands in its call's record by [Step] and [StepTransport], where data came
// from by [AddSource]. With [Config].Key sensitive texts stand in records as digests, which an auditor who knows a value can search for.
//
// A field tagged gov:"subject" names the person the data is about. Records name people by digests under keys of their own ([Config].Subjects):
// who saw what of a person can be asked, and deleting his key erases him from a log whose chain stays whole.
//
// # Errors
//
// A call that does not succeed ends with a [Code] of a closed set ([Codes]), or with a business error that the tool declared in
// [ToolSpec].Errors and returned through [Fail]. The caller reads {code, category, message, call_id} as a tool error. The text of a Go error
// never leaves the server, unless the handler wrote it for the caller with [Userf]. Panics of handlers, identifiers, policies and sinks end
// the call, not the process.
//
// # Middleware
//
// What the field calls middleware (authentication, policy, masking, audit, timeouts, limits) is composed by naming fields of [Config] and
// [ToolSpec], not by stacking functions. Stacked, audit, policy and masking can be put in six orders; all six compile, and four of them leak a
// value or lose the record of a denial. That is why the order is not yours to get wrong. [Interceptor] is the open slot, for code around
// handlers: after the decision, before the masking, inside deadline and recovery.
//
// # What mcpgov does not do
//
//   - It does not authenticate. [HTTPOptions].Verify is yours to write: it must check a token's signature, issuer, audience and expiry.
//   - It does not stop a handler that ignores its context. The call returns at the deadline and the result is dropped, but the goroutine
//     and its slot live until the handler ends.
//   - It does not watch what a handler does with its own network and disk.
//   - It does not keep a model from being misled. It limits what a misled model can do.
//   - It brings no way to ask a person: a rule with require_approval refuses unless [Config].Approver asks by a way of its own.
//   - Rates and concurrency are counted in this process, not across replicas.
package mcpgov
