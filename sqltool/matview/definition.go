package matview

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"
)

// Kind is how a definition is kept.
type Kind int

const (
	// Table keeps the rows: reading is fast, and as old as the last refresh.
	Table Kind = iota
	// Virtual keeps only the statement: reading runs it, and is as old as what it reads.
	Virtual
)

// Definition is one named result of SQL and how it is kept. Name and SQL are required.
type Definition struct {
	// Name is the table that readers see: lower-case letters, digits and '_', a letter first, at most 48.
	Name string
	// SQL is one SELECT without a semicolon. It reads this database, other definitions included, or Source.
	SQL string
	// Source is the database that SQL reads; nil is the store's own DuckDB.
	Source *Source
	// Kind is how it is kept; zero keeps the rows.
	Kind Kind
	// Columns names DuckDB types for columns of Source whose own type says too little, such as {"total": "DECIMAL(38,10)"}. The values are
	// cast strictly: one that does not fit fails the refresh.
	Columns map[string]string
	// Indexes are built on every new version, before readers see it. Only with Kind Table.
	Indexes []Index
	// Incremental reads only what is new; nil reads everything at every refresh. Only with Kind Table.
	Incremental *Incremental
	// Every is how often [Store.Run] refreshes it. Zero: after each refresh of something it depends on, and never if that is nothing.
	Every time.Duration
	// Jitter is the most that is added to Every, at random each time, so that servers do not ask a source all at once. Zero adds none.
	Jitter time.Duration
	// Timeout bounds one refresh; zero is 10 minutes. What Check does counts.
	Timeout time.Duration
	// DependsOn names definitions that are refreshed before this one, beside those that SQL reads by name, which are found by themselves.
	DependsOn []string
	// Check judges a new version before readers see it: an error keeps the old one, and the refresh fails with that error. table is the
	// new version's name, such as mcpgov_matview.orders__7: schema and table, neither needs quotes. It must only read, and its error must hold
	// no values. Nil accepts all. An incremental refresh that found nothing new is not checked.
	Check func(ctx context.Context, db *sql.DB, table string) error
}

// Source is another database that a definition reads.
type Source struct {
	// System names it in provenance and in errors, such as "erp"; required.
	System string
	// DB is how it is reached; required. The store does not close it.
	DB *sql.DB
	// Placeholder writes the n-th parameter (from 1) of a statement; nil writes $1, as Postgres and DuckDB read it.
	Placeholder func(n int) string
}

// Index is an index of a materialisation.
type Index struct {
	// Columns are what it orders by, at least one.
	Columns []string
	// Unique refuses a version in which two rows agree in Columns: the refresh fails and the old version stays.
	Unique bool
}

// Incremental says how new and changed rows are told from those that were read before.
//
// A refresh reads the rows whose Column is strictly greater than the greatest one read so far (the watermark). So rows are missed that come
// late, with a Column below the watermark, or equal to it; so are rows that vanish from the source, and rows whose Column is NULL, but for
// those of a full refresh. Overlap reads the tail again, FullEvery everything.
type Incremental struct {
	// Column grows with every change: an integer, a decimal, a date or a timestamp; required.
	Column string
	// Key are the columns that make a row unique: a row that is read again replaces the one before. Nil only ever adds rows. With a Key, a
	// NULL in it or two rows of one key in one reading fail the refresh.
	Key []string
	// Overlap is how far below the watermark to read again, where Column is a date or a timestamp. Needs a Key.
	Overlap time.Duration
	// OverlapBy is the same where Column is a number. Needs a Key.
	OverlapBy int64
	// FullEvery is the age of the last full refresh at which the next one reads everything. Zero: only when [View.Rebuild] asks for it, the
	// definition or the columns of the source have changed.
	FullEvery time.Duration
}

const longestRefresh = 10 * time.Minute

var validName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,47}$`)

// faults says what is wrong with the definition by itself.
func (d *Definition) faults() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if !validName.MatchString(d.Name) {
		return fmt.Errorf("the name %q: write lower-case letters, digits and '_', a letter first, at most 48", d.Name)
	}
	if d.SQL == "" {
		fault("SQL is empty: write the SELECT whose rows are kept")
	}
	if d.Kind != Table && d.Kind != Virtual {
		fault("Kind %d: write matview.Table or matview.Virtual", d.Kind)
	}
	if d.Source != nil && (d.Source.DB == nil || d.Source.System == "") {
		fault("Source needs System and DB")
	}
	if d.Source == nil && len(d.Columns) > 0 {
		fault("Columns is for another Source: cast in the SQL instead")
	}
	if d.Kind == Virtual && (d.Source != nil || d.Incremental != nil || len(d.Indexes) > 0) {
		fault("Virtual keeps no rows: leave out Source, Incremental and Indexes, or make it a Table")
	}
	if d.Every < 0 || d.Jitter < 0 || d.Timeout < 0 {
		fault("Every, Jitter and Timeout must not be negative")
	}
	for i, index := range d.Indexes {
		if len(index.Columns) == 0 {
			fault("Indexes[%d] has no columns", i)
		}
	}
	if d.Incremental != nil {
		faults = append(faults, d.Incremental.faults()...)
	}
	return errors.Join(faults...)
}

func (i *Incremental) faults() []error {
	var faults []error
	if i.Column == "" {
		faults = append(faults, errors.New("Incremental.Column is empty: name the column that grows with every change"))
	}
	if i.Overlap < 0 || i.OverlapBy < 0 || i.FullEvery < 0 {
		faults = append(faults, errors.New("Incremental.Overlap, OverlapBy and FullEvery must not be negative"))
	}
	if i.Overlap > 0 && i.OverlapBy > 0 {
		faults = append(faults, errors.New("Incremental: write Overlap for times or OverlapBy for numbers, not both"))
	}
	if (i.Overlap > 0 || i.OverlapBy > 0) && len(i.Key) == 0 {
		faults = append(faults, errors.New("Incremental.Overlap without Key would keep rows twice: name the columns that make a row unique"))
	}
	return faults
}

// settled is a copy that its maker cannot change any more, with defaults filled in.
func (d *Definition) settled() *Definition {
	s := *d
	s.DependsOn, s.Indexes = slices.Clone(d.DependsOn), slices.Clone(d.Indexes)
	for i := range s.Indexes {
		s.Indexes[i].Columns = slices.Clone(s.Indexes[i].Columns)
	}
	if d.Incremental != nil {
		incremental := *d.Incremental
		incremental.Key = slices.Clone(incremental.Key)
		s.Incremental = &incremental
	}
	if d.Source != nil {
		source := *d.Source
		s.Source = &source
	}
	s.Columns = maps.Clone(d.Columns)
	if s.Timeout == 0 {
		s.Timeout = longestRefresh
	}
	return &s
}
