package matview

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// at runs a timetable for a while and says when it did what it does, since the beginning.
func at(t *testing.T, during time.Duration, table *timetable, do func() error) []time.Duration {
	t.Helper()
	var times []time.Duration
	began := time.Now()
	table.do = func(context.Context) error {
		times = append(times, time.Since(began))
		return do()
	}
	ctx, end := context.WithTimeout(t.Context(), during)
	defer end()
	table.run(ctx)
	require.Less(t, time.Since(began), during+150*time.Second, "it ends with its context")
	return times
}

func timetableOf(every time.Duration) *timetable {
	return &timetable{every: every, jitter: func() time.Duration { return 0 }, due: func() time.Duration { return 0 }}
}

func minutes(list ...float64) []time.Duration {
	var times []time.Duration
	for _, n := range list {
		times = append(times, time.Duration(n*float64(time.Minute)))
	}
	return times
}

func TestTimetable(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(t *testing.T){
		"every minute, and at once if overdue": func(t *testing.T) {
			require.Equal(t, minutes(0, 1, 2, 3), at(t, 200*time.Second, timetableOf(time.Minute), func() error { return nil }))
		},
		"what was refreshed before the start is still good": func(t *testing.T) {
			table := timetableOf(time.Minute)
			table.due = func() time.Duration { return 30 * time.Second }
			require.Equal(t, minutes(.5, 1.5, 2.5), at(t, 200*time.Second, table, func() error { return nil }))
		},
		"jitter is added": func(t *testing.T) {
			table, n := timetableOf(time.Minute), time.Duration(0)
			table.jitter = func() time.Duration { n += 30 * time.Second; return n }
			require.Equal(t, minutes(0, 1.5, 3.5), at(t, 300*time.Second, table, func() error { return nil }))
		},
		"a slow one neither overlaps nor is made up for": func(t *testing.T) {
			require.Equal(t, minutes(0, 2.5, 5), at(t, 440*time.Second, timetableOf(time.Minute), func() error {
				<-time.After(150 * time.Second)
				return nil
			}))
		},
		"one that fails is tried again, ever less often": func(t *testing.T) {
			n := 0
			times := at(t, 200*time.Second, timetableOf(time.Minute), func() error {
				if n++; n <= 3 {
					return errors.New("away")
				}
				return nil
			})
			require.Equal(t, []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second, 67 * time.Second, 127 * time.Second, 187 * time.Second}, times)
		},
		"never more often than when all is well": func(t *testing.T) {
			require.Len(t, at(t, 99*time.Millisecond, timetableOf(10*time.Millisecond), func() error { return errors.New("away") }), 10)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, run)
		})
	}
}
