package mcpgov

import "errors"

// Broken is a feature that could not be made: [New] reports err beside every other fault, and makes no server. It is for
// packages that make tools of something else, such as SQL statements, and so need no error of their own to return.
func Broken(err error) Feature {
	if err == nil {
		err = errors.New("mcpgov.Broken(nil): give it the error that says what is broken")
	}
	return broken{err}
}

type broken struct{ err error }

func (f broken) build(b *builder) { b.fault(f.err) }
