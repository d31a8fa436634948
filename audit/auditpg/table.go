package auditpg

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// ready checks server and table, creates the table if it is missing and may be, and returns the name of the unique index over record_id.
func (o *Options) ready(ctx context.Context, conn *pgx.Conn) (unique string, err error) {
	if err := o.checkServer(ctx, conn); err != nil {
		return "", err
	}
	there, err := o.exists(ctx, conn)
	if err != nil {
		return "", err
	}
	switch {
	case there:
	case o.Existing:
		return "", errors.New("the table does not exist, and Options.Existing forbids to create it; run the statements of auditpg.DDL")
	default:
		if err := o.create(ctx, conn); err != nil {
			return "", fmt.Errorf("create the table (or have the statements of auditpg.DDL run by a role that may): %w", err)
		}
	}
	return o.checkTable(ctx, conn)
}

// checkServer refuses servers that cannot keep a record, or could not take every text.
func (o *Options) checkServer(ctx context.Context, conn *pgx.Conn) error {
	var encoding, fsync, readOnly string
	err := conn.QueryRow(ctx, `SELECT current_setting('server_encoding'), current_setting('fsync'), current_setting('transaction_read_only')`).
		Scan(&encoding, &fsync, &readOnly)
	switch {
	case err != nil:
		return fmt.Errorf("ask the server for its settings: %w", err)
	case encoding != "UTF8":
		return fmt.Errorf("the database is encoded in %s, which cannot hold every text; create one with ENCODING 'UTF8'", encoding)
	case fsync != "on" && !o.Volatile:
		return errors.New("the server runs with fsync off, so records would not survive a power cut; switch it on, or set Options.Volatile in tests")
	case readOnly == "on":
		return errors.New("the server takes no writes, it may be a standby; connect to the primary (target_session_attrs=read-write finds it)")
	}
	return nil
}

// exists reports whether the table, or anything of its name, is there.
func (o *Options) exists(ctx context.Context, db querier) (there bool, err error) {
	err = db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = $1 AND c.relname = $2)`, o.Schema, o.Table).Scan(&there)
	if err != nil {
		return false, fmt.Errorf("look for the table: %w", err)
	}
	return there, nil
}

// querier is a connection, or a transaction on it.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// create makes the table, unless somebody else just did: of several programs that start at once, one creates it and the others wait.
func (o *Options) create(ctx context.Context, conn *pgx.Conn) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { //nolint:wrapcheck // ready says what it was for
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, "mcpgov audit "+o.relation()); err != nil {
			return err //nolint:wrapcheck // ready says what it was for
		}
		if there, err := o.exists(ctx, tx); there || err != nil {
			return err
		}
		// CREATE SCHEMA asks for the right to create before it looks whether there is anything to create.
		var schema bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)`, o.Schema).Scan(&schema); err != nil {
			return err //nolint:wrapcheck // ready says what it was for
		}
		statements := o.statements()
		if !schema {
			statements = append([]string{o.schemaStatement()}, statements...)
		}
		for _, statement := range statements {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err //nolint:wrapcheck // ready says what it was for
			}
		}
		return nil
	})
}

// checkTable refuses a table that this version could not write to, and one that forgets.
func (o *Options) checkTable(ctx context.Context, conn *pgx.Conn) (unique string, err error) {
	var oid uint32
	var kind, persistence string
	var mayInsert bool
	err = conn.QueryRow(ctx, `SELECT c.oid, c.relkind::text, c.relpersistence::text, has_table_privilege(c.oid, 'INSERT')
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2`,
		o.Schema, o.Table).Scan(&oid, &kind, &persistence, &mayInsert)
	switch {
	case err != nil:
		return "", fmt.Errorf("look at the table: %w", err)
	case kind != "r":
		return "", errors.New("it is no ordinary table; name another one, or rename what is there")
	case persistence != "p":
		return "", errors.New("the table is unlogged or temporary, so a crash would empty it; run ALTER TABLE ... SET LOGGED")
	case !mayInsert:
		return "", fmt.Errorf("the role may not write to the table; run GRANT INSERT ON %s TO the role", o.relation())
	}
	if err := o.checkColumns(ctx, conn, oid); err != nil {
		return "", err
	}
	err = conn.QueryRow(ctx, `SELECT i.relname FROM pg_catalog.pg_index x
		JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
		JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attname = 'record_id'
		WHERE x.indrelid = $1 AND x.indisunique AND x.indisvalid AND x.indpred IS NULL AND x.indnkeyatts = 1 AND x.indkey[0] = a.attnum
		LIMIT 1`, oid).Scan(&unique)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("the table has no unique index over record_id, without which a record could be written twice; run CREATE UNIQUE INDEX ON %s (record_id)",
			o.relation())
	}
	if err != nil {
		return "", fmt.Errorf("look at the indexes: %w", err)
	}
	return unique, nil
}

// checkColumns says which columns are missing or of another type. Further columns do no harm if they have defaults.
func (o *Options) checkColumns(ctx context.Context, conn *pgx.Conn, oid uint32) error {
	rows, err := conn.Query(ctx, `SELECT attname, format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute
		WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped`, oid)
	if err != nil {
		return fmt.Errorf("look at the columns: %w", err)
	}
	found := map[string]string{}
	var name, kind string
	if _, err := pgx.ForEachRow(rows, []any{&name, &kind}, func() error { found[name] = kind; return nil }); err != nil {
		return fmt.Errorf("look at the columns: %w", err)
	}
	var missing []string
	for _, c := range append(columns(), column{"id", "bigint"}) {
		if found[c.name] != c.kind {
			missing = append(missing, c.name+" "+c.kind)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("the table lacks columns, or has them with another type: %s; rename it, or add them", strings.Join(missing, ", "))
	}
	return nil
}
