package check

import "strings"

// Code names the reason of a refusal. The set is closed.
type Code string

const (
	CodeText      Code = "text"      // the text is empty, too long, or not clean UTF-8
	CodeStatement Code = "statement" // it does not parse, is more than one statement, or is no SELECT
	CodeParameter Code = "parameter" // it has bound parameters, which nobody binds
	CodeSyntax    Code = "syntax"    // a part of the statement that is not supported, or not known
	CodeTable     Code = "table"     // it reads a table that may not be read here; the refusal does not say whether the table exists
	CodeSchema    Code = "schema"    // a table is named without its schema
	CodeFunction  Code = "function"  // it calls a function that may not be called here
	CodeArgument  Code = "argument"  // it calls a function that may be called, but with arguments whose cost is not bounded
	CodeType      Code = "type"      // it casts to a type that is not known
	CodeName      Code = "name"      // it uses a name that is reserved
	CodeView      Code = "view"      // it reads a view that reads what may not be read here
	CodeSize      Code = "size"      // it is too deep or has too many parts
	CodeRules     Code = "rules"     // the rules themselves are wrong: a filter, a mask or a view that cannot be used
)

// Refusal is the only error of [Text] and [Tree]. Its text is safe to show to whoever wrote the statement: it repeats at most names that
// the statement itself holds, shortened and without control characters, and names of schemas that may be read.
type Refusal struct {
	Code    Code
	Message string // what is refused
	Hint    string // what to write instead; empty if there is nothing
}

// Error gives the message and the hint.
func (r *Refusal) Error() string {
	if r.Hint == "" {
		return r.Message
	}
	return r.Message + "; " + r.Hint
}

// longestName is how many characters of a name from a statement a refusal repeats.
const longestName = 64

// quoted is a name of the statement as a refusal may repeat it.
func quoted(name string) string {
	var b strings.Builder
	b.WriteByte('"')
	count := 0
	for _, r := range name {
		if count++; count > longestName {
			b.WriteString("...")
			break
		}
		// Only plain ASCII is repeated: no control, direction or look-alike character reaches a log or a model through a refusal.
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			r = '?'
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}
