package fields

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpgov/go-sdk/internal/suggest"
)

// readKeys are the keys of struct tags that somebody reads here.
func readKeys() []string {
	return []string{"json", "gov", "jsonschema", "jsonschema_extras", "jsonschema_description"}
}

// otherKeys are keys of other libraries that look like slips of ours and are none.
func otherKeys() []string { return []string{"bson", "gorm"} }

// checkTag finds what is lost in a struct tag. Package reflect stops reading at the first thing that is no pair, and nobody asks for a
// key that is misspelt: both without a word, and a gov tag that is lost protects nothing.
func checkTag(tag reflect.StructTag) (faults []error) {
	var seen []string
	rest := string(tag)
	for last := ""; ; {
		key, pair, ok := nextPair(rest)
		switch {
		case !ok && last == "":
			return append(faults, errors.New(`struct tag is malformed: write key:"value" pairs separated by one space`))
		case !ok:
			return append(faults, fmt.Errorf(`struct tag is malformed after %s: write key:"value" pairs separated by one space`, last))
		case key == "":
			return faults
		}
		if err := checkKey(key, seen); err != nil {
			faults = append(faults, err)
		}
		seen = append(seen, key)
		rest = rest[len(pair):]
		if rest != "" && rest[0] != ' ' { // stricter than reflect, as go vet is: json:"a",gov:"pii" has a key ",gov"
			rest = ":"
		}
		last = strings.TrimLeft(pair, " ")
	}
}

// checkKey says why nobody reads the value of a key, if so.
func checkKey(key string, seen []string) error {
	switch {
	case slices.Contains(readKeys(), key):
		if slices.Contains(seen, key) {
			return fmt.Errorf("struct tag holds %q twice and only the first is read: write one", key)
		}
	case !slices.Contains(otherKeys(), key):
		if hint := suggest.DidYouMean(key, readKeys()); hint != "" {
			return fmt.Errorf("struct tag %q%s: nothing reads it", key, hint)
		}
	}
	return nil
}

// nextPair reads a key:"value" pair with the spaces before it, by the grammar of [reflect.StructTag]. An empty key means the end.
func nextPair(s string) (key, pair string, ok bool) {
	begin := len(s) - len(strings.TrimLeft(s, " "))
	rest := s[begin:]
	if rest == "" {
		return "", s, true
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r <= ' ' || r == ':' || r == '"' || r == 0x7f })
	if end <= 0 || !strings.HasPrefix(rest[end:], `:"`) {
		return "", "", false
	}
	value := rest[end+1:]
	for i := 1; i < len(value); i++ {
		switch value[i] {
		case '\\':
			i++
		case '"':
			if _, err := strconv.Unquote(value[:i+1]); err != nil {
				return "", "", false
			}
			return rest[:end], s[:begin+end+1+i+1], true
		}
	}
	return "", "", false
}
