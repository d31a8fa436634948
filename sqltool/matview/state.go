package matview

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// private is the schema of what readers have no business with: states, and versions that are being built.
const private = "mcpgov_matview"

// state is what is known of a materialisation, and kept beside it.
type state struct {
	digest    string    // of the definition that made the version
	version   int64     // counts refreshes that ended well
	asOf      time.Time // no row is older than this: when reading began, or what was read is from; zero is never built
	began     time.Time // when the last refresh began that ended well
	built     time.Time // when readers first saw the version
	full      time.Time // when everything was read for the last time
	watermark sql.NullString
	rows      int64
	took      time.Duration
	tried     time.Time // when the last refresh ended
	fault     string    // why it failed; empty if it did not
}

func (s state) exists() bool { return !s.asOf.IsZero() }

// digest tells definitions apart whose rows would not be the same.
func (d *Definition) digest(below []*View) (string, error) {
	relevant := struct {
		SQL, System string
		Kind        Kind
		Columns     map[string]string
		Indexes     []Index
		Incremental *Incremental
		Below       []string
	}{SQL: d.SQL, Kind: d.Kind, Columns: d.Columns, Indexes: d.Indexes, Incremental: d.Incremental}
	if d.Source != nil {
		relevant.System = d.Source.System
	}
	// What is read by another definition is another result, too: it was made of other rows.
	for _, v := range below {
		digest, err := v.definition.digest(v.below)
		if err != nil {
			return "", err
		}
		relevant.Below = append(relevant.Below, v.name+" "+digest)
	}
	text, err := json.Marshal(relevant)
	if err != nil {
		return "", fmt.Errorf("digest of the definition: %w", err)
	}
	return textDigest(string(text)), nil
}

func textDigest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

const makeStates = `CREATE TABLE IF NOT EXISTS ` + private + `.states (name VARCHAR NOT NULL, digest VARCHAR NOT NULL, version BIGINT NOT NULL,
	as_of TIMESTAMP, began TIMESTAMP, built TIMESTAMP, "full" TIMESTAMP, watermark VARCHAR, row_count BIGINT NOT NULL, took_us BIGINT NOT NULL, tried TIMESTAMP, fault VARCHAR NOT NULL)`

// readStates reads all states.
func readStates(ctx context.Context, db *sql.DB) (_ map[string]state, err error) {
	rows, err := db.QueryContext(ctx, `SELECT name, digest, version, as_of, began, built, "full", watermark, row_count, took_us, tried, fault FROM `+private+`.states`)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closing := rows.Close(); err == nil {
			err = closing
		}
	}()
	states := make(map[string]state)
	for rows.Next() {
		var s state
		var of string
		var took int64
		var asOf, began, built, full, tried sql.NullTime
		if err := rows.Scan(&of, &s.digest, &s.version, &asOf, &began, &built, &full, &s.watermark, &s.rows, &took, &tried, &s.fault); err != nil {
			return nil, err
		}
		s.asOf, s.began, s.built, s.full, s.tried, s.took = asOf.Time, began.Time, built.Time, full.Time, tried.Time, time.Duration(took)*time.Microsecond
		states[of] = s
	}
	return states, rows.Err()
}

// execer is a connection or a transaction.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// writeState puts s in the place of what was kept for the view.
func writeState(ctx context.Context, tx execer, of string, s *state) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM "+private+".states WHERE name = ?", of); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO "+private+".states VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		of, s.digest, s.version, moment(s.asOf), moment(s.began), moment(s.built), moment(s.full), s.watermark, s.rows, s.took.Microseconds(), moment(s.tried), s.fault)
	return err
}

// moment is a time as DuckDB keeps it: in UTC, to the microsecond, and cut down, so that no version seems younger than it is.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Truncate(time.Microsecond)
}
