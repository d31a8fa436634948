package check

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxText is the longest statement in bytes.
const MaxText = 16 << 10

// Text judges a statement before it is parsed: the parser must never see what can only be an attack on it. The error is a [*Refusal].
// A statement that passes still needs [Tree].
func Text(sql string) error {
	switch {
	case len(sql) > MaxText:
		return &Refusal{Code: CodeText, Message: fmt.Sprintf("the statement has %d bytes, more than %d", len(sql), MaxText), Hint: "write a shorter one"}
	case !utf8.ValidString(sql):
		return &Refusal{Code: CodeText, Message: "the statement is not valid UTF-8"}
	case strings.ContainsRune(sql, 0):
		return &Refusal{Code: CodeText, Message: "the statement holds a NUL character"}
	case strings.Trim(sql, "; \t\r\n\v\f\u00a0\u200b\ufeff") == "":
		return &Refusal{Code: CodeText, Message: "the statement is empty", Hint: "write one SELECT"}
	}
	return nil
}
