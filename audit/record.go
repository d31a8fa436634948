package audit

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"
)

// Kind says what a record stands for. The zero value is no kind of its own; a log accepts it, readers should not.
type Kind string

// The kinds of record.
const (
	KindIntent  Kind = "intent"  // a call that will change something is about to run
	KindOutcome Kind = "outcome" // a call ended, or was refused
	KindEvent   Kind = "event"   // something else worth knowing: start, policy reload, recovery
)

// Level says how much of a call its record holds. It is stated in the record; the maker of the record keeps to it.
type Level string

// The levels. The empty level means detailed.
const (
	LevelBasic    Level = "basic"    // no values: neither arguments nor response
	LevelDetailed Level = "detailed" // arguments, masked
	LevelComplete Level = "complete" // arguments and response, masked
)

// Record is one entry of a log. Empty fields are left out of its line. A record holds what its reader may see: whatever is sensitive
// MUST be masked before the record is made, because sinks write what they get.
type Record struct {
	Seq    uint64    // position in the log, from 1; assigned by the log, ignored by Append
	Kind   Kind      // intent, outcome or event
	CallID string    // joins the records of one call with each other and with what the caller was told
	Time   time.Time // written in RFC 3339, UTC, cut to microseconds; the zero time is left out

	Server Server // which server, under which policy
	User   User   // who is responsible
	Agent  Agent  // who acts for the user
	Client Client // the program at the other end, by its own account

	Conversation string // conversation or session id
	Purpose      string // purpose of use stated for the call
	Target       Target // what was called

	Level           Level           // how much the record holds; empty means detailed
	Arguments       json.RawMessage // masked; nil at level basic. Must be valid JSON
	ArgumentsDigest string          // keyed digest of the unmasked arguments, hex

	Decision string   // "allow", "deny", ...
	Rule     string   // id of the rule that decided; never shown to the caller
	Reason   string   // what the caller was told about the decision
	Rules    []string // ids of the output rules that applied to the result
	Warnings []string // ids of warn rules whose condition held
	Shadow   []string // what rules in shadow mode would have changed: "rule-id: would deny"

	Outcome  string // "ok" or an error code; empty in intents
	Category string // "client_error", "server_error" or "business_error"
	Cause    string // redacted text of the underlying error, for operators

	Response          json.RawMessage // masked; only at level complete. Must be valid JSON
	ResponseDigest    string          // keyed digest of the whole response, hex
	ResponseTruncated bool            // Response holds less than was sent

	Duration time.Duration // how long the call took; written as duration_us, whole microseconds, rest cut off
	Rows     int           // rows in the response: the elements of the lists that are its declared members, after cuts
	Cut      int           // rows that were cut from the response
	Bytes    int           // bytes of the response
	Cleaned  int           // characters and values the cleaner removed, marked or refused
	Masked   []string      // paths that were masked or removed for this caller
	Shown    []string      // labels of the sensitive fields whose values this caller saw: "pii", "phi", ...
	Subjects []string      // whom the call is about: digests under the key of each person
	Sources  []Source      // where the data came from
	Steps    []Step        // what the call did outside: queries, requests; in the order they began

	TraceID string // W3C trace id, hex
	SpanID  string // W3C span id, hex
	Note    string // for events: what happened

	Prev string // hash of the record before, hex; assigned by the log, ignored by Append
	Hash string // hash of this record, hex; assigned by the log, ignored by Append
}

// clone returns a record that shares no memory with r.
func (r *Record) clone() Record {
	c := *r
	for _, raw := range []*json.RawMessage{&c.Arguments, &c.Response, &c.User.Attributes} {
		*raw = bytes.Clone(*raw)
	}
	u := &c.User
	for _, texts := range []*[]string{&c.Rules, &c.Warnings, &c.Shadow, &c.Masked, &c.Shown, &c.Subjects, &u.Roles, &u.Groups, &u.Permissions, &u.Scopes} {
		*texts = slices.Clone(*texts)
	}
	c.Sources, c.Steps = slices.Clone(c.Sources), slices.Clone(c.Steps)
	for i := range c.Sources {
		c.Sources[i].Tables = slices.Clone(c.Sources[i].Tables)
	}
	return c
}

// Server identifies the server that made a record.
type Server struct {
	Name        string // as it introduces itself to clients
	Version     string // version of its contract
	Policy      string // revision of the policy in force
	Environment string // "production", "staging", ...
	Region      string // where it runs
}

// User identifies who is responsible for a call, as authenticated.
type User struct {
	ID        string // stable id at the provider
	Name      string // for people
	Role      string // main role, as the policy saw it
	Tenant    string // organisation the user acts in
	Provider  string // who vouched for the user
	Anonymous bool   // nobody did: the server admits callers without identity

	// What the user held when the call was decided, so that the decision can be judged again; nil at level basic.
	Roles       []string        // all roles
	Groups      []string        // memberships
	Permissions []string        // what the user may do
	Scopes      []string        // OAuth scopes of the credentials used
	Attributes  json.RawMessage // the attributes the policy declares, as a JSON object
}

// Agent identifies who acts for the user: an OAuth client, an API key, a service account.
type Agent struct {
	ID   string // id of the client, key or account; never the key itself
	Kind string // "oauth_client", "api_key", ...
}

// Client describes the program that sent the call. Name and Version are what it says of itself: logged, never trusted.
type Client struct {
	Name      string // self-declared
	Version   string // self-declared
	Transport string // "stdio", "http", "memory"
	Protocol  string // protocol version
	RemoteIP  string // peer address without port; empty where there is no network
}

// Target is what was called.
type Target struct {
	Kind     string // "tool", "resource", "prompt", "completion", "subscription", "list" or "server"; "log" is kept for the log's own events
	Name     string // name of the tool or prompt, URI or URI template of the resource
	ReadOnly bool   // the target declares that it changes nothing
}

// Step is something a call did outside its server, such as a query or an HTTP request, with its timing.
type Step struct {
	Kind     string        // "http", "query", ...
	Name     string        // what was done, without values: "GET crm.example.com", the name of a statement
	Outcome  string        // "ok" or what went wrong, in a word; empty if it had not ended when the call did
	Start    time.Duration // from the beginning of the call; written as start_us
	Duration time.Duration // written as duration_us
}

// Source is one origin of the data in a response.
type Source struct {
	System           string    // database, service or file
	Ref              string    // where in it: table, name of a statement, URL
	Statement        string    // digest of what was asked
	ParametersDigest string    // keyed digest of what it was asked with, hex
	Executed         time.Time // when it was asked; written like Time
	AsOf             time.Time // the data shows how things stood then; written like Time
	Rows             int       // rows read
	Tables           []string  // the tables beneath what was read
	Model            string    // what made those tables
	Revision         string    // version of what made them
}
