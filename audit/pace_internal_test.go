package audit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPace(t *testing.T) {
	t.Parallel()
	group := &Options{Sync: SyncGroup, Linger: 5 * time.Millisecond}
	const ms = time.Millisecond
	var p pace
	pause := func(o *Options) time.Duration { d, _ := p.linger(o); return d }

	require.Zero(t, pause(group), "nothing is known yet")
	p.observe(ms, 1, 1)
	require.Zero(t, pause(group), "records come one at a time")
	p.observe(ms, 10, 14)
	wait, enough := p.linger(group)
	require.Equal(t, 4*ms, wait, "about four syncs")
	require.Equal(t, 14, enough, "as many as were seen at once")
	for range 20 {
		p.observe(100*ms, 10, 10)
	}
	wait, enough = p.linger(group)
	require.Equal(t, 5*ms, wait, "never longer than Linger")
	require.Equal(t, 10, enough, "callers that left are forgotten")

	require.Zero(t, pause(&Options{Sync: SyncEach, Linger: ms}))
	require.Zero(t, pause(&Options{Sync: SyncGroup}), "Linger negative, settled to zero")
	require.Equal(t, ms, pause(&Options{Sync: AsyncUnsafe, Linger: ms}))
}
