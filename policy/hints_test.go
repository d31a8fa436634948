package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// TestHintsForConditions: what the compiler says raw is followed by what to write instead, once.
func TestHintsForConditions(t *testing.T) {
	t.Parallel()
	for condition, want := range map[string]string{
		// int and double
		"price == 100":      "1:7: found no matching overload for '_==_' applied to '(double, int)': write 100.0 instead of 100",
		"-3 != args.price":  "'(int, double)': write -3.0 instead of -3",
		"price + 3 > 1.0":   ": write 3.0 instead of 3",
		"price in [1, 2]":   ": write [1.0, 2.0] instead of [1, 2]",
		"count == 2.5":      ": write double(count) instead of count",
		"price == count":    ": write double(count) instead of count",
		"price in [1, big]": "'(double, list(int))'",

		// other languages
		"id = 'a'":                          "1:4: Syntax error: token recognition error at: '= ': write == instead of =",
		"id === 'a'":                        ": write == instead of ===",
		"id !== 'a'":                        ": write != instead of !==",
		"id <> 'a'":                         ": write != instead of <>",
		"id == 'a' and count > 1":           ": write && instead of and",
		"id == 'a' OR count > 1":            ": write || instead of OR",
		"id == 'a' & count > 1":             ": write && instead of &",
		"id == 'a' | count > 1":             ": write || instead of |",
		"not user.anonymous":                ": write ! instead of not",
		"not(user.anonymous)":               "1:4: undeclared reference to 'not': write ! instead of not",
		"id == 'a' && not user.anonymous":   ": write ! instead of not",
		"owner is null":                     ": write == instead of is",
		"owner is not null":                 ": write != instead of is not",
		"user.role == 'admin":               ": the quote that opens here is never closed",
		"user.role == 'ä' and\nid == 'b'":   "1:18: ",
		"user.role == 'ä' &&\n id equals 3": "2:5: Syntax error: mismatched input 'equals' expecting <EOF>: write == instead of equals",

		// lists and texts
		"'a' in id":                             ": write id.contains('a')",
		"user.permissions.contains('a')":        "1:26: found no matching overload for 'contains' applied to 'list(string).(string)': write 'a' in user.permissions",
		"tags == 'a'":                           ": write 'a' in tags",
		"tags != id":                            ": write !(id in tags)",
		`tags.contains("it's")`:                 `: write "it's" in tags`,
		"'a' in id && user.groups.contains(id)": ": write id in user.groups",

		// absence
		"user.region == null":     `; declare further attributes under user: {region: "string?"}`,
		"user.region != 'eu'":     "; declare further attributes under user: {region: string}",
		"user.department == null": `: it is never null: declare it "string?"`,
		"null != user.department": `: it is never null: declare it "string?"`,
		"user.role == null":       ": what a user lacks is absent, not null: write !has(user.role)",
		"user.email != null":      ": what a user lacks is absent, not null: write has(user.email)",
		"tags == null":            ": it is never null, only empty: write size(tags) == 0",
		"user.groups != null":     ": it is never null, only empty: write size(user.groups) > 0",
		"id == null":              ": it is never null: remove the comparison, or make the Go field a pointer",

		// literals of another type
		"id == 5":                  ": write '5' instead of 5",
		"owner == 5":               ": write '5' instead of 5",
		"count == '5'":             ": write 5 instead of '5'",
		"user.anonymous == 'true'": ": write true instead of 'true'",

		// regular expressions
		"id.matches('(?=a)')": "1:12: invalid matches argument: '(?=a)' is no RE2, which has no look-around and no back-references: invalid or unsupported Perl syntax",
	} {
		set := one(policy.Deny, []policy.Rule{{Condition: condition, Action: policy.ActionDeny}})
		_, err := set.Bind(policy.Catalog{Targets: []*policy.Target{order()}, User: attributes()})
		require.ErrorContains(t, err, want, condition)
	}
	for _, condition := range []string{"id > 5", "count == 'five'", "if (true) {}", "id == 'a' 'b'"} {
		set := one(policy.Deny, []policy.Rule{{Condition: condition, Action: policy.ActionDeny}})
		_, err := set.Bind(policy.Catalog{Targets: []*policy.Target{order()}, User: attributes()})
		require.Error(t, err, condition)
		require.NotContains(t, err.Error(), "write", "no guess where nothing is known: "+condition)
	}
}

