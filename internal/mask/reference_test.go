package mask_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/mask"
)

// The reference does what the package does in the plain way: decode to a tree,
// walk it with every edit, build the masked tree. It knows nothing of spans,
// tries or escapes.

// progress is an edit and how much of its path has been walked.
type progress struct {
	edit mask.Edit
	done int
}

func reference(t testing.TB, edits []mask.Edit, key, doc []byte) any {
	t.Helper()
	var active []progress
	for _, e := range edits {
		active = append(active, progress{edit: e})
	}
	return refWalk(decodeExact(t, doc), active, key)
}

func decodeExact(t testing.TB, doc []byte) any {
	t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	require.NoError(t, d.Decode(&v), "%s", doc)
	return v
}

// refEnded returns the masks whose path ends here, and whether one is a removal.
func refEnded(active []progress) (masks []mask.Mask, removed bool) {
	for _, a := range active {
		if a.done == len(a.edit.Path) {
			removed = removed || a.edit.Remove
			masks = append(masks, a.edit.Mask)
		}
	}
	return masks, removed
}

func refWalk(v any, active []progress, key []byte) any {
	if masks, removed := refEnded(active); removed {
		return nil
	} else if len(masks) > 0 {
		for _, m := range masks {
			if m != masks[0] {
				return refMask(mask.Mask{}, v, key)
			}
		}
		return refMask(masks[0], v, key)
	}
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			var next []progress
			for _, a := range active {
				if seg := a.edit.Path[a.done]; seg == "*" || strings.EqualFold(seg, name) {
					next = append(next, progress{a.edit, a.done + 1})
				}
			}
			if _, removed := refEnded(next); !removed {
				out[name] = refWalk(value, next, key)
			}
		}
		return out
	case []any:
		out := []any{}
		for _, element := range v {
			out = append(out, refWalk(element, active, key))
		}
		return out
	}
	if len(active) > 0 {
		return refMask(mask.Mask{}, v, key)
	}
	return v
}

func refMask(m mask.Mask, v any, key []byte) any {
	text, isText := v.(string)
	if !isText {
		switch v.(type) {
		case json.Number:
			if m.Kind == mask.Zero {
				return json.Number("0")
			}
		case bool:
			if m.Kind == mask.Zero {
				return false
			}
		}
		return nil
	}
	runes := []rune(text)
	switch m.Kind {
	case mask.Redact: // below
	case mask.Null:
		return nil
	case mask.Zero:
		return ""
	case mask.Email:
		email := regexp.MustCompile("^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@(([a-zA-Z0-9-]+\\.)+[a-zA-Z0-9-]*[a-zA-Z][a-zA-Z0-9-]*)$")
		if parts := email.FindStringSubmatch(text); parts != nil && len(parts[1]) <= 255 {
			if text[1] == '@' {
				return "***@" + parts[1]
			}
			return text[:1] + "***@" + parts[1]
		}
	case mask.Last4:
		return refMask(mask.Mask{Kind: mask.Last, N: 4}, v, key)
	case mask.First:
		if len(runes) >= m.N+4 && len(runes) >= 2*m.N {
			return string(runes[:m.N]) + "****"
		}
	case mask.Last:
		if len(runes) >= m.N+4 && len(runes) >= 2*m.N {
			return "****" + string(runes[len(runes)-m.N:])
		}
	case mask.Hash:
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(text))
		return fmt.Sprintf("hmac:%x", mac.Sum(nil)[:16])
	case mask.Year:
		for _, layout := range []string{"", "T", "t", " "} {
			if len(text) >= 10 && strings.HasPrefix(text[10:], layout) && (layout != "" || len(text) == 10) {
				if _, err := time.Parse(time.DateOnly, text[:10]); err == nil {
					return text[:4]
				}
			}
		}
	}
	return "[redacted]"
}

// script draws decisions from bytes, so that a fuzzer steers what is built. It
// answers zero when the bytes have run out, which ends every recursion.
type script struct{ data []byte }

func (s *script) pick(n int) int {
	if len(s.data) == 0 {
		return 0
	}
	c := int(s.data[0])
	s.data = s.data[1:]
	return c % n
}

func names() []string {
	return []string{"a", "b", "email", "rows", "x.y", "k\u00e9y", `q"t`, "o\\p", "z"}
}

func (s *script) edits() []mask.Edit {
	masks := []string{"redact", "null", "email", "last4", "first=2", "last=3", "hash", "zero", "year"}
	var edits []mask.Edit
	for range 1 + s.pick(5) {
		e := mask.Edit{Remove: s.pick(3) == 1}
		for range 1 + s.pick(3) {
			if s.pick(4) == 1 {
				e.Path = append(e.Path, "*")
				continue
			}
			e.Path = append(e.Path, names()[s.pick(len(names()))])
		}
		e.Mask, _ = mask.ParseMask(masks[s.pick(len(masks))])
		edits = append(edits, e)
	}
	return edits
}

