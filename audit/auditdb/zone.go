package auditdb

import (
	"fmt"
	"strings"
	"time"
)

// zone turns the times of records into hours and days of a location. DuckDB is told the offsets that Go's time zone has, as plain numbers:
// so any location works, both sides agree about it, and counting is several times as fast as with DuckDB's own time zones.
type zone struct {
	location *time.Location
	offset   string // SQL: microseconds to add to the microseconds of a record's time
}

// newZone knows the offsets between two times, as far as they lie in the ten years before now or in the year after: a record that claims to
// be from elsewhere must not make a list of changes as long as history, which DuckDB does not bear.
func newZone(location *time.Location, first, last, now time.Time) zone {
	z := zone{location: location}
	if earliest := now.AddDate(-10, 0, 0); first.Before(earliest) {
		first = earliest
	}
	if latest := now.AddDate(1, 0, 0); last.After(latest) {
		last = latest
	}
	var cases strings.Builder
	for at := first; ; {
		_, offset := at.In(location).Zone()
		_, end := at.In(location).ZoneBounds()
		if end.IsZero() || end.After(last) {
			if cases.Len() == 0 {
				z.offset = fmt.Sprint(int64(offset) * 1e6)
			} else {
				z.offset = fmt.Sprintf("(CASE%s ELSE %d END)", cases.String(), int64(offset)*1e6)
			}
			return z
		}
		fmt.Fprintf(&cases, ` WHEN epoch_us("time") < %d THEN %d`, end.UnixMicro(), int64(offset)*1e6)
		at = end
	}
}

const (
	hourMicros = int64(time.Hour / time.Microsecond)
	dayMicros  = 24 * hourMicros
)

// hour is SQL for the microsecond at which the local hour of a record began. Where clocks go back, an hour that comes twice is two hours.
func (z *zone) hour() string {
	return fmt.Sprintf(`(epoch_us("time") - ((epoch_us("time") + %s) %% %d + %d) %% %d)`, z.offset, hourMicros, hourMicros, hourMicros)
}

// day is SQL for the number of the local day of a record, from 1970-01-01.
func (z *zone) day() string {
	local := fmt.Sprintf(`(epoch_us("time") + %s)`, z.offset)
	return fmt.Sprintf(`((%s - (%s %% %d + %d) %% %d) // %d)`, local, local, dayMicros, dayMicros, dayMicros, dayMicros) // down, before 1970 too
}

// hourStart is the time that hour stands for.
func (z *zone) hourStart(n int64) time.Time { return time.UnixMicro(n).In(z.location) }

// dayStart is the midnight at which the day began, or what comes next where clocks skip it.
func (z *zone) dayStart(n int64) time.Time {
	return time.Date(1970, 1, 1+int(n), 0, 0, 0, 0, z.location)
}
