package fields_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/fields"
)

func TestParseGov(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]fields.Gov{
		"":                       {},
		"pii":                    {Labels: []string{"pii"}},
		"sensitive,pii, pii":     {Labels: []string{"pii", "sensitive"}},
		"my-own_label.2":         {Labels: []string{"my-own_label.2"}},
		"mask=hash":              {Labels: []string{"sensitive"}, Mask: "hash"}, // a mask alone would protect nothing
		"pii,mask=first=3":       {Labels: []string{"pii"}, Mask: "first=3"},
		"source=crm.customers":   {Source: "crm.customers"}, // says where from, hides nothing
		"unit=EUR,source=a.b":    {Source: "a.b", Unit: "EUR"},
		`means=gross\, with tax`: {Means: "gross, with tax"},
		`means=a\b,unit=%`:       {Means: `a\b`, Unit: "%"}, // a backslash before anything else stands for itself
		"means=a=b":              {Means: "a=b"},
		" phi , mask=last4 ":     {Labels: []string{"phi"}, Mask: "last4"},
		`means=ends with \,`:     {Means: "ends with ,"},
	} {
		got, err := fields.ParseGov(tag)
		require.NoError(t, err, tag)
		require.Equal(t, want, got, tag)
		require.Equal(t, len(want.Labels) > 0, got.Sensitive(), tag)
		for _, label := range want.Labels {
			require.True(t, got.Has(label), tag)
		}
		require.False(t, got.Has("none"), tag)
	}
}

func TestParseGovRefuses(t *testing.T) {
	t.Parallel()
	for tag, says := range map[string]string{
		"pii,,x":            `label "": write a word`,
		",":                 `label "": write a word`,
		"pii,means=m=,":     `label "": write a word`,
		"pii,":              `label "": write a word`,
		"p i":               `label "p i": write a word`,
		"größe":             `label "größe": write a word`,
		"maks=x":            `unknown key "maks" (did you mean "mask"?): write mask=, source=, unit=, means=, or a label without "="`,
		"labels=pii":        `unknown key "labels": write mask=`,
		"=x":                `unknown key "": write mask=`,
		"mask=":             "mask= has no value",
		"mask=null,mask=x":  "mask= is written twice",
		"unit=a,unit=a":     "unit= is written twice",
		"mask=emial":        `mask "emial" is not known (did you mean "email"?); write one of redact, null, email,`,
		"mask=last=0":       "must be 1 to 64",
		"mask=first=x":      `"x" is not a whole number`,
		"pii,mask=redact=1": "takes no number",
	} {
		g, err := fields.ParseGov(tag)
		require.ErrorContains(t, err, says, tag)
		require.True(t, strings.HasPrefix(err.Error(), "gov tag: "), err)
		require.Zero(t, g, tag)
	}
}

func FuzzParseGov(f *testing.F) {
	for _, tag := range []string{"pii,mask=email,unit=EUR", `means=a\,b`, "mask=first=3", "source=x,source=y", ",", `\`, "a=b=c"} {
		f.Add(tag)
	}
	f.Fuzz(func(t *testing.T, tag string) {
		g, err := fields.ParseGov(tag)
		if err != nil {
			require.Zero(t, g)
			return
		}
		require.True(t, g.Mask == "" || g.Sensitive(), "a mask without a label protects nothing")
		require.True(t, slices.IsSorted(g.Labels))

		// What was read, written out, is read as the same.
		parts := slices.Clone(g.Labels)
		for key, value := range map[string]string{"mask": g.Mask, "source": g.Source, "unit": g.Unit, "means": g.Means} {
			if value != "" {
				parts = append(parts, key+"="+strings.ReplaceAll(value, ",", `\,`))
			}
		}
		again, err := fields.ParseGov(strings.Join(parts, ","))
		require.NoError(t, err)
		require.Equal(t, g, again)
	})
}
