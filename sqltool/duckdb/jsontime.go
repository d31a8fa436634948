package duckdb

import (
	"math"
	"strconv"

	"github.com/duckdb/duckdb-go/v2/mapping"
)

const (
	daySeconds = 24 * 60 * 60
	nanosOf    = 1_000_000_000
)

// interval is an interval as the engine stores it.
type interval struct {
	months, days int32
	micros       int64
}

// appendTime appends dates, times of day, times and intervals in the forms of ISO 8601.
func (k *kind) appendTime(dst []byte, row int) []byte {
	switch k.typ {
	case mapping.TypeDate:
		days := at[int32](k, row)
		if endless, text := infinite(int64(days), math.MaxInt32); endless {
			return append(dst, text...)
		}
		return appendDate(dst, int64(days))
	case mapping.TypeTime:
		return appendClock(dst, at[int64](k, row)*1000)
	case mapping.TypeTimeNS:
		return appendClock(dst, at[int64](k, row))
	case mapping.TypeTimeTZ:
		// 40 bits of microseconds, and 24 of the offset, counted down from its maximum so that times sort.
		packed := at[uint64](k, row)
		dst = appendClock(dst, int64(packed>>24)*1000)
		return appendOffset(dst, 16*60*60-1-int64(packed&(1<<24-1)))
	case mapping.TypeTimestamp:
		return appendMoment(dst, at[int64](k, row), 1_000_000)
	case mapping.TypeTimestampS:
		return appendMoment(dst, at[int64](k, row), 1)
	case mapping.TypeTimestampMS:
		return appendMoment(dst, at[int64](k, row), 1000)
	case mapping.TypeTimestampNS:
		return appendMoment(dst, at[int64](k, row), nanosOf)
	case mapping.TypeTimestampTZ:
		v := at[int64](k, row)
		dst = appendMoment(dst, v, 1_000_000)
		if endless, _ := infinite(v, math.MaxInt64); endless {
			return dst
		}
		return append(dst, 'Z')
	default:
		return appendInterval(dst, at[interval](k, row))
	}
}

// infinite says whether a date or time is one of the two that are before and after all others.
func infinite(v, most int64) (bool, string) {
	switch v {
	case most:
		return true, "infinity"
	case -most:
		return true, "-infinity"
	}
	return false, ""
}

// appendMoment appends a date and time given in units since 1970.
func appendMoment(dst []byte, v, perSecond int64) []byte {
	if endless, text := infinite(v, math.MaxInt64); endless {
		return append(dst, text...)
	}
	seconds, rest := floor(v, perSecond)
	days, clock := floor(seconds, daySeconds)
	dst = append(appendDate(dst, days), 'T')
	return appendClock(dst, clock*nanosOf+rest*(nanosOf/perSecond))
}

// floor divides, rounding down.
func floor(v, by int64) (quotient, rest int64) {
	quotient, rest = v/by, v%by
	if rest < 0 {
		quotient, rest = quotient-1, rest+by
	}
	return quotient, rest
}

// appendDate appends a day of the Gregorian calendar, which holds for all years; the year before 1 is 0.
func appendDate(dst []byte, days int64) []byte {
	// The days of an era of 400 years are always the same, counted from a first of March.
	era, day := floor(days+719_468, 146_097)
	yearOfEra := (day - day/1460 + day/36_524 - day/146_096) / 365
	dayOfYear := day - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	shifted := (5*dayOfYear + 2) / 153
	year, month := era*400+yearOfEra, shifted+3
	if month > 12 {
		year, month = year+1, month-12
	}
	switch {
	case year < 0:
		dst, year = append(dst, '-'), -year
	case year > 9999:
		dst = append(dst, '+')
	}
	dst = appendPadded(dst, year, 4)
	dst = appendPadded(append(dst, '-'), month, 2)
	return appendPadded(append(dst, '-'), dayOfYear-(153*shifted+2)/5+1, 2)
}

// appendClock appends a time of day, with as many digits behind the second as it has.
func appendClock(dst []byte, nanos int64) []byte {
	seconds, rest := nanos/nanosOf, nanos%nanosOf
	dst = appendPadded(dst, seconds/3600, 2)
	dst = appendPadded(append(dst, ':'), seconds/60%60, 2)
	dst = appendPadded(append(dst, ':'), seconds%60, 2)
	if rest == 0 {
		return dst
	}
	dst = appendPadded(append(dst, '.'), rest, 9)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// appendOffset appends the distance to UTC, in seconds.
func appendOffset(dst []byte, seconds int64) []byte {
	sign := byte('+')
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	dst = appendPadded(append(dst, sign), seconds/3600, 2)
	dst = appendPadded(append(dst, ':'), seconds/60%60, 2)
	if seconds%60 != 0 {
		dst = appendPadded(append(dst, ':'), seconds%60, 2)
	}
	return dst
}

// appendPadded appends a number that is not negative, with zeros in front.
func appendPadded(dst []byte, v int64, width int) []byte {
	var digits [20]byte
	i := len(digits)
	for ; v > 0 || len(digits)-i < width; v /= 10 {
		i--
		digits[i] = byte('0' + v%10)
	}
	return append(dst, digits[i:]...)
}

// appendInterval appends months, days and microseconds, each with a sign of its own.
func appendInterval(dst []byte, i interval) []byte {
	if i == (interval{}) {
		return append(dst, "PT0S"...)
	}
	dst = append(dst, 'P')
	part := func(n int64, unit byte) {
		if n != 0 {
			dst = append(strconv.AppendInt(dst, n, 10), unit)
		}
	}
	part(int64(i.months/12), 'Y')
	part(int64(i.months%12), 'M')
	part(int64(i.days), 'D')
	if i.micros == 0 {
		return dst
	}
	dst = append(dst, 'T')
	seconds, micros := i.micros/1_000_000, i.micros%1_000_000
	part(seconds/3600, 'H')
	part(seconds/60%60, 'M')
	seconds %= 60
	if seconds == 0 && micros == 0 {
		return dst
	}
	if seconds < 0 || micros < 0 {
		dst, seconds, micros = append(dst, '-'), -seconds, -micros
	}
	dst = strconv.AppendInt(dst, seconds, 10)
	if micros != 0 {
		dst = appendPadded(append(dst, '.'), micros, 6)
		for dst[len(dst)-1] == '0' {
			dst = dst[:len(dst)-1]
		}
	}
	return append(dst, 'S')
}
