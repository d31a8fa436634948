package mask

import "fmt"

// MaxDepth is how deep objects and lists may nest in a document. It bounds the
// stack; encoding/json itself stops at 10,000.
const MaxDepth = 1000

// InputError says why a document cannot be masked. Its text never holds
// anything out of the document, which by definition may be sensitive.
type InputError struct {
	Offset int    // byte of the document at which reading stopped, from 0
	Reason string // what was wrong there
}

// Error returns the reason and the place.
func (e *InputError) Error() string {
	return fmt.Sprintf("cannot mask: %s at byte %d", e.Reason, e.Offset)
}

func fault(offset int, reason string) error { return &InputError{Offset: offset, Reason: reason} }
