package audit

import (
	"math"
	"time"
)

// syncsWaited was measured with 64 callers on two cores: 1 cost them 6 % of their throughput against 4, and 8 gained nothing.
const syncsWaited = 4

// pace decides how long a batch waits for more records. A sync costs the same for one record as for many, so when callers are busy between
// their records it pays to wait for them; when they are not, or there is only one, waiting is pure loss. Both are told apart by looking back:
//
//   - nothing is waited for while batches hold one record;
//   - a wait lasts at most as long as four syncs have been taking: with fewer syncs the callers have more of the processors;
//   - it ends as soon as as many records are there as callers were lately seen at once.
type pace struct {
	sync  time.Duration // moving average of write and sync
	batch int           // records in the last batch
	peak  int           // most callers seen waiting at once, fading
}

// linger returns how long to wait at most, and how many records make further waiting pointless.
func (p *pace) linger(opts *Options) (pause time.Duration, enough int) {
	switch {
	case opts.Sync == AsyncUnsafe:
		return opts.Linger, math.MaxInt // the queue wakes the writer by bytes
	case opts.Sync == SyncEach, p.batch <= 1:
		return 0, 0
	default:
		return min(syncsWaited*p.sync, opts.Linger), p.peak
	}
}

// observe learns from a batch: how long its commit took, how many records it held, and how many callers were waiting by its end.
func (p *pace) observe(took time.Duration, records, callers int) {
	if p.sync == 0 {
		p.sync = took
	}
	p.sync += (took - p.sync) / 4
	p.batch = records
	p.peak = max(callers, p.peak-(p.peak+15)/16)
}
