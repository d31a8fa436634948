package audit_test

import "fmt"

// testKey is a key of the least size, told apart by its first letters.
func testKey(name string) []byte { return fmt.Appendf(nil, "%-32s", name) }
