package interop_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The oracle says what a mask makes of a value. It works on a decoded document, one value at a time, as the documentation of the masks
// reads, and shares no code with package mask, which copies and cuts bytes.

// hidden is a member to take out of its object.
type hidden struct{}

// seenBy returns the profile as p sees it.
func seenBy(t testing.TB, p person) json.RawMessage {
	t.Helper()
	encoded, err := json.Marshal(ann())
	require.NoError(t, err)
	var doc any
	require.NoError(t, json.Unmarshal(encoded, &doc))
	masks := map[string]string{}
	for _, place := range p.places {
		masks[place] = p.mask
	}
	if p.labels { // the tags of profile
		masks = map[string]string{"email": "email", "phone": "last4", "account": "hash", "born": "year", "credit": "zero", "balance": "redact"}
	}
	for place, mask := range masks {
		doc = at(doc, strings.Split(place, "."), func(value any) any { return masked(mask, value) })
	}
	encoded, err = json.Marshal(doc)
	require.NoError(t, err)
	return encoded
}

// at replaces what stands at path by what f makes of it. Lists are passed through without being written; * is any one member, ** any
// number of them.
func at(value any, path []string, f func(any) any) any {
	if list, ok := value.([]any); ok && (len(path) > 0) {
		for i := range list {
			list[i] = at(list[i], path, f)
		}
		return list
	}
	if len(path) == 0 {
		return f(value)
	}
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	if path[0] == "**" {
		at(object, path[1:], f)
	}
	for name, member := range object {
		switch path[0] {
		case "**":
			object[name] = at(member, path, f)
		case "*", name:
			object[name] = at(member, path[1:], f)
		}
		if _, gone := object[name].(hidden); gone {
			delete(object, name)
		}
	}
	return object
}

func masked(mask string, value any) any {
	text, isText := value.(string)
	switch {
	case mask == "remove":
		return hidden{}
	case mask == "zero" && !isText:
		switch value.(type) {
		case float64:
			return 0.0
		case bool:
			return false
		}
		return nil
	case mask == "null" || !isText:
		return nil
	}
	return maskedText(mask, text)
}

func maskedText(mask, text string) string {
	const redacted = "[redacted]"
	keep := func(n int) bool { return len(text) >= n+4 && len(text) >= 2*n }
	switch mask {
	case "zero":
		return ""
	case "email":
		if name, domain, ok := strings.Cut(text, "@"); ok {
			return name[:1] + "***@" + domain
		}
	case "first=2":
		if keep(2) {
			return text[:2] + "****"
		}
	case "last4", "last=3":
		if n := int(mask[len(mask)-1] - '0'); keep(n) {
			return "****" + text[len(text)-n:]
		}
	case "hash":
		mac := hmac.New(sha256.New, []byte(hashKey))
		mac.Write([]byte(text))
		return "hmac:" + hex.EncodeToString(mac.Sum(nil)[:16])
	case "year":
		if strings.HasPrefix(text, "1984-05-06") || strings.HasPrefix(text, "2019-03-04") {
			return text[:4]
		}
	}
	return redacted
}
