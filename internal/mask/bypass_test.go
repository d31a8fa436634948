package mask_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/mask"
)

// The tests of this file are the known ways around a mask, one each. A document
// either comes out without the secret or is refused.

const secret = "Xk7-secret-Qz9"

func requireHidden(t *testing.T, p *mask.Plan, doc string) {
	t.Helper()
	out, err := p.Apply(nil, []byte(doc), nil)
	require.NoError(t, err, doc)
	require.True(t, json.Valid(out), "%s", out)
	require.NotContains(t, string(out), secret, doc)
}

func requireRefused(t *testing.T, p *mask.Plan, doc string) {
	t.Helper()
	out, err := p.Apply(nil, []byte(doc), nil)
	require.Error(t, err, "%s became %s", doc, out)
	require.Empty(t, out)
	require.NotContains(t, err.Error(), secret)
	var fault *mask.InputError
	require.ErrorAs(t, err, &fault)
}

func TestBypassByLists(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"redact", "remove"} {
		p := plan(t, "rows/email", how)
		for _, rows := range []string{
			`[{"email":"S"}]`, `[[{"email":"S"}],[[{"email":"S"}]]]`, `[null,1,{"email":"S"},"S",[],{}]`,
			`{"email":["S",["S"]]}`, `{"email":{"deep":{"deeper":"S"}}}`, `[{"email":{"S":"S"}}]`,
		} {
			doc := `{"rows":` + strings.ReplaceAll(rows, "S", secret) + `}`
			requireHidden(t, p, doc)
			requireHidden(t, p, `[`+doc+`,[`+doc+`]]`)
		}
	}
}

func TestBypassByMapsWithAnyKey(t *testing.T) {
	t.Parallel()
	people := map[int]map[string]any{7: {"email": secret, "age": 5}, 12: {"email": secret}}
	doc, err := json.Marshal(map[string]any{"people": people})
	require.NoError(t, err)
	requireHidden(t, plan(t, "people/*/email", "redact"), string(doc))
	requireHidden(t, plan(t, "people/*/email", "remove"), string(doc))
	require.JSONEq(t, `{"people":{}}`, apply(t, plan(t, "people/*", "remove"), string(doc)))
}

func TestBypassByCase(t *testing.T) {
	t.Parallel()
	p := plan(t, "Email", "redact")
	for _, name := range []string{"email", "EMAIL", "eMaIl"} {
		requireHidden(t, p, `{"`+name+`":"`+secret+`"}`)
	}
	requireRefused(t, p, `{"email":"x","EMAIL":"`+secret+`"}`)
	require.Equal(t, `{"a":1,"A":2,"email":"[redacted]"}`, apply(t, p, `{"a":1,"A":2,"email":"x"}`), "names off every path may differ in case only")
	require.Equal(t, `{"m":{"a":0,"A":0}}`, apply(t, plan(t, "m/*", "zero"), `{"m":{"a":1,"A":2}}`), "a map may have keys that differ in case only")
}

func TestBypassByUnicode(t *testing.T) {
	t.Parallel()
	for name, spellings := range map[string][]string{
		"token": {"to\u212aen", `\u0074oken`, `\u0074\u006f\u006b\u0065\u006e`, "ｔｏｋｅｎ", "to\u200bken", "\ufefftoken", "tok\u00aden", `to\u212Aen`, "token\ufe0f"},
		"café":  {"cafe\u0301", "CAFÉ", "CAFE\u0301", `caf\u00e9`, `cafe\u0301`},
		"ssn":   {"\u017fsn", "S\u017fn"},
		"straße": {
			"STRAẞE",
		},
		"to\u212aen": {"token", "TOKEN"},
		"Å":          {"\u212b", "a\u030a", "å"},
	} {
		p := plan(t, name, "redact")
		for _, spelling := range spellings {
			requireHidden(t, p, `{"`+spelling+`":"`+secret+`"}`)
		}
	}
}

