package report

// Totals are counts over the whole period, whatever found room in the tables. A call is an outcome record of a tool, a resource or a
// prompt; a labelled call is an answered one whose record names classes of data that the caller saw.
type Totals struct {
	Records  uint64 `json:"records"`  // of the period, of all kinds
	Calls    uint64 `json:"calls"`    // of the period
	Answered uint64 `json:"answered"` // calls that returned a result
	Changing uint64 `json:"changing"` // answered calls of targets that may change something
	Other    uint64 `json:"other"`    // outcomes of what is no call: lists, completions, subscriptions, requests to the server itself
	Unkinded uint64 `json:"unkinded"` // records that are neither intent, outcome nor event
	Untimed  uint64 `json:"untimed"`  // records without a time; they are counted as if they lay in the period

	Undecided     uint64 `json:"undecided"`      // answered although no decision to let the call happen stands in the record
	Unruled       uint64 `json:"unruled"`        // answered, and no rule is named that let it happen
	AllowAll      uint64 `json:"allow_all"`      // answered because of a rule called "allow-all", which lets everyone do everything
	Denied        uint64 `json:"denied"`         // outcomes of all kinds that a rule or the server refused
	PolicyFailed  uint64 `json:"policy_failed"`  // outcomes of all kinds: a rule could not be evaluated
	Unauthentic   uint64 `json:"unauthentic"`    // outcomes of all kinds: nobody could tell who calls
	Approvals     uint64 `json:"approvals"`      // calls that a rule made wait for a person
	ApprovalsDone uint64 `json:"approvals_done"` // of them, those a person let happen

	Anonymous          uint64 `json:"anonymous"`           // calls admitted without identity, by the server's choice
	AnonymousAnswered  uint64 `json:"anonymous_answered"`  // of them, answered
	AnonymousLabelled  uint64 `json:"anonymous_labelled"`  // of them, labelled
	AnonymousRemote    uint64 `json:"anonymous_remote"`    // of the answered, those that came over a network
	UnidentifiedAnswer uint64 `json:"unidentified_answer"` // answered, and the record names nobody and does not say that this was meant

	Labelled          uint64 `json:"labelled"`            // calls
	LabelledNoPurpose uint64 `json:"labelled_no_purpose"` // labelled calls without a stated purpose
	LabelledNoSubject uint64 `json:"labelled_no_subject"` // labelled calls that name nobody they are about
	LabelledAllowAll  uint64 `json:"labelled_allow_all"`  // labelled calls of AllowAll
	SecretShown       uint64 `json:"secret_shown"`        // labelled calls that showed the class "secret"
	Unmarked          uint64 `json:"unmarked"`            // answered by targets with labelled fields, and the record says neither what was shown nor what was hidden
	NoPurpose         uint64 `json:"no_purpose"`          // answered calls without a stated purpose
	WithSubjects      uint64 `json:"with_subjects"`       // answered calls that name whom they are about
	Hidden            uint64 `json:"hidden"`              // answered calls of which something was masked, removed or cut

	Callers     uint64 `json:"callers"`      // different callers, at most Options.Limit
	CallersLeft uint64 `json:"callers_left"` // outcomes of further ones
	Varied      uint64 `json:"varied"`       // callers who called with more than one set of roles, groups, permissions and scopes

	NoRevision      uint64 `json:"no_revision"`      // calls whose record names no revision of the rules
	PolicyLoads     uint64 `json:"policy_loads"`     // events that say that rules came into force
	PolicyRefusals  uint64 `json:"policy_refusals"`  // events that say that new rules were refused
	Unannounced     uint64 `json:"unannounced"`      // revisions that decided calls, and no event says that they came into force
	ShadowedRecords uint64 `json:"shadowed_records"` // records that say what a rule in shadow mode would have done
	Warned          uint64 `json:"warned"`           // records in which a warning rule held

	Intents      uint64 `json:"intents"`       // calls that were about to change something
	NoOutcome    uint64 `json:"no_outcome"`    // intents of the period whose outcome was not read, to the end of the log
	UnknownEnd   uint64 `json:"unknown_end"`   // calls that recovery marked: nobody knows how they ended
	NoIntent     uint64 `json:"no_intent"`     // changing calls that began after the first record read, and no intent came before their outcome
	Torn         uint64 `json:"torn"`          // events that say that a crash left half a record behind
	Lost         uint64 `json:"lost"`          // records that the servers say were perhaps lost
	ServerFaults uint64 `json:"server_faults"` // outcomes of all kinds that are the server's fault: errors, deadlines, panics; rules that failed are left out
	Business     uint64 `json:"business"`      // calls that ended in an answer of the business that is an error
	Panicked     uint64 `json:"panicked"`      // of the server faults, panics of a handler
	Timeouts     uint64 `json:"timeouts"`      // of the server faults, deadlines
	BadOutput    uint64 `json:"bad_output"`    // of the server faults, results that broke their schema, their size or their masks
	BadInput     uint64 `json:"bad_input"`     // calls refused because their arguments are not what the schema asks for
	Limited      uint64 `json:"limited"`       // refused because there were too many
	AuditFailed  uint64 `json:"audit_failed"`  // refused or withheld because their record could not be written in time
	Cleaned      uint64 `json:"cleaned"`       // characters and values that the cleaner removed, marked or refused
	CleanedCalls uint64 `json:"cleaned_calls"` // in so many calls
	Sourced      uint64 `json:"sourced"`       // answered calls that name the systems their data came from
	Starts       uint64 `json:"starts"`        // events of a server's start
	Stops        uint64 `json:"stops"`         // and of its end

	DestructiveUnasked uint64 `json:"destructive_unasked"` // answered calls of targets that may destroy, by the contract, which no person let happen
}
