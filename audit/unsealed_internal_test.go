package audit

import (
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A segment that cannot be sealed in time is tried again all the time, and the logger hears of it when it begins and when it ends.
func TestUnsealedIsSaidOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newVolume()
		var said strings.Builder
		l := openOn(t, d, &Options{SegmentAge: time.Hour, Logger: slog.New(slog.NewTextHandler(&said, nil))})
		for range 2 {
			said.Reset()
			tries := 0
			d.set(func(op string) error {
				if op != "put" {
					return nil
				}
				tries++
				return syscall.ENOSPC
			})
			<-time.After(time.Hour + time.Minute)
			synctest.Wait()
			require.Greater(t, tries, 100)
			require.Equal(t, 1, strings.Count(said.String(), "level=ERROR"), said.String())
			require.NotContains(t, said.String(), "after all")
			d.set(nil)
			<-time.After(retryPause)
			synctest.Wait()
			require.Equal(t, 1, strings.Count(said.String(), "after all"))
		}
		said.Reset()
		<-time.After(time.Hour)
		synctest.Wait()
		require.NotContains(t, said.String(), "after all", "usual seals are no news")
		require.NoError(t, l.Close())
	})
}
