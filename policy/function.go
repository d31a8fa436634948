package policy

// Function is a Go function that conditions may call, registered by the program the policy runs in.
//
// Func is a func of up to four arguments and one result, or one result and an error, over string, bool, int64, float64, time.Time,
// time.Duration, []string and map[string]string; a first parameter of type context.Context gets the context of the decision. It must have no
// side effects, answer at once, and be safe for concurrent use: a decision may be asked for at any time, for lists and
// explanations as well as for calls. An error or a panic makes the condition fail, which refuses.
type Function struct {
	Name string // as conditions write it: a word, or words joined by dots, such as crm.isVip; required
	Func any    // a func as above; required
}
