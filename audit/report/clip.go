package report

import (
	"crypto/sha256"
	"encoding/hex"
	"unicode/utf8"
)

// maxText bounds each text a report takes from a record, in bytes, so that the size of a row is bounded as well as the number of rows.
const maxText = 512

// clip cuts a text from a record to size. What is cut off leaves a digest of the whole, so that two long texts that begin alike stay two.
// Bytes that are not UTF-8 become U+FFFD. What was clipped once stays as it is.
func clip(text string) string {
	const before, after, digits = "… [cut, SHA-256 ", "]", 16
	if len(text) <= maxText && utf8.ValidString(text) {
		return text
	}
	valid := string([]rune(text[:min(len(text), maxText+1)])) // of a long text only what is kept: it may have megabytes
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
