package mcpgov

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/policy"
)

// Config is everything a server is made of besides its tools. It is read once, by [New].
//
// What the field calls middleware is composed here by naming fields: identity, policy, audit, limits, timeouts,
// masking (through the policy's output rules and gov tags) and interceptors. Their order is not written down
// anywhere, so it cannot be written down wrong.
type Config struct {
	Name         string // the server's name, shown to clients; required
	Version      string // the server's version, shown to clients; required
	Instructions string // how to use the server, for models; "" says nothing
	Title        string // a name for people; "" shows Name

	// Policy decides who may call what and sees which fields. Required; policy.AllowAll() for none.
	Policy policy.Policy
	// Audit is where every call is recorded. Required; audit.Discard() for nowhere.
	Audit audit.Sink
	// Identify tells who calls. Required; mcpgov.Anonymous() for nobody.
	Identify Identifier

	// AuditLevel is how much of a call a record holds: "" or audit.LevelDetailed the masked arguments,
	// audit.LevelComplete the masked result too, audit.LevelBasic neither, nor the causes of errors. Arguments past
	// 64 KiB and results past 256 KiB stand there as their size and digest, content as its size alone.
	// ToolSpec.AuditLevel overrides it.
	AuditLevel audit.Level
	// BestEffortAudit lets calls go on when a record cannot be written. Such records are counted, and the count
	// is recorded once the sink works again. False refuses the call or withholds its result.
	BestEffortAudit bool
	// RecordErrorTexts writes the texts of errors and panics of tools with sensitive results into their records, as
	// they are but for the values known to be sensitive. False writes their kind and a digest: an error's text may
	// quote anything. Texts of Userf and Fail, and of tools that have nothing sensitive, are always written.
	RecordErrorTexts bool
	// Key keys the digests in records and the hash mask, so that nobody without it can guess values: 32 bytes or
	// more, the same on all replicas. With it sensitive texts without a mask of their own stand in records as digests
	// (audit.TextDigest), so that an auditor can look for a value he knows. nil makes one up at start: digests then compare within one
	// process only, and such texts are redacted.
	Key []byte
	// Subjects keeps a key for each person that a field tagged gov:"subject" names, such as audit.OpenSubjects in files. Records then name
	// people by digests under their own keys, and whoever deletes a key has erased the person from the log, whose chain stays whole. nil:
	// records name people by digests under Key, and nobody can be erased.
	Subjects audit.SubjectKeys

	// Store is where replicas share what they cache: see [Cache]. It needs Key, because nothing leaves the process unsealed; replicas have the same
	// Name, Version, Env and Key. nil keeps everything in this process.
	Store Store

	// ReadOnly serves only what changes nothing: tools that are not ToolSpec.ReadOnly are neither listed nor run, and a call of one,
	// by who could see it otherwise, ends as [ReadOnlyMode]. False serves everything.
	ReadOnly bool
	// Approver is asked where a rule says require_approval; nil refuses such calls as [ApprovalRequired].
	Approver Approver

	// RuleHeaders are the HTTP headers rules see as request.headers, by lower-case name; nil is none.
	RuleHeaders []string

	Limits       Limits        // zero fields are the defaults
	Interceptors []Interceptor // around every handler, the first outermost
	Env          Env           // what rules see as env, and records name

	Clean     Clean             // what becomes of invisible characters in what goes out; the zero value removes them
	Functions []policy.Function // Go functions that conditions may call; nil for none
	Logger    *slog.Logger      // for operators; nil is slog.Default()
}

// Env names where a server runs.
type Env = policy.Env

// minKey is the length under which a key can be found by trying.
const minKey = 32

// faults returns what is wrong with the Config alone, all of it.
func (c Config) faults() []error {
	var faults []error
	missing := func(field, write string) {
		faults = append(faults, fmt.Errorf("config: field %s is missing: write %s", field, write))
	}
	if c.Name == "" {
		missing("Name", "the server's name")
	}
	if c.Version == "" {
		missing("Version", `its version, such as "1.0.0"`)
	}
	if isNil(c.Policy) {
		missing("Policy", "a *policy.Set, or policy.AllowAll() to let everyone do everything")
	}
	if isNil(c.Audit) {
		missing("Audit", "a sink such as the one audit.Open returns, or audit.Discard() to keep no record")
	}
	if c.Identify == nil {
		missing("Identify", "an Identifier, or mcpgov.Anonymous() if it does not matter who calls")
	}
	if c.Key != nil && len(c.Key) < minKey {
		faults = append(faults, fmt.Errorf("config: field Key has %d bytes: write %d random bytes or more, or nil", len(c.Key), minKey))
	}
	switch {
	case c.Store != nil && isNil(c.Store):
		faults = append(faults, errors.New("config: field Store holds a nil pointer: write a Store, or leave it out"))
	case c.Store != nil && len(c.Key) == 0:
		faults = append(faults, errors.New("config: field Store needs Key: what leaves the process is sealed under it, and replicas have the same; write 32 random bytes or more"))
	}
	if err := checkLevel(c.AuditLevel); err != nil {
		faults = append(faults, fmt.Errorf("config: field AuditLevel: %w", err))
	}
	for i, interceptor := range c.Interceptors {
		if interceptor == nil {
			faults = append(faults, fmt.Errorf("config: field Interceptors[%d] is nil: leave it out", i))
		}
	}
	if _, err := c.Clean.cleaner(); err != nil {
		faults = append(faults, err)
	}
	return append(faults, c.Limits.faults()...)
}

// isNil looks through interfaces: a nil *policy.Set in one is as missing as nothing at all.
func isNil(v any) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Interface, reflect.Chan:
		return r.IsNil()
	}
	return false
}

func checkLevel(l audit.Level) error {
	switch l {
	case "", audit.LevelBasic, audit.LevelDetailed, audit.LevelComplete:
		return nil
	}
	return fmt.Errorf("%q is no level: write audit.LevelBasic, audit.LevelDetailed or audit.LevelComplete", l)
}

// report joins the faults of a program into one error, each once.
func report(name string, faults []error) error {
	seen := map[string]bool{}
	var once []error
	for _, fault := range flatten(faults) {
		if text := fault.Error(); !seen[text] {
			seen[text] = true
			once = append(once, fault)
		}
	}
	if len(once) == 0 {
		return nil
	}
	plural := "s"
	if len(once) == 1 {
		plural = ""
	}
	return fmt.Errorf("server %q cannot start, %d fault%s:\n%w", name, len(once), plural, errors.Join(once...))
}

// flatten takes joined errors apart.
func flatten(faults []error) []error {
	var flat []error
	for _, fault := range faults {
		if joined, ok := fault.(interface{ Unwrap() []error }); ok {
			flat = append(flat, flatten(joined.Unwrap())...)
			continue
		}
		flat = append(flat, fault)
	}
	return flat
}
