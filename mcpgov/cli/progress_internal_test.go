package cli

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/stretchr/testify/require"
)

// Work that takes longer than people wait without wondering says how far it is, on one line however narrow, and wipes it in the end.
func TestProgress(t *testing.T) {
	t.Parallel()
	for _, width := range []int{12, 20, 80} {
		synctest.Test(t, func(t *testing.T) {
			var shown bytes.Buffer
			p := &progress{stop: make(chan struct{}), done: make(chan struct{})}
			p.total.Store(100 << 20)
			go p.show(&shown, "verifying", width)
			<-time.After(patience - time.Millisecond)
			synctest.Wait()
			require.Empty(t, shown.String())
			p.read.Store(50 << 20)
			<-time.After(2 * patience)
			synctest.Wait()
			if width == 80 {
				require.Contains(t, shown.String(), "verifying: 50 % of 100 MiB")
			}
			p.end()
			lines := strings.Split(shown.String(), "\r")
			for _, line := range lines {
				require.Less(t, runewidth.StringWidth(line), width, line)
			}
			require.Empty(t, lines[len(lines)-1])
			require.Empty(t, strings.TrimSpace(lines[len(lines)-2]), "wiped")
			require.NotContains(t, shown.String(), "\n")
		})
	}
}
