package policy_test

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/strictjson"
	"github.com/mcpgov/go-sdk/policy"
)

type embedded struct {
	Inner string `json:"inner"`
}

type shouting string

func (s shouting) MarshalJSON() ([]byte, error) { return json.Marshal(string(s) + "!") }

type everything struct {
	*embedded
	Small   int8                 `json:"small"`
	Wide    uint32               `json:"wide"`
	Half    float32              `json:"half"`
	When    time.Time            `json:"when"`
	For     time.Duration        `json:"for"`
	Bytes   []byte               `json:"bytes"`
	Addr    netip.Addr           `json:"addr"`
	Raw     json.RawMessage      `json:"raw"`
	Number  json.Number          `json:"number"`
	Own     shouting             `json:"own"`
	Any     any                  `json:"any"`
	Next    *everything          `json:"next"`
	List    []everything         `json:"list"`
	Ints    []uint16             `json:"ints"`
	ByName  map[string]embedded  `json:"by_name"`
	ByID    map[int]string       `json:"by_id"`
	Named   map[string][]float32 `json:"named"`
	Pointer *[]string            `json:"pointer"`
	Matrix  [2][2]int            `json:"matrix"`
	Alias   []shouting           `json:"alias"`
	Hidden  string               `json:"-"`
}

// Numbers inside an any come as json.Number, and count as what they are written as.
func TestNumbersInsideAny(t *testing.T) {
	var args orderIn
	raw := `{"id":"x","count":1,"extra":{"account":9007199254740993,"rate":1.5,"list":[9007199254740993],"five":5}}`
	require.NoError(t, strictjson.Decode([]byte(raw), &args))
	for condition, want := range map[string]policy.Effect{
		"args.extra.account == 9007199254740993": policy.Deny,
		"args.extra.account == 9007199254740992": policy.Allow,
		"9007199254740993 in args.extra.list":    policy.Deny,
		"args.extra.list[0] > 9007199254740992":  policy.Deny,
		"args.extra.rate > 1.4":                  policy.Deny,
		"args.extra.rate * 2.0 == 3.0":           policy.Deny,
		"args.extra.five == 5.0":                 policy.Deny,
		"args.extra.five > args.extra.rate":      policy.Deny,
		"type(args.extra.five) == int":           policy.Deny,
	} {
		d, err := admit(t, condition, policy.User{}, args)
		require.NoError(t, err, condition)
		require.Equal(t, want, d.Effect, condition)
	}
}

func TestGoTypesInConditions(t *testing.T) {
	list := []string{"x"}
	value := &everything{
		embedded: &embedded{Inner: "in"}, Small: -3, Wide: 7, Half: 0.5, When: time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)), For: time.Minute,
		Bytes: []byte("abc"), Addr: netip.MustParseAddr("10.0.0.1"), Raw: json.RawMessage(`{"a": [1, 2.5, null, "s"]}`), Number: "12", Own: "hey",
		Any: map[string]any{"k": []any{true, 2.0, embedded{Inner: "deep"}}}, Next: &everything{Small: 4}, List: []everything{{Wide: 1}, {Wide: 2}}, Ints: []uint16{1, 2},
		ByName: map[string]embedded{"a": {Inner: "b"}}, ByID: map[int]string{5: "five"}, Named: map[string][]float32{"r": {1.5}}, Pointer: &list,
		Matrix: [2][2]int{{1, 2}, {3, 4}}, Alias: []shouting{"a"},
	}
	for _, condition := range []string{
		"inner == 'in'", "small == -3", "wide == 7 && wide > 6.5", "half == 0.5", "args.when.getHours() == 2 && args.when < now", "args.for == duration('60s')", "args.bytes == b'abc'",
		"addr == '10.0.0.1'", "raw.a[0] == 1 && raw.a[1] == 2.5 && raw.a[2] == null && raw.a[3] == 's'", "number == 12 && number > 11.5", "own == 'hey!'",
		"any.k[0] && any.k[1] == 2 && any.k[2].inner == 'deep'", "next.small == 4 && next.next == null && next != null", "args.list.exists(e, e.wide == 2) && args.list[0].wide == 1 && size(args.list) == 2",
		"2 in ints && !(3 in ints) && ints.all(i, i < 3)", "by_name.a.inner == 'b' && by_name['a'].inner == 'b' && 'a' in by_name && !('z' in by_name)", "by_id['5'] == 'five'",
		"named.r[0] == 1.5", "pointer != null && 'x' in pointer", "matrix[1][0] == 3", "alias[0] == 'a!'", "!has(args.next.next) && has(args.next)", "next != args.list[0] || true",
		"has(next.inner) == false", "raw.a.exists(x, x == 's')", "args == args", "type(next) == type(args)",
	} {
		t.Run(condition, func(t *testing.T) {
			target := tool("t", everything{}, nil)
			d := mustBind(t, one(policy.Deny, []policy.Rule{{Condition: condition, Action: policy.ActionAllow}}), nil, target)
			decision, err := d.Admit(t.Context(), &policy.Request{Target: target, User: &policy.User{}, Args: value, Now: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)})
			require.NoError(t, err)
			require.Equal(t, policy.Allow, decision.Effect)
		})
	}
	for condition, says := range map[string]string{
		"next.next.small == 1":    "null",
		"next.inner == 'x'":       "inner is absent",
		"raw.b == 1":              "no such key",
		"any.k[2].outer == 'x'":   "no such field",
		"args.list[5].small == 1": "index out of bounds",
	} {
		t.Run(condition, func(t *testing.T) {
			target := tool("t", everything{}, nil)
			d := mustBind(t, one(policy.Deny, []policy.Rule{{Condition: condition, Action: policy.ActionAllow}}), nil, target)
			_, err := d.Admit(t.Context(), &policy.Request{Target: target, User: &policy.User{}, Args: value})
			require.ErrorContains(t, err, says)
		})
	}
}
