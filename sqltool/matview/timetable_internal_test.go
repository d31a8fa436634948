package matview

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func minutes(list ...float64) []time.Duration {
	var times []time.Duration
	for _, n := range list {
		times = append(times, time.Duration(n*float64(time.Minute)))
	}
	return times
}

// TestTimetable: on fake time, when something is done for some minutes that takes so long, and fails so often at first.
func TestTimetable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		due, jitter, takes time.Duration
		fails              int
		during             float64
		want               []time.Duration
	}{
		"every minute, and at once if overdue":              {due: -time.Hour, during: 3.5, want: minutes(0, 1, 2, 3)},
		"what was refreshed before the start is still good": {due: 30 * time.Second, during: 3, want: minutes(.5, 1.5, 2.5)},
		"jitter is added": {jitter: 30 * time.Second, during: 4, want: minutes(0, 1.5, 3)},
		"a slow one neither overlaps nor is made up for": {takes: 150 * time.Second, during: 6, want: minutes(0, 2.5, 5)},
		"one that fails is tried again, ever less often": {
			fails: 3, during: 2.5, want: []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second, 67 * time.Second, 127 * time.Second},
		},
		"but not less often than when all is well": {fails: 99, during: 3.5, want: []time.Duration{
			0, time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second, 31 * time.Second, 63 * time.Second, 123 * time.Second, 183 * time.Second,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var times []time.Duration
				began := time.Now()
				table := &timetable{every: time.Minute, jitter: func() time.Duration { return c.jitter }, due: func() time.Duration { return c.due }}
				table.do = func(context.Context) error {
					times = append(times, time.Since(began))
					<-time.After(c.takes)
					if len(times) <= c.fails {
						return errors.New("away")
					}
					return nil
				}
				ctx, end := context.WithTimeout(t.Context(), minutes(c.during)[0])
				defer end()
				table.run(ctx)
				require.Equal(t, c.want, times)
				require.Less(t, time.Since(began), minutes(c.during)[0]+max(c.takes, 1), "it ends with its context")
			})
		})
	}
}
