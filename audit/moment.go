package audit

import (
	"fmt"
	"time"
)

// timeLayout is the one form of a time in a line.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// checkTime refuses a time that appendMoment could not write.
func checkTime(t time.Time) error {
	if y := t.UTC().Year(); y < 0 || y > 9999 {
		return fmt.Errorf("year %d has no RFC 3339 form; give one from 0 to 9999", y)
	}
	return nil
}

// appendMoment writes a member that holds a time; name comes quoted, with its colon and the opening quote. A time that would be written as
// the zero time is left out like it.
func appendMoment(dst []byte, name string, t time.Time) []byte {
	if t.Truncate(time.Microsecond).IsZero() {
		return dst
	}
	dst = append(dst, name...)
	dst = appendTime(dst, t)
	return append(dst, `",`...)
}

// appendTime writes t in timeLayout; by hand, because time.AppendFormat costs as much as half a record.
func appendTime(dst []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	dst = appendPadded(dst, year, 4)
	dst = appendPadded(append(dst, '-'), int(month), 2)
	dst = appendPadded(append(dst, '-'), day, 2)
	dst = appendPadded(append(dst, 'T'), hour, 2)
	dst = appendPadded(append(dst, ':'), minute, 2)
	dst = appendPadded(append(dst, ':'), second, 2)
	dst = appendPadded(append(dst, '.'), t.Nanosecond()/1000, 6)
	return append(dst, 'Z')
}

// appendPadded writes n, from 0 up, with leading zeros.
func appendPadded(dst []byte, n, width int) []byte {
	var digits [6]byte
	for i := width - 1; i >= 0; i-- {
		digits[i] = byte('0' + n%10)
		n /= 10
	}
	return append(dst, digits[:width]...)
}
