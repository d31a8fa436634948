// Package clean takes out of texts what people do not see and models read: control characters, escape sequences, zero-width and
// direction characters and Unicode tags; and, where asked, what looks like a card, a key or a national number.
//
//	cleaned, counts, err := clean.New(clean.Options{}).Text("pay\u200b now\x1b[8m hidden\x1b[0m")
//	// "pay now hidden", one zero-width character and two escape sequences
//
// Joiners, variation selectors and tags stay where emoji and scripts spell with them: between two emoji, between letters of a script that
// joins, in the flag of a region. Words stay as they are: a sentence that tells a model what to do is plain text, and no cleaner stops
// prompt injection. Patterns are a second net under the fields that carry labels, not a first: they know the numbers their checks know.
package clean
