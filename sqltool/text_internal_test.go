package sqltool

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// shown writes a cut text with its parameters in angle brackets.
func shown(t text) string {
	var b strings.Builder
	for _, p := range t.pieces {
		b.WriteString(p.text)
		if p.param != "" {
			b.WriteString(p.before + "<" + p.param + ">" + p.after)
		}
	}
	return b.String()
}

func TestParseText(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		"SELECT $a, $b.c_1, x":                 "SELECT <a>, <b.c_1>, x",
		"$a.b.c.":                              "<a.b.c>.",
		"$a..b":                                "<a>..b",
		"$a$b":                                 "", // a dollar quote that does not end
		"$a::text, '$a'::text, $a":             "<a>::text, '$a'::text, <a>",
		"'it''s $a' || $a":                     "'it''s $a' || <a>",
		`E'it\'s $a' || $a, e'\\' || $a`:       `E'it\'s $a' || <a>, e'\\' || <a>`,
		`'\' || $a`:                            `'\' || <a>`,
		`"na""me $a" = $a`:                     `"na""me $a" = <a>`,
		"$$ $a $$ || $a":                       "$$ $a $$ || <a>",
		"$tag$ $a $$ $tag$ || $a":              "$tag$ $a $$ $tag$ || <a>",
		"-- $a\n$a -- $a":                      "-- $a\n<a> -- $a",
		"/* $a /* $a */ $a */ $a":              "/* $a /* $a */ $a */ <a>",
		"a$b = $a":                             "a$b = <a>",
		"d ? 'k' AND d ?| $keys AND d @> $doc": "d ? 'k' AND d ?| <keys> AND d @> <doc>",
		"$1 + $a":                              "$1 + <a>",
		"1$a":                                  "1<a>",
		"x = $größe":                           "x = <gr>öße",
		"a IN $b AND a in ($b) AND a NOT IN ( $b )": "a IN <b> AND a in (<b>) AND a NOT IN ( <b> )",
		"x - -$a":    "x - -<a>",
		"$a; -- end": "<a>",
		"'open $a":   "",
		"/* open $a": "",
	} {
		cut, err := parseText(sql)
		if want == "" {
			require.Error(t, err, sql)
			continue
		}
		require.NoError(t, err, sql)
		require.Equal(t, want, shown(cut))
	}
	cut, err := parseText("x not\nin (\t$a ) or y in ($a, $b) or z IN\n$c or position('x' in $d)")
	require.NoError(t, err)
	var ins []string
	for _, p := range cut.pieces {
		if p.in {
			ins = append(ins, p.param)
			require.Equal(t, p.param == "a", p.not)
		}
	}
	require.Equal(t, []string{"a", "c", "d"}, ins)
}

// hide puts arbitrary text where SQL does not look into it.
func hide(form uint8, s string) string {
	switch form % 7 {
	case 0:
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	case 1:
		return `E'` + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
	case 2:
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	case 3:
		return "$q$" + strings.ReplaceAll(s+" ", "$q$", "") + "$q$"
	case 4:
		return "--" + strings.NewReplacer("\n", "", "\r", "").Replace(s) + "\n"
	case 5:
		return "/*" + strings.NewReplacer("*/", "", "/*", "", "*", "", "/", "").Replace(s) + "*/"
	default:
		return "/* /*" + strings.NewReplacer("*", "", "/", "").Replace(s) + "*/ */"
	}
}

// FuzzParseText proves that no byte is lost or changed, and that what stands in a string, a quoted name or a comment is never taken for a
// parameter, while what stands beside it always is.
func FuzzParseText(f *testing.F) {
	f.Add("SELECT $a", "$b", uint8(0))
	f.Add("x in ($a)", "'$b'", uint8(1))
	f.Add("$q$ $a $q$", "*/$b", uint8(5))
	f.Add("a; b $c; d $e", "x", uint8(2))
	f.Add("a ? b; c", "\\'$b", uint8(1))
	f.Fuzz(func(t *testing.T, sql, hidden string, form uint8) {
		if cut, err := parseText(sql); err == nil && cut.count <= 1 { // several statements are refused
			var b strings.Builder
			for _, p := range cut.pieces {
				b.WriteString(p.text)
				if p.param != "" {
					b.WriteString(p.before + "$" + p.param + p.after)
				}
			}
			require.True(t, stands(sql, b.String()), "%q is no statement of %q", b.String(), sql)
		}
		hidden = strings.ReplaceAll(strings.ToValidUTF8(hidden, ""), "\x00", "") // other texts are refused
		cover := hide(form, hidden)
		cut, err := parseText("SELECT $one, " + cover + " , $two " + hide(form+1, hidden) + " = $three")
		require.NoError(t, err)
		require.Equal(t, "SELECT <one>, "+cover+" , <two> "+hide(form+1, hidden)+" = <three>", shown(cut))
	})
}

// stands says whether a text stands in sql as one statement: from the beginning or a semicolon, to the end or a semicolon.
func stands(sql, statement string) bool {
	for at := range len(sql) + 1 {
		end := at + len(statement)
		if strings.HasPrefix(sql[at:], statement) && (at == 0 || sql[at-1] == ';') && (end == len(sql) || sql[end] == ';') {
			return true
		}
	}
	return false
}

// FuzzReadType proves that no name of a type brings the reader down.
func FuzzReadType(f *testing.F) {
	for _, word := range []string{"DECIMAL(38,10)", "STRUCT(a INTEGER, \"b c\" VARCHAR[])[3]", "MAP(VARCHAR, STRUCT(x BIGINT))", "timestamp(3) with time zone", "ENUM('a,b', 'c''')", "x)(", "[]"} {
		f.Add(word)
	}
	f.Fuzz(func(_ *testing.T, word string) { readType(word) })
}

func TestReadType(t *testing.T) {
	t.Parallel()
	typ := readType(`STRUCT("a, b" DECIMAL(38,10), c MAP(VARCHAR, BIGINT[]), d timestamp(3) with time zone)[]`)
	require.Equal(t, listType, typ.family)
	members := typ.elem.members
	require.Equal(t, "a, b", members[0].name)
	require.Equal(t, 38, members[0].typ.precision)
	require.Equal(t, 10, members[0].typ.scale)
	require.Equal(t, mapType, members[1].typ.family)
	require.Equal(t, intType, members[1].typ.elem.elem.family)
	require.Equal(t, timestampType, members[2].typ.family)
	require.True(t, members[2].typ.zoned)
	require.Equal(t, unknownType, readType("geometry").family)
}

// FuzzInterval proves that what is written is read as the same.
func FuzzInterval(f *testing.F) {
	f.Add(int32(14), int32(-3), int64(14706789000))
	f.Add(int32(0), int32(0), int64(-1))
	f.Fuzz(func(t *testing.T, months, days int32, micros int64) {
		i := Interval{months, days, micros}
		back, err := ParseInterval(i.String())
		require.NoError(t, err, i.String())
		require.Equal(t, i, back, i.String())
	})
}
