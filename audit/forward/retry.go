package forward

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// deliver sends items, trying again while that may help, for MaxElapsed at most; a zero patience never ends. waits bounds the pauses between
// attempts, ctx also the attempts; notify hears of each failure that is followed by a pause. The errors come back one for each item: if the
// collector refuses a request for what is in it, halves are sent, so that one bad record fails alone.
func (c *courier) deliver(ctx, waits context.Context, items [][]byte, patience time.Duration, notify backoff.Notify) []error {
	errs := make([]error, len(items))
	c.divide(ctx, waits, items, errs, patience, notify)
	return errs
}

// divide delivers items and fills errs, which is as long.
func (c *courier) divide(ctx, waits context.Context, items [][]byte, errs []error, patience time.Duration, notify backoff.Notify) {
	if len(items) == 0 {
		return
	}
	if c.format.single && len(items) > 1 {
		for i := range items {
			if i > 0 && waits.Err() != nil {
				fill(errs[i:], fmt.Errorf("forward: %w", context.Cause(waits)))
				return
			}
			c.divide(ctx, waits, items[i:i+1], errs[i:i+1], patience, notify)
		}
		return
	}
	err := c.persist(ctx, waits, items, patience, notify)
	if err == nil {
		return
	}
	if len(items) > 1 && aboutContent(err) && waits.Err() == nil {
		half := len(items) / 2
		c.divide(ctx, waits, items[:half], errs[:half], patience, notify)
		c.divide(ctx, waits, items[half:], errs[half:], patience, notify)
		return
	}
	fill(errs, err)
}

// fill gives all the same fate.
func fill(errs []error, err error) {
	for i := range errs {
		errs[i] = err
	}
}

// persist sends one request until it is answered with 2xx, or refused for good, or the time is up.
func (c *courier) persist(ctx, waits context.Context, items [][]byte, patience time.Duration, notify backoff.Notify) error {
	if ctx.Err() != nil { // nobody waits any more: others do, behind it
		return fmt.Errorf("forward: %w", context.Cause(ctx))
	}
	body, err := c.compressed(c.format.frame(nil, items))
	if err != nil {
		return fmt.Errorf("forward: compress: %w", err)
	}
	var last error
	_, err = backoff.Retry(waits, func() (struct{}, error) {
		last = c.post(ctx, body)
		return struct{}{}, c.classified(last, patience == 0)
	}, backoff.WithBackOff(c.pauses()), backoff.WithMaxElapsedTime(patience), backoff.WithNotify(func(_ error, pause time.Duration) {
		if notify != nil {
			notify(last, pause)
		}
	}))
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && !isAnswer(last):
		return fmt.Errorf("forward: %w", context.Cause(ctx))
	default:
		return fmt.Errorf("forward: not delivered: %w", last)
	}
}

// pauses grow between attempts.
func (c *courier) pauses() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = c.opts.MinBackoff, c.opts.MaxBackoff
	return b
}

// classified tells [backoff.Retry] what to do about err. Whoever waits without end does so through faults of configuration too: the
// operator can mend them. Only what is in the request never changes.
func (c *courier) classified(err error, endless bool) error {
	if err == nil {
		return nil
	}
	if aboutContent(err) {
		return backoff.Permanent(err)
	}
	if refused, ok := errors.AsType[*refusal](err); ok {
		if passing(refused.status) {
			if pause, ok := retryAfter(refused.header, time.Now()); ok {
				if endless {
					pause = min(pause, maxRetryAfter)
				}
				return &backoff.RetryAfterError{Duration: max(pause, c.opts.MinBackoff)}
			}
			return err
		}
		if !endless {
			return backoff.Permanent(err)
		}
	}
	if errors.Is(err, errRedirect) && !endless {
		return backoff.Permanent(err)
	}
	return err
}

// maxRetryAfter bounds what a collector may ask of a sink that waits without end.
const maxRetryAfter = 10 * time.Minute

// aboutContent reports whether the collector refuses what is in the request, so that another request may fare better.
func aboutContent(err error) bool {
	if _, ok := errors.AsType[*rejection](err); ok {
		return true
	}
	refused, ok := errors.AsType[*refusal](err)
	return ok && (refused.status == http.StatusBadRequest || refused.status == http.StatusRequestEntityTooLarge ||
		refused.status == http.StatusUnprocessableEntity)
}

// passing reports whether a status may be another one soon.
func passing(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	default:
		return status >= 500
	}
}

// retryAfter reads the header of that name: seconds or a date.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now)), true
	}
	return 0, false
}
