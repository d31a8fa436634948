package auditpg_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditpg"
)

// TestOpenAtOnce: of many programs that start at the same time one creates the table, and all use it.
func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	opts := &auditpg.Options{Schema: ownSchema(t), Table: "records_of_2026"}
	sinks, errs := make([]*auditpg.Sink, 8), make([]error, 8)
	var opening sync.WaitGroup
	for i := range sinks {
		opening.Go(func() { sinks[i], errs[i] = auditpg.Open(t.Context(), database(t), opts) })
	}
	opening.Wait()
	for i, sink := range sinks {
		require.NoError(t, errs[i])
		require.NoError(t, sink.Append(t.Context(), audit.Record{CallID: fmt.Sprint(i)}))
		require.NoError(t, sink.Close())
	}
	require.Len(t, everything(t, database(t), opts), 8)
}

// TestDDL: the statements make the table that Open would make, and may be run again.
func TestDDL(t *testing.T) {
	t.Parallel()
	opts := &auditpg.Options{Schema: ownSchema(t), Existing: true}
	_, err := auditpg.Open(t.Context(), database(t), opts)
	require.ErrorContains(t, err, `auditpg: open table "`+opts.Schema+`"."mcpgov_audit": the table does not exist, and Options.Existing forbids to create it`)
	statements, err := auditpg.DDL(opts)
	require.NoError(t, err)
	execute(t, statements)
	execute(t, statements)
	require.NoError(t, opened(t, database(t), opts).Append(t.Context(), audit.Record{}))

	plain, err := auditpg.DDL(nil)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(plain, `CREATE TABLE IF NOT EXISTS "public"."mcpgov_audit" (`), plain)
}

// TestNames: names of tables cannot bring anything else into a statement.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		`x"; DROP TABLE users; --`, `a.b`, `Audit`, `1st`, `with space`, "new\nline", "nul\x00", `é`, `"quoted"`, `$1`, strings.Repeat("a", 41), "-",
	} {
		for field, opts := range map[string]*auditpg.Options{"Schema": {Schema: name}, "Table": {Table: name}} {
			_, err := auditpg.DDL(opts)
			require.ErrorContains(t, err, "auditpg: Options."+field+" is ", name)
			_, err = auditpg.Open(t.Context(), "host=127.0.0.1 port=1", opts)
			require.ErrorContains(t, err, "use lower-case letters, digits and _, 40 at most", name)
		}
	}
	opts := &auditpg.Options{Schema: ownSchema(t), Table: "select"} // quoted, a word of the language is a name like any other
	require.NoError(t, opened(t, database(t), opts).Append(t.Context(), audit.Record{}))
}

// TestUnfitTable: Open says what is wrong with a table that was there before, and what to do.
func TestUnfitTable(t *testing.T) {
	t.Parallel()
	for says, change := range map[string]string{
		"the table is unlogged or temporary, so a crash would empty it":                                               "ALTER TABLE %s SET UNLOGGED",
		"the table lacks columns, or has them with another type: time timestamp with time zone, outcome text; rename": "ALTER TABLE %[1]s DROP outcome, ALTER time TYPE text",
		"the table has no unique index over record_id":                                                                "ALTER TABLE %s DROP CONSTRAINT mcpgov_audit_record_id_key",
		"it is no ordinary table": "DROP TABLE %[1]s; CREATE VIEW %[1]s AS SELECT 1",
		"not-null constraint":     "ALTER TABLE %s ADD more int NOT NULL",
	} {
		opts := &auditpg.Options{Schema: ownSchema(t)}
		statements, err := auditpg.DDL(opts)
		require.NoError(t, err)
		execute(t, statements+fmt.Sprintf(change, opts.Schema+".mcpgov_audit"))
		sink, err := auditpg.Open(t.Context(), database(t), opts)
		if err == nil { // no more than the database can say when it happens
			err = sink.Append(t.Context(), audit.Record{})
			require.NoError(t, sink.Close())
		}
		require.ErrorContains(t, err, says)
	}
}

