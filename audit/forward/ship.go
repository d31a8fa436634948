package forward

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// run ships the buffer until the sink is closed.
func (b *buffer) run() {
	defer close(b.ended)
	pause := b.opts.MinBackoff
	idle := time.NewTicker(pruneEvery)
	defer idle.Stop()
	for b.closing.Err() == nil {
		b.prune()
		if head, _ := b.log.Head(); b.place().Seq >= head {
			select {
			case <-b.wake:
			case <-idle.C:
			case <-b.closing.Done():
			}
			continue
		}
		err := b.ship()
		if err == nil {
			pause = b.opts.MinBackoff
			b.recovered()
			continue
		}
		if b.closing.Err() != nil {
			return // what could not be sent stays
		}
		b.report(err)
		b.wait(pause)
		pause = min(2*pause, b.opts.MaxBackoff)
	}
}

// wait pauses, unless the sink is closed.
func (b *buffer) wait(pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-b.closing.Done():
	}
}

// place is how far the log has been shipped.
func (b *buffer) place() progress {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.shipped
}

// errRefusesAll keeps records that the collector refuses while it takes no others: the fault is more likely its own, or of the settings, and
// then none of them must be set aside.
var errRefusesAll = errors.New("the collector refuses every record it is sent")

// ship sends the next records and notes what became of them. It waits as long as the collector cannot be reached.
func (b *buffer) ship() error {
	head, _ := b.log.Head()
	all, err := follow(b.opts.Buffer, b.place(), head, b.opts.MaxBatch)
	if err != nil {
		return fmt.Errorf("read the buffer: %w", err)
	}
	b.began(all)
	defer b.began(nil)

	fates := make([]error, len(all))
	items := make([][]byte, 0, len(all))
	sent := make([]int, 0, len(all)) // which of all an item is
	for i := range all {
		item, err := b.encode(&all[i].record)
		if err != nil {
			fates[i] = &unencodable{err}
			continue
		}
		items, sent = append(items, item), append(sent, i)
	}
	errs, taken := b.deliver(items)
	for i, err := range errs {
		fates[sent[i]] = err
	}
	return b.note(all, fates, taken)
}

// encode makes an item of r. A panic of the encoding is its failure: on this goroutine nobody else could catch it.
func (b *buffer) encode(r *audit.Record) (_ []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in the encoding: %v", p)
		}
	}()
	return b.courier.format.encode(nil, r)
}

// deliver sends items, and says whether any was taken. If some were and others refused, those are sent once more: the collector may have come
// to its senses in between, and only what it refuses while it takes others is at fault itself.
func (b *buffer) deliver(items [][]byte) (errs []error, taken bool) {
	send := func(items [][]byte) []error {
		return b.courier.deliver(context.Background(), b.closing, items, 0, func(err error, _ time.Duration) { b.report(err) })
	}
	errs = send(items)
	if !slices.Contains(errs, nil) {
		return errs, false
	}
	for i, err := range errs {
		switch {
		case err == nil || !aboutContent(err):
		case b.closing.Err() != nil:
			errs[i] = errClosed // the next start will find out
		default:
			errs[i] = send(items[i : i+1])[0]
		}
	}
	return errs, true
}

// unencodable is the fate of a record that has no form in the encoding.
type unencodable struct{ err error }

func (e *unencodable) Error() string { return e.err.Error() }

// note remembers the fates of records, in order, up to the first that must be tried again. What the collector refused is set aside if it
// took others: some of these (taken), or the one before them.
func (b *buffer) note(all []unsent, fates []error, taken bool) (err error) {
	at := b.place()
	start := at.Seq
	for i, fate := range fates {
		_, unsendable := errors.AsType[*unencodable](fate)
		switch {
		case fate == nil:
			b.healthy = true
		case unsendable || aboutContent(fate) && (taken || b.healthy):
			if err = setAside(b.opts.Buffer, all[i].line); err != nil {
				err = fmt.Errorf("set aside a refused record: %w", err)
				break
			}
			at.Refused++
			b.healthy = b.healthy && unsendable // the next that is refused alone has to wait for one that is taken
			b.opts.Logger.Error("the collector refused an audit record, it was set aside", slog.String("dir", b.opts.Buffer),
				slog.String("file", refusedFile), slog.Uint64("seq", all[i].record.Seq), slog.String("call_id", all[i].record.CallID), slog.Any("error", fate))
		case aboutContent(fate):
			err = fmt.Errorf("%w: %w", errRefusesAll, fate)
		default:
			err = fate
		}
		if err != nil {
			break
		}
		refused := at.Refused
		at = all[i].after
		at.Refused = refused
		b.sent += len(all[i].line)
	}
	if at.Seq == start {
		return err
	}
	if failure := b.move(at); failure != nil {
		return errors.Join(err, failure) // they will be sent again
	}
	return err
}

// began notes since when the oldest of the records that are being sent has waited.
func (b *buffer) began(all []unsent) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.oldest = time.Time{}
	if len(all) > 0 {
		if b.oldest = all[0].record.Time; b.oldest.IsZero() {
			b.oldest = time.Now()
		}
	}
}
