package schema

// The tables of keywords, which the documentation repeats.
var (
	Generic  = generic
	ListKeys = listKeys
	KeysFor  = keysFor
)
