package sqltool

import (
	"context"
	"time"
)

// mostAsOf bounds how long a result waits for how fresh it is.
const mostAsOf = 250 * time.Millisecond

// mostAsking bounds how many questions of Options.AsOf are open at a time: more than a server lets calls run at once, unless it was told to.
const mostAsking = 128

// asOf asks how fresh the data is; zero if nobody says so in time. A function that does not return keeps others in the end from being asked,
// not from being answered.
func (db *DB) asOf(ctx context.Context) time.Time {
	if db.options.AsOf == nil {
		return time.Time{}
	}
	select {
	case db.asking <- struct{}{}:
	default:
		return time.Time{}
	}
	ctx, cancel := context.WithTimeout(ctx, mostAsOf)
	defer cancel()
	answer := make(chan time.Time, 1)
	go func() {
		defer func() { <-db.asking }()
		defer func() {
			if recover() != nil {
				answer <- time.Time{}
			}
		}()
		at, err := db.options.AsOf(ctx)
		if err != nil {
			at = time.Time{}
		}
		answer <- at
	}()
	select {
	case at := <-answer:
		return at
	case <-ctx.Done():
		return time.Time{}
	}
}
