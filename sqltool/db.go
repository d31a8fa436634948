package sqltool

import (
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"sync/atomic"
)

// DB is a database that tools and handlers ask. It is safe for concurrent use. It does not close the pool it was made of.
type DB struct {
	system  string
	pool    *sql.DB
	options Options
	plans   plans
	asking  chan struct{} // holds a token for each question of Options.AsOf that is open

	acquiring atomic.Int64 // calls that want a connection

	mu         sync.Mutex
	statements map[string]*prepared // all there are, by digest, for snapshots
	snapshot   func() (*snapshot, error)
}

var systemName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)

// New makes a DB of a pool. The system is the name of the database in provenance, error texts and the name of its snapshot, such as "crm". The
// pool may be nil where a snapshot is checked against and nothing runs.
func New(system string, pool *sql.DB, opts Options) (*DB, error) {
	var faults []error
	if !systemName.MatchString(system) {
		faults = append(faults, fmt.Errorf("sqltool.New: system %q: write the name of the database for records: 1 to 64 letters, digits, '_', '-' or '.'", system))
	}
	if pool == nil && opts.Snapshot == nil {
		faults = append(faults, errors.New("sqltool.New: the pool is nil: open one with sql.Open, or give Options.Snapshot"))
	}
	for name, negative := range map[string]bool{"MaxRows": opts.MaxRows < 0, "MaxBytes": opts.MaxBytes < 0, "MaxList": opts.MaxList < 0, "Timeout": opts.Timeout < 0, "Prepare": opts.Prepare < 0} {
		if negative {
			faults = append(faults, fmt.Errorf("sqltool.New: Options.%s is negative: write 0 for the default", name))
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	db := &DB{system: system, pool: pool, options: opts.withDefaults(), asking: make(chan struct{}, mostAsking), statements: map[string]*prepared{}}
	db.snapshot = sync.OnceValues(db.readSnapshot)
	return db, nil
}

// remember keeps a statement for the snapshot. Statements that a handler builds anew each time are kept up to a bound.
func (db *DB) remember(p *prepared) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if len(db.statements) < mostPlans {
		db.statements[p.digest] = p
	}
}