// document writes a value of random shape, white space and escapes. Every text
// in it is different and holds a mark that no other text holds.
func (s *script) document(out *bytes.Buffer, marks *int, depth int) {
	s.space(out)
	defer s.space(out)
	switch kind := s.pick(8); {
	case kind <= 2 && kind > 0 && depth < 6, depth == 0 && kind != 3:
		out.WriteByte('{')
		members := s.pick(6)
		if s.pick(20) == 7 {
			members = 40
		}
		for i := range members {
			if i > 0 {
				out.WriteByte(',')
			}
			s.space(out)
			name := fmt.Sprintf("m%d", i)
			if i < 6 {
				// One of three names each, none of which another member may have.
				name = names()[i%3*3+s.pick(3)]
				if i >= 3 {
					name += "-" + fmt.Sprint(i)
				}
			}
			s.text(out, name)
			s.space(out)
			out.WriteByte(':')
			s.document(out, marks, depth+1)
		}
		out.WriteByte('}')
	case kind == 3 && depth < 6:
		out.WriteByte('[')
		for i := range s.pick(5) {
			if i > 0 {
				out.WriteByte(',')
			}
			s.document(out, marks, depth+1)
		}
		out.WriteByte(']')
	case kind == 4:
		out.WriteString([]string{"true", "false", "null"}[s.pick(3)])
	case kind == 5:
		out.WriteString([]string{"0", "-1", "12345678901234567890", "1.50", "2e+10", "-0.0E-1"}[s.pick(6)])
	default:
		*marks++
		shape := []string{"MARK%04d", "MARK%04d@example.com", "é<>&MARK%04d\u2028ü", "2024-02-03T%04dMARK", "\"MARK%04d\\\n\t", "MARK%04d 😀 end", "{\"email\":\"MARK%04d\"}"}[s.pick(7)]
		s.text(out, fmt.Sprintf(shape, *marks))
	}
}

// text writes a JSON string and escapes more of it than it must.
func (s *script) text(out *bytes.Buffer, text string) {
	if s.pick(3) != 1 {
		quoted, _ := json.Marshal(text)
		out.Write(quoted)
		return
	}
	out.WriteByte('"')
	for _, r := range text {
		switch {
		case r > 0xffff:
			out.WriteRune(r)
		case r < ' ' || r == '"' || r == '\\' || s.pick(2) == 1:
			fmt.Fprintf(out, `\u%04X`, r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
}

func (s *script) space(out *bytes.Buffer) {
	if s.pick(5) == 1 {
		out.WriteString(" \n\t\r"[:1+s.pick(4)])
	}
}

// requireAsReference applies random edits to a random document and compares. It
// reports whether the edits changed anything.
func requireAsReference(t *testing.T, data []byte) bool {
	t.Helper()
	s, key := &script{data}, []byte("key")
	edits := s.edits()
	var doc bytes.Buffer
	marks := 0
	s.document(&doc, &marks, 0)
	require.True(t, json.Valid(doc.Bytes()), "%s", doc.Bytes())
	p, err := mask.Compile(edits, key)
	require.NoError(t, err)
	out, err := p.Apply(nil, doc.Bytes(), nil)
	require.NoError(t, err, "%s", doc.Bytes())
	require.True(t, json.Valid(out), "%s", out)

	want := reference(t, edits, key, doc.Bytes())
	require.Equal(t, want, decodeExact(t, out), "%v\n%s\n%s", edits, doc.Bytes(), out)

	// What the reference hid is in no byte of the output, escaped or not.
	visible, err := json.Marshal(want)
	require.NoError(t, err)
	unescaped := mustUnescape(out)
	for mark := range marks {
		if text := fmt.Sprintf("MARK%04d", mark+1); !bytes.Contains(visible, []byte(text)) {
			require.NotContains(t, unescaped, text)
		}
	}
	values, err := p.Collect(doc.Bytes())
	require.NoError(t, err)
	if scrubbed := mask.NewScrubber(values).Scrub(doc.String()); len(values) > 0 {
		for _, mark := range regexp.MustCompile("MARK[0-9]{4}").FindAllString(strings.Join(values, "\n"), -1) {
			require.NotContains(t, scrubbed, mark)
		}
	}
	return !bytes.Equal(out, doc.Bytes())
}

func mustUnescape(out []byte) string {
	return regexp.MustCompile(`\\u00([0-9A-Fa-f]{2})`).ReplaceAllStringFunc(string(out), func(escape string) string {
		var c rune
		_, _ = fmt.Sscanf(escape[2:], "%04x", &c)
		return string(c)
	})
}

func TestAgainstReference(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	changed := 0
	for range 5000 {
		data := make([]byte, random.IntN(600))
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		if requireAsReference(t, data) {
			changed++
		}
	}
	require.Greater(t, changed, 1000, "the generator has to hit its own edits")
}