// TestRoles: a role that may only INSERT is enough to write, and for nothing else.
func TestRoles(t *testing.T) {
	t.Parallel()
	const password = "s3cret-of-the-writer"
	opts := &auditpg.Options{Schema: ownSchema(t), Existing: true}
	role := "writer_" + opts.Schema
	statements, err := auditpg.DDL(opts)
	require.NoError(t, err)
	execute(t, statements+"CREATE ROLE "+role+" LOGIN PASSWORD '"+password+"'")
	t.Cleanup(func() { execute(t, "DROP OWNED BY "+role+"; DROP ROLE "+role) })
	config, err := pgx.ParseConfig(database(t))
	require.NoError(t, err)
	config.User, config.Password = role, password

	refused := func(says string) {
		t.Helper()
		_, err := auditpg.OpenConfig(t.Context(), config, opts)
		require.ErrorContains(t, err, says)
		require.NotContains(t, err.Error(), password)
	}
	// A role without any right sees that the table is there, and hears what it lacks.
	refused("the role may not write to the table; run GRANT INSERT ON")
	execute(t, "GRANT SELECT, UPDATE ON "+opts.Schema+".mcpgov_audit TO "+role)
	refused("GRANT INSERT ON")
	execute(t, "REVOKE ALL ON "+opts.Schema+".mcpgov_audit FROM "+role+"; GRANT USAGE ON SCHEMA "+opts.Schema+" TO "+role+
		"; GRANT INSERT ON "+opts.Schema+".mcpgov_audit TO "+role)

	sink, err := auditpg.OpenConfig(t.Context(), config, opts)
	require.NoError(t, err)
	defer func() { require.NoError(t, sink.Close()) }()
	for i := range 3 {
		require.NoError(t, sink.Append(t.Context(), audit.Record{CallID: fmt.Sprint(i)}))
	}
	for _, err := range sink.Records(t.Context(), nil) {
		require.ErrorContains(t, err, "auditpg: read records: ERROR: permission denied for table mcpgov_audit")
	}
	writer, err := pgx.ConnectConfig(t.Context(), config)
	require.NoError(t, err)
	defer func() { require.NoError(t, writer.Close(context.Background())) }()
	for _, statement := range []string{"SELECT * FROM %s", "UPDATE %s SET outcome = 'ok'", "DELETE FROM %s", "TRUNCATE %s"} {
		_, err := writer.Exec(t.Context(), fmt.Sprintf(statement, opts.Schema+".mcpgov_audit"))
		require.ErrorContains(t, err, "permission denied", statement)
	}
	// Writing once more what may be there already needs no further right either: this is what the sink does when an answer was lost.
	p := newProxy(t, database(t))
	config.Host, config.Port = "127.0.0.1", p.port
	broken, err := auditpg.OpenConfig(t.Context(), config, opts)
	require.NoError(t, err)
	defer func() { require.NoError(t, broken.Close()) }()
	require.NoError(t, broken.Append(t.Context(), audit.Record{CallID: "prepared"}))
	p.set(func() { p.deaf = "twice" })
	done := make(chan error, 1)
	go func() { done <- broken.Append(t.Context(), audit.Record{CallID: "twice"}) }()
	until(t, connected(t, database(t)), "SELECT count(*) = 5 FROM "+opts.Schema+".mcpgov_audit")
	p.set(func() { p.deaf, p.heard = "", false })
	p.cut()
	require.NoError(t, <-done)
	require.Equal(t, 5, count(t, opts))

	opts = &auditpg.Options{Schema: ownSchema(t)}
	config.Host, config.Port = writer.Config().Host, writer.Config().Port
	refused("create the table (or have the statements of auditpg.DDL run by a role that may): ERROR: permission denied for database")
}

// TestUnfitServer: Open refuses a server that could not keep records.
func TestUnfitServer(t *testing.T) {
	t.Parallel()
	_, err := auditpg.Open(t.Context(), database(t)+" options='-c default_transaction_read_only=on'", nil)
	require.ErrorContains(t, err, "the server takes no writes, it may be a standby; connect to the primary")
	name := "latin_" + ownSchema(t)
	execute(t, "CREATE DATABASE "+name+" ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
	t.Cleanup(func() { execute(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	_, err = auditpg.Open(t.Context(), database(t)+" dbname="+name, nil)
	require.ErrorContains(t, err, "the database is encoded in LATIN1, which cannot hold every text; create one with ENCODING 'UTF8'")
}

// TestBeforeConnect: the hook sees every connection before it is made, and its error is the connection's.
func TestBeforeConnect(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	made := 0
	opts := &auditpg.Options{Schema: ownSchema(t), BeforeConnect: func(_ context.Context, config *pgx.ConnConfig) error {
		mu.Lock()
		defer mu.Unlock()
		made++
		config.Password = "of this minute"
		if made > 2 {
			return fmt.Errorf("the vault is shut")
		}
		return nil
	}}
	config, err := pgx.ParseConfig(database(t))
	require.NoError(t, err)
	before := config.Password
	sink, err := auditpg.OpenConfig(t.Context(), config, opts)
	require.NoError(t, err)
	defer func() { require.NoError(t, sink.Close()) }()
	require.Equal(t, before, config.Password)
	for r, err := range sink.Records(t.Context(), nil) {
		require.Fail(t, "there is nothing to read", "%v %v", r, err)
	}
	for _, err := range sink.Records(t.Context(), &auditpg.Filter{From: time.Now()}) {
		require.ErrorContains(t, err, "auditpg: read records: connect: Options.BeforeConnect: the vault is shut")
	}
}
