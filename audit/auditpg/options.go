package auditpg

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"
)

// Options configures a sink. Nil and the zero value: table public.mcpgov_audit, created if it is not there.
type Options struct {
	// Schema is the schema of the table: lower-case letters, digits and "_", not beginning with a digit, at most 40 bytes. Zero: "public".
	Schema string
	// Table is the name of the table, in the form of Schema. Zero: "mcpgov_audit".
	Table string
	// Existing makes Open fail where the table is missing, instead of creating it: for roles that may not create. [DDL] returns the
	// statements for somebody who may.
	Existing bool
	// Timeout bounds one attempt to write what callers have handed over, connecting included. An attempt whose answer was lost is made once
	// more. Zero: 5 s.
	Timeout time.Duration
	// Volatile accepts a server that runs with fsync off, whose records do not survive a power cut: for tests. Without it Open refuses.
	Volatile bool
	// BeforeConnect is called before each connection is made and may change how: to set a password that is valid for minutes only. Nil:
	// nothing is changed.
	BeforeConnect func(ctx context.Context, config *pgx.ConnConfig) error
}

const (
	defaultSchema  = "public"
	defaultTable   = "mcpgov_audit"
	defaultTimeout = 5 * time.Second
)

// settled returns o with defaults filled in, or what is wrong with it.
func (o *Options) settled() (Options, error) {
	if o == nil {
		o = &Options{}
	}
	s := *o
	if s.Schema == "" {
		s.Schema = defaultSchema
	}
	if s.Table == "" {
		s.Table = defaultTable
	}
	// Names go into statements, where no parameter can stand. They are quoted as well; this check keeps out what is legal and a trap: names
	// that differ only in case, or that PostgreSQL would cut.
	name := regexp.MustCompile(`^[a-z_][a-z0-9_]{0,39}$`)
	for field, value := range map[string]string{"Schema": s.Schema, "Table": s.Table} {
		if !name.MatchString(value) {
			return s, fmt.Errorf("auditpg: Options.%s is %.60q; use lower-case letters, digits and _, 40 at most, without a digit in front", field, value)
		}
	}
	if s.Timeout < 0 {
		return s, fmt.Errorf("auditpg: Options.Timeout is %v; give a positive duration, or 0 for %v", s.Timeout, defaultTimeout)
	}
	if s.Timeout == 0 {
		s.Timeout = defaultTimeout
	}
	return s, nil
}

// relation is the table as it stands in statements.
func (o *Options) relation() string { return pgx.Identifier{o.Schema, o.Table}.Sanitize() }
