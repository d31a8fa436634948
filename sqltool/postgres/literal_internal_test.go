package postgres

import "testing"

// FuzzLiteral proves that no text of an array, a row or an interval brings its reader down.
func FuzzLiteral(f *testing.F) {
	for _, text := range []string{`{1,NULL,"a\"b",{2}}`, `[0:1]={7,8}`, `(1,,"a ""b""")`, "1 year 2 mons -3 days +04:05:06.789", "{", "(,", "-:", "1 day 1:", "\\x0"} {
		f.Add(text)
	}
	words := []string{"integer[]", `STRUCT("a" integer, "b" text[])`, "interval", "bytea", "timestamp with time zone", "numeric(3,1)", `STRUCT("a" integer)[]`}
	f.Fuzz(func(_ *testing.T, text string) {
		for _, word := range words {
			_, _ = readingOf(word)(text)
		}
	})
}
