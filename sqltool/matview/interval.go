package matview

import (
	"strconv"
	"strings"

	native "github.com/duckdb/duckdb-go/v2"
)

// interval reads an interval as Postgres writes it in its own style: "1 year 2 mons -3 days +04:05:06.789". DuckDB takes no '+'.
func interval(text string) (native.Interval, error) {
	var i native.Interval
	fault := safe("the text is no interval in the style of postgres")
	words := strings.Fields(text)
	if len(words)%2 == 1 { // the time of day stands last
		micros, ok := clockTime(words[len(words)-1])
		if !ok {
			return i, fault
		}
		i.Micros, words = micros, words[:len(words)-1]
	} else if len(words) == 0 {
		return i, fault
	}
	for ; len(words) > 0; words = words[2:] {
		n, err := strconv.ParseInt(words[0], 10, 32)
		if err != nil {
			return i, fault
		}
		switch strings.TrimSuffix(words[1], "s") {
		case "year":
			n *= 12
			fallthrough
		case "mon":
			n += int64(i.Months)
			if i.Months = int32(n); n != int64(i.Months) { //nolint:gosec // this is the test whether it fits
				return i, fault
			}
		case "day":
			i.Days = int32(n)
		default:
			return i, fault
		}
	}
	return i, nil
}

// clockTime reads [+-]hours:minutes:seconds with up to six digits behind the point, as microseconds.
func clockTime(text string) (int64, bool) {
	sign := int64(1)
	if text != "" && (text[0] == '-' || text[0] == '+') {
		if text[0] == '-' {
			sign = -1
		}
		text = text[1:]
	}
	text, fraction, _ := strings.Cut(text, ".")
	parts := strings.Split(text, ":")
	if len(parts) != 3 || len(fraction) > 6 {
		return 0, false
	}
	var micros int64
	for i, part := range append(parts, fraction+strings.Repeat("0", 6-len(fraction))) {
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil || (i > 0 && i < 3 && n > 59) {
			return 0, false
		}
		micros = micros*[]int64{1, 60, 60, 1_000_000}[i] + int64(n)
	}
	return sign * micros, micros >= 0 // negative: more hours than there are microseconds to count
}
