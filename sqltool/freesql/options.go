package freesql

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool/contract"
	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

// Mode says what statements may do.
type Mode string

// ReadOnly is the only mode: statements read. The zero value means it, too.
const ReadOnly Mode = "read_only"

// Options say what is served and within which bounds. System, AllowedSchemas and one of Database and Worker are required.
type Options struct {
	// System names the database in provenance and logs, such as "warehouse".
	System string
	// Database is a database that sqltool/duckdb opened, not Writable: statements run in this process. Its owner closes it, after the
	// [Explorer]. Nil: Worker is set.
	Database *duckdb.Database
	// Worker runs statements in processes of their own. Nil: Database is set.
	Worker *Worker

	// Mode is ReadOnly, or zero for the same.
	Mode Mode
	// AllowedSchemas are the only schemas whose tables can be read, without regard to case.
	AllowedSchemas []string
	// AllowedTables are the only tables that can be read, as schema.table. Nil: all of AllowedSchemas.
	AllowedTables []string
	// DefinerViews are views, as schema.view, that are read with the rights of whoever made them. Every other view is judged by the
	// tables beneath it: it is as readable as they are, filters and masks included.
	DefinerViews []string
	// Functions adds functions to those that statements may call (true) and takes some away (false), by name in lower case. Nil: what
	// package check knows as harmless.
	Functions map[string]bool

	// MaxRows caps the rows of one result. Zero: 10,000.
	MaxRows int
	// MaxBytes caps the rows of one result as JSON. Zero: 3 MiB, which is below mcpgov's Limits.ResultBytes.
	MaxBytes int
	// Timeout is from a call's arrival to its answer. Zero: 5 s.
	Timeout time.Duration
	// Concurrent is how many statements run at once; with Worker there are as many processes and one to spare. Zero: 4. A call waits for
	// its turn for three quarters of Timeout, and is then answered [Busy].
	Concurrent int
	// PerCaller is how many of these one caller may have at once, so that others find a place. Callers without a name cannot be told apart
	// and may have all. Zero: one less than Concurrent, at least one.
	PerCaller int

	// Rights tells what a caller may read; it is asked for every call, and an error refuses. It must not change what it returned. Nil:
	// every caller may read all that these Options allow.
	Rights func(context.Context, mcpgov.User) (Rights, error)
	// Descriptions describe tables and their columns to callers, before the database's own comments do: such as those of data contracts and of
	// a dbt project.
	Descriptions contract.Descriptions
	// Guard withholds what statements read of tables whose data contract is broken, as the contract says. Nil: no contract is asked.
	Guard *contract.Guard

	// Query, ListTables and DescribeTable change how the tools are called and described: Name, Title, Description, Tags, Policy, Aliases
	// and AuditLevel are taken from them where they are not zero, and the rest is not theirs to say.
	Query, ListTables, DescribeTable mcpgov.ToolSpec
	// Resources changes Tags, Policy and AuditLevel of the resources.
	Resources mcpgov.ResourceSpec

	// Logger is told when workers are replaced or cannot be started. Nil: slog.Default().
	Logger *slog.Logger
	// DebugErrors writes what the engine says of statements that fail to Logger at debug level. Such texts quote names and values of
	// the data. False: it goes nowhere.
	DebugErrors bool
}

// Worker says how worker processes are made and what they may take.
type Worker struct {
	// Path is the DuckDB file that each worker opens, read-only. Required.
	Path string
	// Command is the program that serves as a worker, with its arguments; its main must call [ServeWorker] first. Nil: the program
	// that runs, without arguments.
	Command []string
	// MemoryBytes is what one worker may take in all. Zero: 1 GiB. Linux keeps it, other systems do not.
	MemoryBytes int64
	// Threads is how many threads one statement may use. Zero: one per processor, at most 4.
	Threads int
}

// settled checks the options and puts values where zero stands for one.
func (o Options) settled() (Options, error) {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if o.System == "" {
		fault("System is missing: write the name that provenance gives, such as \"warehouse\"")
	}
	switch {
	case o.Database == nil && o.Worker == nil:
		fault("Database and Worker are missing: set one, see the package's documentation for what each promises")
	case o.Database != nil && o.Worker != nil:
		fault("Database and Worker are both set: a worker opens its file itself, leave Database out")
	case o.Database != nil && !o.Database.Sealed():
		fault("Database is Writable: SQL can then read and overwrite its file; open a second one without Writable, or use Worker")
	case o.Worker != nil && o.Worker.Path == "":
		fault("Worker.Path is missing: workers open a file, a database in memory is not shared")
	case o.Worker != nil && (o.Worker.MemoryBytes < 0 || o.Worker.Threads < 0):
		fault("Worker.MemoryBytes and Worker.Threads cannot be negative: leave them zero for their defaults")
	}
	if o.Mode != "" && o.Mode != ReadOnly {
		fault("Mode is %q: the only mode is %q; statements that write are tools of package sqltool", o.Mode, ReadOnly)
	}
	if len(o.AllowedSchemas) == 0 {
		fault("AllowedSchemas is missing: name the schemas that may be read")
	}
	if slices.ContainsFunc(o.AllowedSchemas, func(s string) bool {
		return s == "" || strings.EqualFold(s, "information_schema") || strings.EqualFold(s, "pg_catalog")
	}) {
		fault("AllowedSchemas holds an empty name or a catalog: information_schema and pg_catalog can never be read")
	}
	for _, list := range [][]string{o.AllowedTables, o.DefinerViews} {
		for _, name := range list {
			if schema, table, ok := strings.Cut(name, "."); !ok || table == "" || !containsFold(o.AllowedSchemas, schema) {
				fault("%q is no table of an allowed schema: write schema.table", name)
			}
		}
	}
	if o.MaxRows < 0 || o.MaxBytes < 0 || o.Timeout < 0 || o.Concurrent < 0 || o.PerCaller < 0 {
		fault("MaxRows, MaxBytes, Timeout, Concurrent and PerCaller cannot be negative: leave them zero for their defaults")
	}
	if len(faults) > 0 {
		return o, fmt.Errorf("freesql: Options: %w", errors.Join(faults...))
	}
	o.MaxRows, o.MaxBytes = cmp.Or(o.MaxRows, 10_000), cmp.Or(o.MaxBytes, 3<<20)
	o.Timeout, o.Concurrent = cmp.Or(o.Timeout, 5*time.Second), cmp.Or(o.Concurrent, 4)
	o.PerCaller = cmp.Or(o.PerCaller, max(1, o.Concurrent-1))
	o.Logger = cmp.Or(o.Logger, slog.Default())
	if o.Worker != nil {
		w := *o.Worker
		w.MemoryBytes = cmp.Or(w.MemoryBytes, 1<<30)
		o.Worker = &w
	}
	o.Query.Name = cmp.Or(o.Query.Name, "query")
	o.ListTables.Name = cmp.Or(o.ListTables.Name, "list_tables")
	o.DescribeTable.Name = cmp.Or(o.DescribeTable.Name, "describe_table")
	return o, nil
}

func containsFold(list []string, name string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) })
}

func (o Options) settings() settings {
	return settings{
		Schemas: o.AllowedSchemas, Tables: o.AllowedTables, Definers: o.DefinerViews, Functions: o.Functions,
		MaxRows: o.MaxRows, MaxBytes: o.MaxBytes, Debug: o.DebugErrors, ListTool: o.ListTables.Name,
	}
}