// TestWhatHintsSayCompiles: a remedy that is none would be worse than nothing.
func TestWhatHintsSayCompiles(t *testing.T) {
	t.Parallel()
	for _, condition := range []string{
		"price == 100.0", "-3.0 != args.price", "price in [1.0, 2.0]", "double(count) == 2.5", "id.contains('a')", "'a' in user.permissions", "!(id in tags)",
		"!has(user.role)", "size(tags) == 0", "size(user.groups) > 0", "id == '5'", "owner == '5'", "owner != null", "!user.anonymous", `"it's" in tags`,
	} {
		set := one(policy.Deny, []policy.Rule{{Condition: condition, Action: policy.ActionDeny}})
		mustBind(t, set, attributes(), order())
	}
}

// TestPathsThroughListsAreTold: lists have no index in paths.
func TestPathsThroughListsAreTold(t *testing.T) {
	t.Parallel()
	type line struct {
		IBAN string `json:"iban"`
	}
	type out struct {
		Lines []line `json:"lines"`
		Email string `json:"email"`
	}
	for path, want := range map[string]string{
		"lines[0].iban": "lists are passed through: write lines.iban (tool a)",
		"lines[*].iban": "lists are passed through: write lines.iban (tool a)",
		"lines[].iban":  "lists are passed through: write lines.iban (tool a)",
		"lines.*.iban":  "lists are passed through: write lines.iban (tool a)",
		"lines.0.iban":  "lists are passed through: write lines.iban (tool a)",
		"lines[0].ibna": `the document has no field "lines[0]"`,
		"lines.ibna":    `did you mean "iban"?`,
		"email.*":       `email is of type string`,
	} {
		_, err := one(policy.Allow, nil, policy.Rule{Condition: "true", Action: policy.ActionMaskFields, Fields: []string{path}}).
			Bind(policy.Catalog{Targets: []*policy.Target{tool("a", nil, out{})}})
		require.ErrorContains(t, err, want, path)
	}
}

// TestDefaultsOfAnotherType: said in words of files, not of Go.
func TestDefaultsOfAnotherType(t *testing.T) {
	t.Parallel()
	for typ, c := range map[string]struct {
		value any
		want  string
	}{
		"string":       {5, `the default is 5: write a string, such as ""`},
		"int":          {1.5, "the default is 1.5: write an int, such as 0"},
		"double":       {"a", "the default is a text: write a double, such as 0.0"},
		"bool":         {"yes", "the default is a text: write a bool, such as false"},
		"timestamp":    {"today", `the default is a text: write a timestamp, such as "2006-01-02T15:04:05Z"`},
		"duration":     {"1h", "the default is a text: write a time.Duration in Go; files cannot hold one"},
		"list(string)": {[]any{1}, "the default is a list of other values: write a list(string), such as []"},
		"map(int)":     {map[string]any{"a": "b"}, "the default is a map of other values: write a map(int), such as {}"},
		"list(int)":    {struct{}{}, "the default is a Go struct {}: write a list(int), such as []"},
	} {
		set := one(policy.Deny, []policy.Rule{{Condition: "true", Action: policy.ActionDeny}})
		set.User = map[string]policy.Attribute{"x": {Type: typ, Default: c.value}}
		_, err := set.Bind(policy.Catalog{Targets: []*policy.Target{order()}})
		require.EqualError(t, err, `user attribute "x": `+c.want, typ)
	}
}

// TestNoResultNoLabels: that a tool has no result is said with the tool, and not again with every rule about labels.
func TestNoResultNoLabels(t *testing.T) {
	t.Parallel()
	bind := func(targets ...*policy.Target) error {
		_, err := one(policy.Allow, nil, policy.Rule{Condition: "true", Action: policy.ActionMaskSensitive, Labels: []string{"pi"}},
			policy.Rule{Condition: "true", Action: policy.ActionFilterSensitive}).Bind(policy.Catalog{Targets: targets})
		return err
	}
	require.NoError(t, bind(tool("ping", nil, nil)))
	require.ErrorContains(t, bind(tool("ping", nil, nil), tool("a", nil, struct{ A int }{})), "no field of the selected tools has a label")
	require.ErrorContains(t, bind(tool("ping", nil, nil), order()), `has the label "pi"`)
}