// Names equal to encoding/json must be equal here, for every letter there is.
func TestFoldingIsCoarserThanEqualFold(t *testing.T) {
	t.Parallel()
	for r := rune(1); r <= unicode.MaxRune; r++ {
		next := unicode.SimpleFold(r)
		if next == r || r < ' ' {
			continue
		}
		p, err := mask.Compile([]mask.Edit{{Path: []string{"a" + string(r) + "b"}, Remove: true}}, nil)
		require.NoError(t, err)
		require.Equal(t, `{}`, apply(t, p, `{"a`+string(next)+`b":1}`), "%U %U", r, next)
	}
}

func TestBypassByQuotesDotsAndSlashesInNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{`a.b`, `a/b`, `a~1b`, `a"b`, `a\b`, `$.a`, `a[0]`, "a\nb", "a\x00b", ` a`, `<a>`} {
		doc, err := json.Marshal(map[string]any{name: secret, "other": 1})
		require.NoError(t, err)
		p, err := mask.Compile([]mask.Edit{{Path: []string{name}}}, nil)
		require.NoError(t, err)
		requireHidden(t, p, string(doc))
	}
}

func TestBypassByJSONInText(t *testing.T) {
	t.Parallel()
	once, err := json.Marshal(`{"card":"` + secret + `"}`)
	require.NoError(t, err)
	twice, err := json.Marshal(string(once))
	require.NoError(t, err)
	for _, how := range []string{"redact", "remove", "last4"} {
		p := plan(t, "payment/card", how)
		requireHidden(t, p, `{"payment":`+string(once)+`}`)
		requireHidden(t, p, `{"payment":`+string(twice)+`}`)
		requireHidden(t, p, `{"payment":[`+string(twice)+`]}`)
	}
}

func TestBypassByTextContent(t *testing.T) {
	t.Parallel()
	p := plan(t, "card", "redact")
	object := `{"card":"` + secret + `"}`
	quoted, err := json.Marshal(object)
	require.NoError(t, err)
	for _, text := range []string{object, " \n" + object + "\n", "[" + object + "]", object + "\n" + object, object + "\r\n\r\n[" + object + "]\n", string(quoted)} {
		out, ok := p.ApplyText(nil, text, nil)
		require.True(t, ok, text)
		require.NotContains(t, string(out), secret)
	}
	for _, text := range []string{
		"", " ", secret, "the card is " + secret, "```json\n" + object + "\n```", "card,name\n" + secret + ",x", object + object, object + " " + secret,
		object + "\n" + secret, object + "\n\"" + secret + "\"", "\ufeff" + object, "5", "null", `"` + secret + `"`, "card: " + secret, "{card: '" + secret + "'}", `{"card":1,"card":2}`,
	} {
		out, ok := p.ApplyText([]byte("kept"), text, nil)
		require.False(t, ok, text)
		require.Equal(t, "kept", string(out))
	}
}

func TestBypassByDuplicateNames(t *testing.T) {
	t.Parallel()
	p := plan(t, "user/email", "redact", "list/email", "redact")
	for _, doc := range []string{
		`{"user":{"email":"x","email":"S"}}`,
		`{"user":{"email":"x","\u0065mail":"S"}}`,
		`{"user":{"email":"x","Email":"S"}}`,
		`{"user":{"email":"x"},"user":{"email":"S"}}`,
		`{"user":{"email":"x"},"UsER":{"email":"S"}}`,
		`{"user":{"email":"x"},"user":"S"}`,
		`{"user":{"a":1,"a":"S"}}`,
		`{"list":[{"a":1,"b":2,"email":"x"},{"a":1,"b":2,"a":"S"}]}`,
		`{"list":[{"a":1,"email":"x","b":2},{"a":1,"email":"x","Email":"S"}]}`,
		`{"list":[{"a":1,"b":2},{"a":1,"\u0061":"S"}]}`,
	} {
		requireRefused(t, p, strings.ReplaceAll(doc, "S", secret))
	}
	require.Equal(t, `{"other":{"a":1,"a":2},"user":{}}`, apply(t, p, `{"other":{"a":1,"a":2},"user":{}}`), "off every path doubles are not looked for")
}

