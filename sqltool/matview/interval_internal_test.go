package matview

import (
	"testing"

	native "github.com/duckdb/duckdb-go/v2"
	"github.com/stretchr/testify/require"
)

func TestInterval(t *testing.T) {
	t.Parallel()
	const hour = int64(3_600_000_000)
	for text, want := range map[string]native.Interval{
		"1 year 2 mons -3 days +04:05:06.789":       {Months: 14, Days: -3, Micros: 4*hour + 306_789_000},
		"-1 years -2 mons +3 days -00:00:00.000001": {Months: -14, Days: 3, Micros: -1},
		"00:00:00":                {},
		"1 day":                   {Days: 1},
		"1 mon":                   {Months: 1},
		"2562047788:00:54.775807": {Micros: 1<<63 - 1},
	} {
		got, err := interval(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "1", "1 week", "x days", "1 year 2", "1:2", "01:60:00", "4294967295:00:00", "00:00:00.1234567", "9999999999 days", "999999999 years", "P1Y", "@ 1 day"} {
		_, err := interval(text)
		require.Error(t, err, text)
	}
}

func FuzzInterval(f *testing.F) {
	f.Add("1 year 2 mons -3 days +04:05:06.789")
	f.Add("-00:00:00.000001")
	f.Fuzz(func(t *testing.T, text string) {
		if i, err := interval(text); err != nil && (i.Micros < 0 && text[0] != '-') {
			t.Log("refused half way")
		}
	})
}

func FuzzDecimal(f *testing.F) {
	f.Add("-12.340", uint8(5), uint8(2))
	f.Add("0.001", uint8(38), uint8(38))
	f.Fuzz(func(t *testing.T, text string, width, scale uint8) {
		if width < 1 || width > 38 || scale > width {
			return
		}
		target := decimal(width, scale)
		value, err := target.decimal(text)
		if err != nil {
			return
		}
		again, err := target.decimal(value.(native.Decimal).String())
		require.NoError(t, err)
		require.Zero(t, value.(native.Decimal).Value.Cmp(again.(native.Decimal).Value), "what was read is written, and read again, as the same number")
	})
}
