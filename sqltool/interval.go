package sqltool

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Interval is a span of time as databases have it: months, days and microseconds stand apart, because neither months nor days are equally
// long. It is written as ISO 8601 has it: P1Y2M3DT4H5M6.7S. A part may be negative on its own.
type Interval struct {
	Months, Days int32
	Micros       int64
}

const (
	microsPerSecond = 1_000_000
	monthsPerYear   = 12
)

// String returns the ISO 8601 form.
func (i Interval) String() string {
	b := []byte{'P'}
	part := func(n int64, unit byte) {
		if n != 0 {
			b = append(strconv.AppendInt(b, n, 10), unit)
		}
	}
	part(int64(i.Months/monthsPerYear), 'Y')
	part(int64(i.Months%monthsPerYear), 'M')
	part(int64(i.Days), 'D')
	if i.Micros != 0 {
		b = append(b, 'T')
		seconds, micros := i.Micros/microsPerSecond, i.Micros%microsPerSecond
		part(seconds/3600, 'H')
		part(seconds/60%60, 'M')
		if seconds %= 60; seconds != 0 || micros != 0 {
			if micros < 0 || seconds < 0 {
				b, seconds, micros = append(b, '-'), -seconds, -micros
			}
			b = strconv.AppendInt(b, seconds, 10)
			if micros != 0 {
				b = append(b, strings.TrimRight(fmt.Sprintf(".%06d", micros), "0")...)
			}
			b = append(b, 'S')
		}
	}
	if len(b) == 1 {
		return "PT0S"
	}
	return string(b)
}

// MarshalText writes the ISO 8601 form.
func (i Interval) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads the ISO 8601 form.
func (i *Interval) UnmarshalText(text []byte) error {
	read, err := ParseInterval(string(text))
	if err != nil {
		return err
	}
	*i = read
	return nil
}

var errInterval = errors.New("not an interval of ISO 8601, such as P1Y2M3DT4H5M6.7S")

var intervalForm = regexp.MustCompile(`^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d{1,6}))?S)?)?$`)

// ParseInterval reads the ISO 8601 form.
func ParseInterval(text string) (Interval, error) {
	m := intervalForm.FindStringSubmatch(text)
	if m == nil || len(text) < 3 || strings.HasSuffix(text, "T") {
		return Interval{}, errInterval
	}
	var faults []error
	number := func(s string, bits int) int64 {
		if s == "" {
			return 0
		}
		n, err := strconv.ParseInt(s, 10, bits)
		faults = append(faults, err)
		return n
	}
	months := number(m[1], 28)*monthsPerYear + number(m[2], 31)
	days := number(m[3], 28)*7 + number(m[4], 31)
	micros := number(m[8], 42)*microsPerSecond + number((m[9] + "000000")[:6], 32)
	if m[9] == "" {
		micros = number(m[8], 42) * microsPerSecond
	}
	if m[7] != "" {
		micros = -micros
	}
	micros += (number(m[5], 31)*60 + number(m[6], 40)) * 60 * microsPerSecond
	if errors.Join(faults...) != nil || !isInt32(months) || !isInt32(days) {
		return Interval{}, errInterval
	}
	return Interval{int32(months), int32(days), micros}, nil //nolint:gosec // they fit
}

func isInt32(n int64) bool { return math.MinInt32 <= n && n <= math.MaxInt32 }
