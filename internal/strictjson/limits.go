package strictjson

// Default limits, used where a field of Limits is zero.
const (
	DefaultBytes = 1 << 20 // 1 MiB
	DefaultDepth = 64      // objects and lists inside one another
)

// Limits bound what Tree reads. The zero value is the defaults.
type Limits struct {
	Bytes int // longest document in bytes; 0 means DefaultBytes, below 0 means unlimited
	Depth int // deepest nesting; 0 means DefaultDepth, below 0 means what the decoder allows (10,000)

	// CaseVariants accepts members of one object whose names differ only in case. It is for documents this
	// program made itself, where names can be data; a document from outside must not need it.
	CaseVariants bool
}

// withDefaults puts the defaults where l is zero.
func (l Limits) withDefaults() Limits {
	if l.Bytes == 0 {
		l.Bytes = DefaultBytes
	}
	if l.Depth == 0 {
		l.Depth = DefaultDepth
	}
	return l
}
