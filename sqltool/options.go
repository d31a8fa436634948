package sqltool

import (
	"context"
	"io/fs"
	"log/slog"
	"time"
)

// Options say how statements run. The zero value is right for a start.
type Options struct {
	Engine      Engine        // nil: Generic
	MaxRows     int           // rows of one result; 0 is 10,000
	MaxBytes    int           // bytes of one result, as JSON, about; 0 is 3 MiB, below the 4 MiB of mcpgov.Limits.ResultBytes: past those a result fails instead of being cut
	MaxList     int           // values of one list in the arguments; 0 is 1,000
	Timeout     time.Duration // of one statement, besides the deadline of the call; 0 is the call's alone
	AcquireWait time.Duration // for a connection from the pool; 0 is 1 s
	SlowQuery   time.Duration // statements that take longer are logged, by name and digest; 0 is 1 s, negative none
	Prepare     time.Duration // for preparing one statement when its tool is made; 0 is 10 s

	Logger *slog.Logger // nil: slog.Default()

	// AsOf tells how fresh the data is, for provenance. It gets 250 ms; if it fails, nothing is claimed. nil: not known.
	AsOf func(context.Context) (time.Time, error)

	// Snapshot holds what a database once said of each statement ([DB.WriteSnapshot]). With it, statements are checked without a database.
	Snapshot fs.FS
}

const (
	defaultRows    = 10_000
	defaultBytes   = 3 << 20
	defaultList    = 1_000
	defaultAcquire = time.Second
	defaultSlow    = time.Second
	defaultPrepare = 10 * time.Second
)

// withDefaults gives every zero its meaning.
func (o Options) withDefaults() Options {
	if o.Engine == nil {
		o.Engine = Generic()
	}
	orDefault(&o.MaxRows, defaultRows)
	orDefault(&o.MaxBytes, defaultBytes)
	orDefault(&o.MaxList, defaultList)
	orDefault(&o.AcquireWait, defaultAcquire)
	orDefault(&o.SlowQuery, defaultSlow)
	orDefault(&o.Prepare, defaultPrepare)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o
}

func orDefault[T int | time.Duration](v *T, d T) {
	if *v == 0 {
		*v = d
	}
}