func TestBypassByDuplicateNamesInLargeObjects(t *testing.T) {
	t.Parallel()
	p := plan(t, "*/x", "redact")
	var members []string
	for i := range 200 {
		members = append(members, fmt.Sprintf(`"k%d":{}`, i))
	}
	doc := "{" + strings.Join(members, ",") + "}"
	apply(t, p, "["+doc+","+doc+"]")
	shorter := "{" + strings.Join(members[:100], ",")
	apply(t, p, "["+doc+","+shorter+`,"new":{}},`+doc+"]")
	for _, at := range []int{0, 31, 32, 33, 99} {
		requireRefused(t, p, "["+doc+","+shorter+","+members[at]+"}]")
	}
}

func TestBypassByMalformedJSON(t *testing.T) {
	t.Parallel()
	p := plan(t, "email", "redact", "gone", "remove")
	for _, doc := range []string{
		``, ` `, `{`, `{"email"`, `{"email":`, `{"email":"S`, `{"email":"S"`, `{"email":"S",`, `{"email":"S",}`, `{"email":"S"}}`, `{"email":"S"} {"email":"S"}`, `{"email":"S"}S`,
		`{email:"S"}`, `{'email':'S'}`, `{"email":S}`, `{"email" "S"}`, `{"email":"S" "a":1}`, `{"a":"S` + "\x00" + `"}`, `{"a":"S` + "\n" + `"}`, `{"a":"\x"}`, `{"a":"\u12"}`, `{"a":"\u12g4"}`,
		`{"a":01}`, `{"a":-}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e}`, `{"a":+1}`, `{"a":NaN}`, `{"a":tru}`, `{"a":nul}`, `{"a":falsee}`, `[1,]`, `[,1]`, `[1 2]`, `[1`, `[`, `{"a":[1,]}`, `{"a":{"b":}}`, `{"a":{"b"}}`, `{"a":{,}}`,
		"{\"email\":\"S\xff\"}", "{\"a\":\"\xc3\"}", "{\"em\xffail\":\"S\"}", "{\"a\":{\"\xff\":1}}", `{"\ud800":"S"}`, `{"\udc00\ud800":"S"}`, "\ufeff{\"email\":\"S\"}", `{"gone":"S}`, `{"gone":[}`, "{\"a\":1}\x00", "{\"a\"\v:1}",
	} {
		doc = strings.ReplaceAll(doc, "S", secret)
		requireRefused(t, p, doc)
	}
}

func TestBypassByDepth(t *testing.T) {
	t.Parallel()
	p := plan(t, "a/email", "redact")
	for _, unit := range [][2]string{{`[`, `]`}, {`{"a":`, `}`}, {`{"other":`, `}`}, {`[{"a":`, `}]`}} {
		n := mask.MaxDepth / strings.Count(strings.ReplaceAll(unit[0], "{", "["), "[")
		apply(t, p, strings.Repeat(unit[0], n)+"null"+strings.Repeat(unit[1], n))
		requireRefused(t, p, strings.Repeat(unit[0], n+1)+"null"+strings.Repeat(unit[1], n+1))
		requireRefused(t, p, strings.Repeat(unit[0], 1_000_000))
	}
}

func TestBypassByShapeDrift(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"redact", "remove", "zero", "email"} {
		p := plan(t, "user/contact/email", how)
		for _, doc := range []string{
			`{"user":"S"}`, `{"user":["S"]}`, `{"user":{"contact":"S"}}`, `{"user":[{"contact":["S",["S"]]}]}`, `"S"`, `["S"]`, `{"user":[{"contact":{"email":{"value":"S"}}}]}`,
		} {
			requireHidden(t, p, strings.ReplaceAll(doc, "S", secret))
		}
	}
	p := plan(t, "user/email", "remove")
	require.Equal(t, `{"user":[null,"[redacted]",null,null,{}]}`, apply(t, p, `{"user":[12345,"text",true,null,{}]}`))
}

