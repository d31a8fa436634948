package report

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// maxText bounds each text a report takes from a record, in bytes, so that the size of a row is bounded as well as the number of rows.
const maxText = 512

// clip cuts a text from a record to size. What is cut off leaves a digest of the whole, so that two long texts that begin alike stay two.
// Bytes that are not UTF-8 become U+FFFD. What was clipped once stays as it is.
func clip(text string) string {
	const before, after, digits = "… [cut, SHA-256 ", "]", 16
	valid := strings.ToValidUTF8(text, "\uFFFD")
	if len(valid) <= maxText {
		return valid
	}
	sum := sha256.Sum256([]byte(text))
	end := maxText - len(before) - digits - len(after)
	for !utf8.RuneStart(valid[end]) {
		end--
	}
	return valid[:end] + before + hex.EncodeToString(sum[:digits/2]) + after
}