func TestBypassByForeignTypes(t *testing.T) {
	t.Parallel()
	blob := base64.StdEncoding.EncodeToString([]byte(secret))
	for _, how := range []string{"redact", "email", "last4", "hash", "zero", "year", "null", "first=2"} {
		out := apply(t, plan(t, "v", how), `{"v":["`+secret+`",{"`+secret+`":"`+blob+`"}]}`)
		require.NotContains(t, out, secret)
		require.NotContains(t, out, blob)
		out = apply(t, plan(t, "v", how), `{"v":123456789}`)
		require.NotContains(t, out, "123456789")
	}
}

func TestBypassByLengthOfTheMask(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"redact", "last4", "first=3", "email", "hash", "year", "zero"} {
		p := plan(t, "v", how)
		short := apply(t, p, `{"v":"123456789@example.com"}`)
		long := apply(t, p, `{"v":"123`+strings.Repeat("4567890", 40)+`@example.com"}`)
		require.Len(t, long, len(short), how)
	}
}

func TestBypassByLoneSurrogates(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"email", "last4", "first=2", "hash", "year"} {
		for _, text := range []string{`\ud800lice.bob@example.com`, `a2345678901\ud800`, `a2345678901\udc00\ud800`, `2024-05-06 \ud83d\u0041`} {
			require.Equal(t, `{"v":"[redacted]"}`, apply(t, plan(t, "v", how), `{"v":"`+text+`"}`))
		}
	}
}

func TestBypassByMarshalJSON(t *testing.T) {
	t.Parallel()
	doc, err := json.Marshal(map[string]any{"user": ownKeys{}, "raw": json.RawMessage(`{"E-Mail":"x","EMAIL":"` + secret + `"}`)})
	require.NoError(t, err)
	p := plan(t, "user/email", "redact", "raw/email", "remove")
	requireHidden(t, p, string(doc))
}

// ownKeys is written with names its type does not show.
type ownKeys struct{}

func (ownKeys) MarshalJSON() ([]byte, error) {
	return []byte(`{"\u0065MAIL" : "` + secret + `"}`), nil
}

func TestApplyLeavesItsInputAlone(t *testing.T) {
	t.Parallel()
	shared := []byte(`{"email":"` + secret + `","list":[{"email":"` + secret + `"}]}`)
	before := string(shared)
	for range 3 {
		_, err := plan(t, "email", "redact", "list/email", "remove").Apply(nil, shared, nil)
		require.NoError(t, err)
	}
	require.Equal(t, before, string(shared))
}

func TestErrorsQuoteNothing(t *testing.T) {
	t.Parallel()
	_, err := plan(t, "a", "redact").Apply(nil, []byte(`{"`+secret+`":1,"`+secret+`":2}`), nil)
	require.EqualError(t, err, "cannot mask: a member name given twice, or two names that one path fits, at byte 20")
}

// What one large document leaves behind in a plan must not reach the next.
func TestLargeDocumentsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	p := plan(t, "rows/*/v", "last4")
	var members []string
	for i := range 3000 {
		members = append(members, fmt.Sprintf(`"k%d":{"v":"\u0061%s"}`, i, strings.Repeat("x", i%5*2000)))
	}
	large := `{"rows":[{` + strings.Join(members, ",") + `},{"k1":{}},{` + strings.Join(members[1:50], ",") + `}]}`
	for range 3 {
		require.NotContains(t, apply(t, p, large), "axxx")
		require.Equal(t, `{"rows":{"k1":{"v":"[redacted]"}}}`, apply(t, p, `{"rows":{"k1":{"v":"\u0061"}}}`))
		requireRefused(t, p, `{"rows":[{`+strings.Join(members[:1500], ",")+`},{`+strings.Join(members[1:60], ",")+`,"k5":1}]}`)
	}
}
